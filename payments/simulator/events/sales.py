"""One payment as it came about: who bought what, which tries failed before one succeeded, how long a voucher waited."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import cached_property
from random import Random
from typing import Any, Final
from zoneinfo import ZoneInfo

from payments.facts import MovementKind
from payments.simulator.chance import chance, letters
from payments.simulator.terms import ProviderPlan
from payments.simulator.world import Movement

VOUCHERS: Final = frozenset({"virtual-account", "convenience-store"})
_FAILED_TRY_SHARE: Final = 0.08
_LATE_SHARE: Final = 0.05
"""Of vouchers in Japan: paid after they lapsed."""
_NOT_PAID_SHARE: Final = 0.3
"""Checkouts that are never paid, for each that is."""
_VOUCHER_LIFE: Final = timedelta(days=2)
_ALPHABET: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class Telling:
    """One thing somebody tells us: a webhook of a provider, a checkout or an event of the shop."""

    at: datetime
    """UTC."""
    provider: str
    """Code of the provider it is about."""
    kind: str
    """`webhook`, `checkout` or `event`."""
    body: Mapping[str, Any]
    """Unsigned; of a webhook as the provider writes it, else the fields of the neutral facts."""


@dataclass(frozen=True)
class Sale:
    """One payment at one provider; instants are UTC, the amount is in minor units."""

    seed: int
    plan: ProviderPlan
    reference: str
    payment_reference: str
    method: str
    brand: str
    amount: int
    currency: str
    requested_at: datetime
    """When the try that counts was sent, or the voucher issued."""
    paid_at: datetime | None
    """None: it was never paid."""
    failed_at: tuple[datetime, ...]
    """The tries before, which failed."""
    expires_at: datetime | None
    """Of a voucher."""

    @cached_property
    def started_at(self) -> datetime:
        """When the buyer went to the checkout."""
        seconds = 40 + int(560 * self._buyer[0])
        return before(min(self.requested_at, *self.failed_at, self.requested_at), seconds, self.plan)

    @cached_property
    def _buyer(self) -> tuple[float, float]:
        luck = self.luck("buyer")
        return luck.random(), luck.random()

    @cached_property
    def customer(self) -> int:
        """The number of the buyer among those of the country; small numbers come back often."""
        return int(4_000 * self._buyer[1] ** 2.2) + 1

    @property
    def customer_id(self) -> str:
        """The merchant's id of the buyer."""
        return f"{self.plan.country}-{self.customer:05d}"

    def luck(self, question: str) -> Random:
        """The generator of one question about this sale."""
        return chance(self.seed, "telling", question, self.plan.code, self.payment_reference)

    def own_reference(self, number: int) -> str:
        """The provider's id of a try that failed, in the form of the others."""
        word = letters(
            self.luck(f"try {number}"), _ALPHABET if not self.payment_reference.isdigit() else "0123456789", 8
        )
        return self.payment_reference[:-8] + word


def before(moment: datetime, seconds: int, plan: ProviderPlan) -> datetime:
    """Some seconds earlier, on the same day in the provider's zone: no day tells of what comes after it."""
    zone = ZoneInfo(plan.zone)
    midnight = datetime.combine(moment.astimezone(zone).date(), time(), tzinfo=zone).astimezone(UTC)
    return max(midnight, moment - timedelta(seconds=seconds))


def sale_of(seed: int, plan: ProviderPlan, capture: Movement) -> Sale:
    """The sale behind the first capture of a payment."""
    luck = chance(seed, "sale", plan.code, capture.payment_reference)
    is_voucher = capture.method in VOUCHERS
    requested_at = before(capture.occurred_at, luck.randint(600, 40_000) if is_voucher else luck.randint(3, 25), plan)
    failures = () if is_voucher else _failures(luck, requested_at, plan)
    return Sale(
        seed=seed,
        plan=plan,
        reference=capture.merchant_reference,
        payment_reference=capture.payment_reference,
        method=capture.method,
        brand=capture.brand,
        amount=capture.captured_amount,
        currency=capture.currency,
        requested_at=requested_at,
        paid_at=capture.occurred_at,
        failed_at=failures,
        expires_at=_expiry(luck, capture, requested_at) if is_voucher else None,
    )


def _failures(luck: Random, requested_at: datetime, plan: ProviderPlan) -> tuple[datetime, ...]:
    if luck.random() >= _FAILED_TRY_SHARE:
        return ()
    count = luck.choice((1, 1, 1, 2))
    times = [before(requested_at, luck.randint(20, 70) * (place + 1), plan) for place in range(count)]
    return tuple(reversed(times))


def _expiry(luck: Random, capture: Movement, requested_at: datetime) -> datetime:
    if capture.provider == "sbps" and luck.random() < _LATE_SHARE:
        return requested_at + (capture.occurred_at - requested_at) / 2
    return (requested_at + _VOUCHER_LIFE).replace(microsecond=0)


def unpaid_sales(seed: int, plan: ProviderPlan, movements: list[Movement]) -> Iterator[Sale]:
    """Checkouts of a day that came to nothing, modelled on those that were paid; `movements` are those of the day."""
    captures = [movement for movement in movements if movement.kind is MovementKind.CAPTURE]
    if not captures:
        return
    luck = chance(seed, "unpaid", plan.code, captures[0].occurred_on)
    for number in range(1, int(len(captures) * _NOT_PAID_SHARE + luck.random()) + 1):
        model = luck.choice(captures)
        prefix = f"{model.merchant_reference.partition('-')[0]}-{model.occurred_on:%y%m%d}"
        is_voucher = model.method in VOUCHERS
        requested_at = before(model.occurred_at, luck.randint(0, 7_200), plan)
        tries = luck.choice((1, 1, 2)) if luck.random() < 0.3 and not is_voucher else 0
        yield Sale(
            seed=seed,
            plan=plan,
            reference=f"{prefix}-A{number:04d}",
            payment_reference=model.payment_reference[:-8] + letters(luck, "0123456789", 8),
            method=model.method,
            brand=model.brand,
            amount=model.captured_amount,
            currency=model.currency,
            requested_at=requested_at,
            paid_at=None,
            failed_at=tuple(requested_at + timedelta(seconds=45 * place) for place in range(tries)),
            expires_at=requested_at + _VOUCHER_LIFE if is_voucher and luck.random() < 0.5 else None,
        )
