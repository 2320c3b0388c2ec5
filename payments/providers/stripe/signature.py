"""Stripe's signature: `Stripe-Signature: t=<second>,v1=<hex>,…` over `<second>.<body>` with the endpoint's secret."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from payments.providers.deliveries import BadSignature, RawDelivery
from payments.providers.signing import is_among, refuse_stale, sha256_hmac, signed_second

HEADER: Final = "stripe-signature"
_MOST_PARTS: Final = 30


def check_signature(delivery: RawDelivery, secrets: Sequence[str], now: datetime) -> None:
    """Raise BadSignature unless one of the secrets signed this body, Stale when it did so too long ago or ahead."""
    parts = [part.strip().partition("=") for part in delivery.headers.get(HEADER, "").split(",", _MOST_PARTS)]
    times = [value for name, _, value in parts if name == "t"]
    signatures = [value.encode() for name, _, value in parts if name == "v1" and value.isascii()]
    if len(times) != 1 or not signatures:
        raise BadSignature("no time and signature")
    second = signed_second(times[0])
    # The text of the header is signed, not the number in it: 007 is not 7.
    message = b"%s.%s" % (times[0].encode(), delivery.body)
    keys = [secret.encode() for secret in secrets if secret.strip()]
    if not any(is_among(sha256_hmac(key, message).hex().encode(), signatures) for key in keys):
        raise BadSignature("signed by none of our secrets")
    refuse_stale(second, now)
