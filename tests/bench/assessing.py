"""What the bar of assessments measures, as a process of its own: payments that arrive one by one, and rules to ask.

`python -m tests.bench.assessing prepare` prints a key of the API, `… one 300` the times of 300 payments as JSON.
"""

from __future__ import annotations

import json
import sys
import time
from datetime import UTC, datetime
from typing import Any, Final

POOL: Final = 200_000
"""Customers, cards, devices and addresses that are used again and again."""
SHOPS: Final = 20
CARRIER: Final = 130
"""Every so many sightings are from one IP address."""
RULES: Final = 20
PROVIDER: Final = "bench"
STEPS: Final = (
    "fraud.features.services.sightings.keep", "fraud.labels.services.disputes.note",
    "fraud.decisions.services.marking.mark", "fraud.decisions.services.assessing.assess",
)  # fmt: skip


def order(number: int) -> dict[str, Any]:
    """One order as the API takes it, by somebody who was seen often; every fifth from the carrier's address."""
    place = number * 7919 % POOL
    return {
        "merchant_reference": f"bench-{number}", "amount": 1_000 + number * 37 % 90_000, "currency": "KRW",
        "customer": f"c-{place}", "device": f"d-{place}", "ip": "10.0.0.0" if number % 5 == 0 else address(place),
        "shop": f"s-{number % SHOPS}", "country": "KR", "card_country": "KR",
        "instrument": {"brand": "visa", "bin": "424242", "last4": f"{place % 10_000:04}"},
    }  # fmt: skip


def address(place: int) -> str:
    """The IP address of one of the pool."""
    return f"10.{place // 65_536 + 1}.{place // 256 % 256}.{place % 256}"


def prepare() -> str:
    """A provider, live rules, and a key that may ask; the key."""
    from django.utils import timezone

    from config.staff.models import User
    from fraud.rules.models import Rule, RuleState, RuleVersion
    from payments.intake.scopes import Scope
    from payments.intake.services.keys import NewKey, issue
    from payments.methods.models import Provider

    Provider.objects.create(
        code=PROVIDER, name="Bench", adapter="mapped", zone="Asia/Seoul", country="KR", currencies=["KRW"]
    )
    author, other = (User.objects.create(email=f"{name}@example.com", name=name) for name in ("author", "other"))
    for number in range(RULES):
        parts = [
            {"op": ">=", "left": ["field", "customer_count_1d"], "right": 20 + number},
            {"op": ">", "left": ["field", "ip_failed_1d"], "right": 1_000_000},
        ]
        RuleVersion.objects.create(
            rule=Rule.objects.create(name=f"rule {number}"), number=1, action=4, condition={"op": "and", "of": parts},
            digest=f"{number:064x}", state=RuleState.LIVE, written_by=author, published_by=other,
            published_at=timezone.now(),
        )  # fmt: skip
    return issue(NewKey("bench", [Scope.ASSESSMENTS_WRITE]), by=None).secret


def one_by_one(count: int) -> dict[str, Any]:
    """Record payments and run the steps of fraud over each, as the ledger does; seconds of each."""
    from django.conf import settings
    from django.db import transaction
    from django.utils.module_loading import import_string

    from fraud.assessments.models import Assessment
    from payments.ledger.models import Payment
    from payments.ledger.pipeline import Changed

    settings.LEDGER_PIPELINE = []
    steps = [import_string(path) for path in STEPS]
    spent = []
    for number in range(count):
        with transaction.atomic():
            _record(number)
        changed = Changed(payments=(Payment.objects.get(merchant_reference=f"bench-{number}").pk,))
        started = time.perf_counter()
        with transaction.atomic():
            for step in steps:
                step(changed)
        spent.append(time.perf_counter() - started)
    return {"seconds": spent, "assessed": Assessment.objects.filter(merchant_reference__startswith="bench-").count()}


def _record(number: int) -> None:
    from payments.facts import CheckoutFact, CustomerFact, EventKind, Instrument, NeutralEvent
    from payments.ledger.services.record import record

    given, now = order(number), datetime.now(UTC)
    event = NeutralEvent(
        source=f"provider:{PROVIDER}", source_event_id=f"bench-{number}", kind=EventKind.AUTHORIZED, occurred_at=now,
        provider=PROVIDER, merchant_reference=given["merchant_reference"], attempt_reference=f"pi_bench-{number}",
        amount=given["amount"], currency="KRW", instrument=Instrument(**given["instrument"]), ip=given["ip"],
        device=given["device"], extra={"shop": given["shop"], "card_country": "KR"},
    )  # fmt: skip
    told = CheckoutFact(
        given["merchant_reference"], given["amount"], "KRW", now, customer=CustomerFact(given["customer"]), country="KR"
    )
    record([event], checkouts=[told])


if __name__ == "__main__":
    import django

    django.setup()
    done = prepare() if sys.argv[1] == "prepare" else json.dumps(one_by_one(int(sys.argv[2])))
    sys.stdout.write(done + "\n")
