"""What the bar of memory measures, as a process of its own: burst after burst is delivered and drained, and in between the
resident memory is written down.

`python -m tests.bench.resident 1000000 kept` prints one JSON object; with `kept` it keeps something of every delivery,
64 MiB in the end: the planted arm.
"""

from __future__ import annotations

import json
import sys
from typing import Any, Final

import django
from django.db import connection

from tests.bench.inbox import charge, megabytes, provider

SAMPLES: Final = 50
KEPT_MEGABYTES: Final = 64
_FILL: Final = """
INSERT INTO payments_inboxdelivery
  (provider_id, event_id, event_type, headers, body, is_masked, is_verified, needs_read_back, state, tries, error,
   parked_references)
SELECT %s, 'evt_' || n, 'charge.succeeded', '{}', convert_to(replace(%s, '00000000', lpad(n::text, 8, '0')), 'UTF8'),
       false, true, false, 'waiting', 0, '', '{}'
  FROM generate_series(%s::bigint, %s) AS n
"""


def measured(count: int, *, does_keep: bool) -> dict[str, Any]:
    """Memory after each burst, in MiB, and what is left at the end."""
    from payments.intake.models import InboxDelivery
    from payments.intake.services.drain import drain
    from payments.ledger.models import Movement

    owner, body = provider(), charge()
    samples: list[float] = []
    kept: list[bytes] = []
    burst = -(-count // SAMPLES)
    for first in range(1, count + 1, burst):
        last = min(first + burst - 1, count)
        with connection.cursor() as cursor:
            cursor.execute(_FILL, [owner, body, first, last])
            cursor.execute("ANALYZE payments_inboxdelivery")
        while not drain(budget_seconds=300).is_empty:
            pass
        if does_keep:
            kept += [bytes(KEPT_MEGABYTES * 1024**2 // count) for _ in range(first, last + 1)]
        samples.append(megabytes())
    return {
        "samples": samples,
        "burst": burst,
        "waiting": InboxDelivery.objects.filter(state="waiting").count(),
        "movements": Movement.objects.count(),
    }


if __name__ == "__main__":
    django.setup()
    sys.stdout.write(json.dumps(measured(int(sys.argv[1]), does_keep="kept" in sys.argv[2:])) + "\n")
