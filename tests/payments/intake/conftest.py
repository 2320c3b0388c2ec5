"""Toss Payments as the tests of the inbox meet it: a fake of its API on this machine, and a provider that asks it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from payments.methods.models import Provider, SecretPurpose
from payments.methods.services import secrets
from payments.providers import breaker
from payments.providers.transport import Pace
from tests.payments.intake.doors import forget_doors, provider_with_door
from tests.payments.intake.hints import API_SECRET
from tests.payments.providers.events.servers import Server, serving
from tests.payments.providers.events.test_toss_client import Toss


@pytest.fixture
def fake() -> Toss:
    """Toss as this installation sees it."""
    return Toss()


@pytest.fixture
def server(fake: Toss, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """Its API, on this machine; nobody waits between tries."""
    monkeypatch.setattr(Pace, "pause", lambda pace, tries: None)
    monkeypatch.setattr(breaker, "_BREAKERS", {})
    with serving(fake) as running:
        yield running


@pytest.fixture
def toss(server: Server) -> Iterator[Provider]:
    yield provider_with_door("toss", "toss", secret="", currencies=["KRW"], api_address=server.address)
    forget_doors()


@pytest.fixture
def with_key(toss: Provider) -> None:
    secrets.add(toss, SecretPurpose.API, API_SECRET, by=None)
