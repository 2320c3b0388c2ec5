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


@pytest.fixture
def root(tmp_path: Path, settings: Settings) -> Path:
    """A drop in which what is older than a moment stands still."""
    folder = tmp_path / "drop"
    (folder / "statements" / "adyen").mkdir(parents=True)
    settings.MEDIA_ROOT = tmp_path / "vault"
    settings.FILE_DROP = folder
    settings.FILE_DROP_SETTLE_SECONDS = 0.0
    return folder
