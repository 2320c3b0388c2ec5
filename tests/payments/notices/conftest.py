"""What tests of notices stand on."""

from __future__ import annotations

import pytest
from pytest_django.fixtures import Settings


@pytest.fixture
def _to_this_machine(settings: Settings) -> None:
    """Messages may go to servers of the test."""
    settings.WEBHOOK_LOOPBACK_IS_ALLOWED = True
