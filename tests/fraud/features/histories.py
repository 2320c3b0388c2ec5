"""Histories of payments with everything in them: shared keys, failures, refunds, several currencies, labels."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from django.db import connection

from fraud.features.models import KeyHour, Sighting
from fraud.features.services.counting import Observed, count_labels
from fraud.features.sums import COLUMNS, added_up, sums_of_sightings
from fraud.labels.models import Label

START: Final = datetime(2026, 3, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Size:
    """How much there is, and over how long."""

    payments: int = 300
    days: int = 60
    keys: int = 12


def sighted(seed: int, size: Size) -> list[Sighting]:
    """Sightings in the order of time; few keys, so that they meet."""
    draw = random.Random(seed)
    found: list[Sighting] = []

    def key(share: float = 0.1) -> int | None:
        return None if draw.random() < share else draw.randrange(-size.keys, size.keys)

    for payment in range(1, size.payments + 1):
        at = START + timedelta(seconds=draw.randrange(size.days * 86_400))
        refunded_at = at + timedelta(hours=draw.randrange(1, 600)) if draw.random() < 0.2 else None
        customer, currency, shop = key(), draw.choice(["KRW", "KRW", "USD", "KWD", "XXX"]), key(0.05)
        for _ in range(draw.choice([1, 1, 1, 2, 3])):
            failed_at = at + timedelta(seconds=draw.randrange(7200)) if draw.random() < 0.4 else None
            found.append(
                Sighting(
                    payment_id=payment, at=at, customer_id=customer, instrument=key(), device=key(0.3), ip=key(),
                    network=key(), email=customer, address=key(0.5), shop=shop, amount=draw.randrange(0, 90_000),
                    currency=currency, bin=draw.choice(["", "411111", "522222"]), failed_at=failed_at,
                    refunded_at=refunded_at,
                )
            )  # fmt: skip
            at += timedelta(seconds=draw.choice([0, 30, 4000, 90_000]))
    found.sort(key=lambda each: each.at)
    for number, each in enumerate(found, 1):
        each.attempt_id = -number
    return found


def labelled(seed: int, seen: list[Sighting]) -> list[Label]:
    """What payments turned out to be, some hours to weeks later, by several who say so."""
    draw = random.Random(seed)
    last = {each.payment_id: each.at for each in seen}
    found: list[Label] = []
    for payment, at in last.items():
        for source in draw.choice([(), (), (1,), (1, 1), (4, 1), (2, 3), (4,)]):
            told = at + timedelta(hours=draw.randrange(0, 500))
            is_fraud = draw.choice([True, True, False, None]) if source != 4 else draw.choice([True, False])
            found.append(
                Label(payment_id=payment, source=source, is_fraud=is_fraud, observed_at=told,
                      reference=f"r/{len(found)}")
            )  # fmt: skip
    return found


def kept(seen: list[Sighting], labels: list[Label]) -> None:
    """As the services would have kept it."""
    Sighting.objects.bulk_create(seen)
    with connection.cursor() as cursor:
        sums = added_up(sums_of_sightings("(SELECT *, 1 AS sign FROM fraud_sighting)"))
        cursor.execute(f"INSERT INTO fraud_keyhour ({COLUMNS}) {sums}")
    for each in labels:
        tell(each)


def tell(label: Label) -> None:
    """As whoever keeps labels does it."""
    label.save()
    is_dispute = label.source == 1 and label.is_fraud is not False
    count_labels([Observed(label.payment_id, label.observed_at, bool(label.is_fraud), is_dispute)])


def forgotten() -> None:
    """Nothing was ever seen."""
    Sighting.objects.all().delete()
    KeyHour.objects.all().delete()
