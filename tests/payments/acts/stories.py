"""Payments that can be acted on, and a provider in memory that does what it is told and counts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from payments.acts.services import clients
from payments.facts import EventKind, NeutralEvent
from payments.ledger.models import Payment
from payments.ledger.services.record import record
from payments.methods.models import Provider, SecretPurpose
from payments.methods.services import secrets
from payments.providers.answers import ActResult, ActState
from payments.providers.client import CallFailed
from tests.payments.ledger.telling import make_provider, tell

HOUR = timedelta(hours=1)


def tell_all(events: Iterable[NeutralEvent]) -> None:
    """Record in one transaction."""
    with transaction.atomic():
        record(list(events))


def stripe(**values: Any) -> Provider:
    """A provider with a client and a secret for its API."""
    provider = make_provider("stripe", "stripe", **values)
    secrets.add(provider, SecretPurpose.API, "sk_test_0123456789abcdef", by=None)
    return provider


def authorized(amount: int = 10_000, reference: str = "A-1") -> Payment:
    """A payment whose authorization waits for its capture."""
    tell_all([
        tell(EventKind.AUTHORIZED, 1, attempt_reference=f"pi_{reference}", amount=amount, merchant_reference=reference,
             references=(f"ch_{reference}",), source_event_id=f"auth-{reference}"),
    ])  # fmt: skip
    return Payment.objects.get(merchant_reference=reference)


def captured(amount: int = 10_000, reference: str = "A-1") -> Payment:
    """A payment whose money was taken."""
    authorized(amount, reference)
    tell_all([
        tell(EventKind.CAPTURED, 2, attempt_reference=f"pi_{reference}", provider_key=f"ch_{reference}", amount=amount,
             merchant_reference=reference, source_event_id=f"capture-{reference}"),
    ])  # fmt: skip
    return Payment.objects.get(merchant_reference=reference)


@dataclass
class FakeClient:
    """A provider that remembers keys, as the real ones do, and answers by `moods` before it answers well."""

    moods: list[ActResult | Exception] = field(default_factory=list)
    """What to answer first; an exception is raised after the act was done, as when the answer is lost."""
    repeats_within: timedelta = timedelta(hours=24)
    done: dict[str, ActResult] = field(default_factory=dict)
    calls: list[tuple[Any, ...]] = field(default_factory=list)
    told: list[NeutralEvent] = field(default_factory=list)

    def read_payment(self, reference: str) -> tuple[NeutralEvent, ...]:
        self.calls.append(("read", reference))
        return tuple(self.told)

    def capture(self, reference: str, amount: int, currency: str, key: str) -> ActResult:
        return self._act(EventKind.CAPTURED, reference, amount, key)

    def void(self, reference: str, key: str) -> ActResult:
        return self._act(EventKind.VOIDED, reference, None, key)

    def refund(self, reference: str, amount: int, currency: str, key: str, reason: str) -> ActResult:
        return self._act(EventKind.REFUNDED, reference, amount, key)

    def _act(self, kind: EventKind, reference: str, amount: int | None, key: str) -> ActResult:
        self.calls.append((str(kind), reference, amount, key))
        mood = self.moods.pop(0) if self.moods else None
        if isinstance(mood, ActResult):
            return mood
        if key not in self.done:
            self.done[key] = self._make(kind, reference, amount)
        if mood is not None:
            return ActResult(ActState.UNKNOWN, error=str(mood))
        return self.done[key]

    def _make(self, kind: EventKind, reference: str, amount: int | None) -> ActResult:
        name = f"{kind.name.lower()}_{len(self.done) + 1}"
        event = NeutralEvent(
            source="provider:stripe", source_event_id=name, kind=kind, occurred_at=now(), provider="stripe",
            attempt_reference=reference, provider_key="" if amount is None else name, amount=amount,
            currency="" if amount is None else "KRW",
        )  # fmt: skip
        self.told.append(event)
        return ActResult(ActState.DONE, name, (event,))


def now() -> datetime:
    """The instant, as the provider's clock has it."""
    return timezone.now()


LOST = CallFailed("no answer: ReadTimeout", was_sent=True)


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> FakeClient:
    """The client of every provider."""
    client = FakeClient()
    monkeypatch.setattr(clients, "client_for", lambda *_, **__: client)
    return client
