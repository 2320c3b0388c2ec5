"""A plugin of pytest for the planted arm of `abuse`: nobody looks for card data in what the API is sent."""

from __future__ import annotations

import pytest

from payments.intake.api import guard


@pytest.fixture(autouse=True)
def _open_guard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "check_body", lambda body: None)
