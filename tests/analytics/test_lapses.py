"""What only time decides: a wait that has passed is counted then, once, also when nobody looked for days."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import transaction

from analytics.dashboards.told import as_json
from analytics.metrics.catalogue import METRICS
from analytics.metrics.facts import FACTS
from analytics.rollups.models import DirtyBucket, Mark, Progress
from analytics.rollups.questions import Question, Source
from analytics.rollups.selectors import answer
from analytics.rollups.services.computing import keep_quick_current, keep_slow_current
from analytics.rollups.services.lapsing import mark_lapsed
from analytics.rollups.services.rebuilding import rebuild
from payments.facts import CheckoutFact, CustomerFact, EventKind
from payments.ledger.services.record import record
from tests.payments.ledger.telling import NOON, make_provider, tell, tell_all

pytestmark = pytest.mark.django_db

SEOUL = ZoneInfo("Asia/Seoul")
TICK, HOUR, DAY = timedelta(microseconds=1), timedelta(hours=1), timedelta(days=1)
STARTED = NOON + timedelta(minutes=10)
OVER = NOON + HOUR
"""The end of the hour in which it started: waits are counted from here."""


def look(at: datetime) -> None:
    """What beat has done every few seconds."""
    with time_machine.travel(at, tick=False):
        keep_quick_current()
        keep_slow_current()


def figure(code: str, at: datetime = NOON) -> tuple[int, int]:
    """Above and below the line, of a few days around an instant, from what is kept."""
    on = at.astimezone(SEOUL).date()
    found = answer(Question(METRICS[code], on - DAY, on + DAY, SEOUL))
    assert found.source is Source.KEPT
    return found.whole.part, found.whole.whole


def start(customer: str = "", reference: str = "A-1", at: datetime = STARTED) -> None:
    told = CheckoutFact(reference, 10_000, "KRW", at, customer=CustomerFact(customer) if customer else None)
    with transaction.atomic():
        record([], checkouts=[told])


@pytest.mark.parametrize(
    ("code", "wait"),
    [
        ("abandonment_60m", HOUR),
        ("abandonment_6h", 6 * HOUR),
        ("abandonment_24h", DAY),
        ("recovered_checkouts", HOUR + 7 * DAY),
    ],
)
def test_a_checkout_counts_once_its_hour_is_far_enough_back(code: str, wait: timedelta) -> None:
    start()
    look(STARTED + TICK)
    look(OVER + wait - TICK)
    assert figure(code) == (0, 0)
    look(OVER + wait)
    assert figure(code) == ((0, 1) if code == "recovered_checkouts" else (1, 1))


def test_what_lapsed_while_nobody_looked_is_counted_with_the_next_look() -> None:
    start()
    look(STARTED)
    look(NOON + 30 * DAY)
    assert [figure(f"abandonment_{name}") for name in ("60m", "6h", "24h")] == [(1, 1)] * 3
    assert figure("recovered_checkouts") == (0, 1)


def test_a_voucher_counts_as_abandoned_only_when_it_expires() -> None:
    make_provider()
    start()
    issued = {"attempt_reference": "pi_1", "amount": 10_000}
    tell_all([tell(EventKind.ATTEMPT_WAITING, 20, expires_at=NOON + 3 * DAY, **issued)])
    look(OVER + 2 * DAY)
    assert (figure("abandonment_60m"), figure("abandonment_24h"), figure("voucher_expiry")) == ((0, 1), (0, 1), (0, 0))
    tell_all([tell(EventKind.EXPIRED, 3 * 24 * 60, **issued)])
    look(OVER + 3 * DAY + HOUR)
    assert (figure("abandonment_60m"), figure("abandonment_24h"), figure("voucher_expiry")) == ((1, 1), (1, 1), (1, 1))


@pytest.mark.parametrize("code", ["failure_rate", "failed_amount", "payment_mix", "abandonment_60m", "voucher_expiry"])
def test_a_day_is_complete_when_its_vouchers_are_decided(code: str) -> None:
    make_provider()
    start()
    issued = {"attempt_reference": "pi_1", "amount": 10_000}
    tell_all([tell(EventKind.ATTEMPT_WAITING, 20, expires_at=NOON + 3 * DAY, **issued)])
    look(OVER + 2 * DAY)
    assert not is_told_complete(code, OVER + 2 * DAY)
    tell_all([tell(EventKind.EXPIRED, 3 * 24 * 60, **issued)])
    look(OVER + 3 * DAY + HOUR)
    assert is_told_complete(code, OVER + 3 * DAY + HOUR)


def is_told_complete(code: str, at: datetime) -> bool:
    """What page, file and API say of the day of the checkout."""
    on = NOON.astimezone(SEOUL).date()
    currency = {"currency": ("KRW",)} if METRICS[code].is_per_currency else {}
    with time_machine.travel(at, tick=False):
        told = as_json(answer(Question(METRICS[code], on, on, SEOUL, currency)))
    (step,) = told["steps"]
    assert step["is_complete"] == told["whole"]["is_complete"]
    return bool(step["is_complete"])


def test_a_voucher_that_is_issued_too_late_is_no_instruction_in_time() -> None:
    make_provider()
    start()
    tell_all([tell(EventKind.ATTEMPT_WAITING, 71, expires_at=NOON + 3 * DAY, attempt_reference="pi_1", amount=10_000)])
    look(OVER + DAY)
    assert (figure("abandonment_60m"), figure("abandonment_6h")) == ((1, 1), (0, 1))


def test_a_voucher_that_expired_is_not_saved_by_a_card_that_paid_later() -> None:
    make_provider()
    start()
    issued = {"attempt_reference": "pi_1", "amount": 10_000}
    tell_all(
        [
            tell(EventKind.ATTEMPT_WAITING, 20, expires_at=NOON + DAY, **issued),
            tell(EventKind.EXPIRED, 24 * 60, **issued),
            tell(EventKind.CAPTURED, 3 * 24 * 60, attempt_reference="pi_2", provider_key="ch_2", amount=10_000),
        ]
    )
    look(NOON + 20 * DAY)
    assert (figure("abandonment_60m"), figure("recovered_checkouts"), figure("voucher_expiry")) == (
        (1, 1),
        (1, 1),
        (1, 1),
    )


@pytest.mark.parametrize("days", [30, 60, 90])
def test_a_customer_counts_once_the_days_have_passed(days: int) -> None:
    make_provider()
    for number, minute in enumerate((10, 10 + days * 24 * 60)):  # to the minute so many days later: in time
        start("buyer", f"A-{number}", NOON + timedelta(minutes=minute))
        tell_all([tell(EventKind.CAPTURED, minute, merchant_reference=f"A-{number}", attempt_reference=f"pi_{number}",
                       provider_key=f"ch_{number}", amount=10_000)])  # fmt: skip
        look(NOON + timedelta(minutes=minute))
    code = f"repurchase_{days}"
    look(OVER + timedelta(days=days) - TICK)
    assert figure(code) == (0, 0)
    look(OVER + timedelta(days=days))
    assert figure(code) == (1, 1)


def test_the_first_look_and_a_rebuild_find_everything_counted() -> None:
    start()
    with time_machine.travel(NOON + 3 * DAY, tick=False):
        rebuild()
        assert Progress.objects.get().reached_at == NOON + 3 * DAY
        mark_lapsed()
    assert figure("abandonment_24h") == (1, 1)
    look(NOON + 9 * DAY)
    assert figure("recovered_checkouts") == (0, 1)


@pytest.mark.parametrize("seed", range(5))
def test_every_day_is_marked_once_for_each_hour_of_it_that_lapses(seed: int) -> None:
    dice = random.Random(seed)
    Mark.objects.all().delete()
    reached = datetime(2026, 7, 1, tzinfo=UTC) + timedelta(seconds=dice.randrange(7_200))
    mark_lapsed(reached)
    assert DirtyBucket.objects.count() == 0
    for _ in range(12):
        until = reached + timedelta(seconds=dice.choice((0, 1, 600, 3_600, 5_000, 40_000, 260_000)))
        mark_lapsed(until)
        marked = set(DirtyBucket.objects.values_list("facts", "starts_at"))
        assert marked == days_lapsed(reached, until)
        mark_lapsed(until)
        assert set(DirtyBucket.objects.values_list("facts", "starts_at")) == marked
        DirtyBucket.objects.all().delete()
        reached = until


def days_lapsed(since: datetime, until: datetime) -> set[tuple[str, datetime]]:
    """Hour by hour: which ones end so long before `until`, and did not yet before `since`."""
    found = set()
    for facts in FACTS:
        for wait in facts.lapses:
            end = (since - wait).replace(minute=0, second=0, microsecond=0)
            while end <= until - wait:
                if end > since - wait:
                    local = (end - HOUR).astimezone(SEOUL)
                    found.add((facts.family, local.replace(hour=0)))
                end += HOUR
    return found
