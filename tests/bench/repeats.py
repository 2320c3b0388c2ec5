"""A shop that asks for each refund ten times at once under one `Idempotency-Key`, over HTTP.

`python -m tests.bench.repeats prepare 20` makes payments and a key of the API, and prints the key.
"""

from __future__ import annotations

import http.client
import json
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Final, NamedTuple

from tests.bench.inbox import charge, provider

AT_ONCE: Final = 10
REFUND: Final = {"kind": "refund", "amount": 1_000, "reason": "one of several"}
"""A fifteenth of the payment: ten of them would all be possible."""
_NUMBER: Final = "00000000"


class Answer(NamedTuple):
    """What one of several equal requests was told."""

    status: int
    body: bytes
    is_replayed: bool


def prepare(count: int) -> str:
    """Payments that were captured at a provider with an API, and a key that may ask for acts; the key."""
    from django.db import transaction

    from payments.intake.scopes import Scope
    from payments.intake.services.keys import NewKey, issue
    from payments.ledger.services.record import record
    from payments.methods.models import Provider, SecretPurpose
    from payments.methods.services import secrets
    from payments.providers.events import EVENT_ADAPTERS, ProviderTerms

    owner = Provider.objects.get(pk=provider())
    secrets.add(owner, SecretPurpose.API, "sk_test_of_the_bench_000000", by=None)
    terms = ProviderTerms(owner.code, owner.zone, tuple(owner.currencies))
    with transaction.atomic():
        for number in range(count):
            body = charge().replace(_NUMBER, f"{number:08}").encode()
            record(EVENT_ADAPTERS["stripe"].translate(body, terms))
    return issue(NewKey("bench", [Scope.ACTS_WRITE]), by=None).secret


def ask(port: int, key: str, number: int) -> list[Answer]:
    """Ask for one refund, ten times at once."""
    barrier = threading.Barrier(AT_ONCE)

    def one(_: int) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        try:
            connection.connect()
            barrier.wait()
            headers = {
                "Authorization": f"Bearer {key}",
                "Idempotency-Key": f"refund-{number}",
                "Content-Type": "application/json",
            }
            address = f"/api/v1/payments/order-{number:08}/acts"
            connection.request("POST", address, json.dumps(REFUND), headers)
            answer = connection.getresponse()
            return Answer(answer.status, answer.read(), "Idempotent-Replayed" in answer.headers)
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(one, range(AT_ONCE)))


def unequal(answers: list[Answer]) -> Iterator[Answer]:
    """Those that are neither the first answer nor 409 `in progress`."""
    firsts = [each for each in answers if each.status == 202 and not each.is_replayed]
    for each in answers:
        if each.status != 409 and (not firsts or (each.status, each.body) != (firsts[0].status, firsts[0].body)):
            yield each


if __name__ == "__main__":
    import django

    django.setup()
    sys.stdout.write(prepare(int(sys.argv[2])) + "\n")
