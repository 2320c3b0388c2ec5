"""Toss Payments' signature, which only `payout.changed` and `seller.changed` carry.

`tosspayments-webhook-signature: v1:<base64>,v1:<base64>` is the HMAC-SHA256 of `<body>:<transmission-time>` with the
security key of the shop; either value may be the one.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from payments.providers.deliveries import BadSignature, RawDelivery
from payments.providers.event_fields import parse_instant
from payments.providers.signing import is_among, refuse_stale, sha256_hmac

HEADER: Final = "tosspayments-webhook-signature"
_TIME_HEADER: Final = "tosspayments-webhook-transmission-time"
_MOST_VALUES: Final = 10
_ZONE: Final = "Asia/Seoul"
_HEXADECIMAL: Final = re.compile(r"(?:[0-9a-fA-F]{2}){16,}")


def check_signature(delivery: RawDelivery, secrets: Sequence[str], now: datetime) -> None:
    """Raise BadSignature unless one of the security keys signed this body, Stale when too long ago or ahead."""
    sent = delivery.headers.get(_TIME_HEADER, "")
    try:
        second = int(parse_instant(sent, _ZONE).timestamp())
    except ValueError:
        raise BadSignature("no time of transmission") from None
    message = b"%s:%s" % (delivery.body, sent.encode())
    claimed = _claimed(delivery.headers.get(HEADER, ""))
    if not any(is_among(sha256_hmac(key, message), claimed) for key in _usable(secrets)):
        raise BadSignature("signed by none of our keys")
    refuse_stale(second, now)


def _claimed(header: str) -> list[bytes]:
    claimed = []
    for part in header.removeprefix("v1:").split(",", _MOST_VALUES):
        try:
            claimed.append(base64.b64decode(part.strip().removeprefix("v1:"), validate=True))
        except (binascii.Error, ValueError):
            continue
    return claimed


def _usable(secrets: Sequence[str]) -> list[bytes]:
    """The key as it is written and, being hexadecimal, as the bytes it spells: Toss does not document which."""
    written = [secret.strip() for secret in secrets if secret.strip()]
    spelled = [bytes.fromhex(secret) for secret in written if _HEXADECIMAL.fullmatch(secret)]
    return [secret.encode() for secret in written] + spelled
