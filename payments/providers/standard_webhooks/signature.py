"""The Standard Webhooks signature: `webhook-signature: v1,<base64> …` over `<webhook-id>.<webhook-timestamp>.<body>`.

https://www.standardwebhooks.com; PortOne signs the same way.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from payments.providers.deliveries import BadSignature, RawDelivery
from payments.providers.signing import is_among, refuse_stale, sha256_hmac, signed_second

_PREFIX: Final = "whsec_"
_MOST_SIGNATURES: Final = 30
_LONGEST_ID: Final = 160


def checked_id(delivery: RawDelivery, secrets: Sequence[str], now: datetime) -> str:
    """The `webhook-id` of a delivery that one of the secrets signed.

    Raises BadSignature, and Stale when it was signed too long ago or ahead.
    """
    webhook_id = delivery.headers.get("webhook-id", "")
    stamp = delivery.headers.get("webhook-timestamp", "")
    if not 0 < len(webhook_id) <= _LONGEST_ID or not webhook_id.isascii() or not webhook_id.isprintable():
        raise BadSignature("no webhook-id")
    second = signed_second(stamp)
    message = b"%s.%s.%s" % (webhook_id.encode(), stamp.encode(), delivery.body)
    claimed = _claimed(delivery.headers.get("webhook-signature", ""))
    if not any(is_among(base64.b64encode(sha256_hmac(key, message)), claimed) for key in _usable(secrets)):
        raise BadSignature("signed by none of our secrets")
    refuse_stale(second, now)
    return webhook_id


def _claimed(header: str) -> list[bytes]:
    parts = [part.partition(",") for part in header.split(" ", _MOST_SIGNATURES)]
    return [value.encode() for version, _, value in parts if version == "v1" and value.isascii()]


def _usable(secrets: Sequence[str]) -> list[bytes]:
    usable = []
    for secret in secrets:
        plain = secret.strip().removeprefix(_PREFIX)
        try:
            usable.append(base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True))
        except (binascii.Error, ValueError):
            continue  # no secret of this scheme: it can have signed nothing
    return [key for key in usable if key]
