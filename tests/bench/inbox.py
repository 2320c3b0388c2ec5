"""What the bar of draining measures, as a process of its own: an inbox filled with events, then drained by the product.

`python -m tests.bench.inbox 100000` prints one JSON object; with `ledger` behind it nobody decides about the payments.
"""

from __future__ import annotations

import json
import re
import sys
import time
from pathlib import Path
from typing import Any, Final

import django
from django.conf import settings
from django.db import connection

CODE: Final = "stripe"
_FILL: Final = """
INSERT INTO payments_inboxdelivery
  (provider_id, event_id, event_type, headers, body, is_masked, is_verified, needs_read_back, state, tries, error,
   parked_references)
SELECT %s, 'evt_' || n, 'charge.succeeded', '{}', convert_to(replace(%s, '00000000', lpad(n::text, 8, '0')), 'UTF8'),
       false, true, false, 'waiting', 0, '', '{}'
  FROM generate_series(1, %s) AS n
"""


def charge() -> str:
    """A Stripe event whose ids hold `00000000` where its number goes."""
    facts = {
        "id": "ch_bench00000000", "object": "charge", "amount": 15000, "amount_captured": 15000, "amount_refunded": 0,
        "currency": "krw", "created": 1782900000, "captured": True, "paid": True, "status": "succeeded",
        "payment_intent": "pi_bench00000000", "balance_transaction": "txn_bench00000000", "refunded": False,
        "metadata": {"merchant_reference": "order-00000000"}, "disputed": False,
        "payment_method_details": {"type": "card", "card": {"brand": "visa", "last4": "4242"}},
    }  # fmt: skip
    event = {"id": "evt_00000000", "object": "event", "created": 1782900000, "type": "charge.succeeded", "livemode": True,
             "data": {"object": facts}}  # fmt: skip
    return json.dumps(event)


def provider() -> int:
    """The provider at whose door the measured deliveries arrive; its id."""
    from payments.methods.models import Provider

    made = Provider.objects.create(
        code=CODE, name="Stripe", adapter="mapped", event_adapter="stripe", zone="Asia/Seoul", country="KR",
        currencies=["KRW"],
    )  # fmt: skip
    return int(made.pk)


def megabytes() -> float:
    """Resident memory of this process now, in MiB."""
    found = re.search(r"^VmRSS:\s+(\d+) kB$", Path("/proc/self/status").read_text(), re.MULTILINE)
    return int(found[1]) / 1024 if found else 0.0


def measured(count: int) -> dict[str, Any]:
    """Fill and drain; seconds, rows left and memory."""
    from payments.intake.models import InboxDelivery
    from payments.intake.services.drain import drain
    from payments.ledger.models import Movement

    with connection.cursor() as cursor:
        cursor.execute(_FILL, [provider(), charge(), count])
        cursor.execute("ANALYZE payments_inboxdelivery")
    started = time.perf_counter()
    done, early = 0, 0.0
    while True:  # the product's own loop, cut where memory is looked at
        result = drain(budget_seconds=2)
        done += result.deliveries
        early = early or (megabytes() if done >= count / 10 else 0.0)
        if result.is_empty:
            break
    seconds = time.perf_counter() - started
    return {
        "seconds": seconds,
        "waiting": InboxDelivery.objects.filter(state="waiting").count(),
        "movements": Movement.objects.count(),
        "early_megabytes": early,
        "last_megabytes": megabytes(),
    }


if __name__ == "__main__":
    django.setup()
    if "ledger" in sys.argv:  # without those who decide about payments, whose bar is `fraud_assess`
        settings.LEDGER_PIPELINE = [step for step in settings.LEDGER_PIPELINE if not step.startswith("fraud.")]
    sys.stdout.write(json.dumps(measured(int(sys.argv[1]))) + "\n")
