"""What tests of settlement share: a vault of their own for received files."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from tests.payments.settlement.arrivals import Desk


@pytest.fixture
def desk(tmp_path: Path, settings: Settings) -> Desk:
    """Takes files in; their bytes are kept below the test's own folder."""
    settings.MEDIA_ROOT = tmp_path / "vault"
    return Desk(tmp_path)
