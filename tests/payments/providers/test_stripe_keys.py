"""The same identity meets on both sides: what Stripe's webhooks keep, and what its reports name."""

from __future__ import annotations

import json
from pathlib import Path

from payments.facts import EventKind
from payments.providers.deliveries import ProviderTerms
from payments.providers.stripe import StripeEvents
from tests.payments.providers.events.bodies import charge, dispute, refund
from tests.payments.providers.stripe_files import read, report, row


def test_webhooks_and_reports_have_one_key(tmp_path: Path) -> None:
    told = [
        ("charge.captured", charge()),
        ("refund.created", refund()),
        ("charge.dispute.funds_withdrawn", dispute()),
        ("charge.dispute.funds_reinstated", dispute()),
    ]
    kept = []
    for number, (event_type, subject) in enumerate(told):
        event = {"id": f"evt_{number}", "type": event_type, "created": 1_785_466_805, "data": {"object": subject}}
        events = StripeEvents().translate(json.dumps(event).encode(), ProviderTerms("stripe", "UTC", ("EUR",)))
        kept += [(each.kind, each.provider_key) for each in events if each.provider_key]
    categories = ("charge", "refund", "dispute", "dispute_reversal")
    rows = [row(name, "1.00", "1.00", str(subject["id"])) for name, (_, subject) in zip(categories, told, strict=True)]
    lines = read(tmp_path, report(rows)).lines
    assert kept == [
        (kind, line.provider_key)
        for kind, line in zip(
            (EventKind.CAPTURED, EventKind.REFUNDED, EventKind.CHARGED_BACK, EventKind.CHARGEBACK_REVERSED),
            lines,
            strict=True,
        )
    ]
