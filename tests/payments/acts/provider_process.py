"""A worker that can be killed: sends what is due in a process of its own.

Arguments: the name of the test database, and `honest` or `new-key`, the planted fault: it sends every try under a key of
its own. Prints `ready` before it begins, and how many it sent when it is done.
"""

from __future__ import annotations

import os
import sys
import uuid
from pathlib import Path


def main(database: str, manner: str) -> None:
    """Send."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
    sys.path.insert(0, str(Path(__file__).resolve().parents[3]))
    import django
    from django.conf import settings

    django.setup()
    settings.DATABASES["default"]["NAME"] = database
    from payments.acts.models import PaymentAct
    from payments.acts.services import sending
    from payments.providers.answers import ActResult, ProviderClient

    if manner == "new-key":
        honest = sending.sent

        def sent(act: PaymentAct, client: ProviderClient) -> ActResult:
            act.idempotency_key = uuid.uuid4()
            return honest(act, client)

        sending.sent = sent
    print("ready", flush=True)
    print(sending.send_acts(), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
