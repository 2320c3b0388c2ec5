"""Adyen's signature of one notification item: HMAC-SHA256 with the hexadecimal key over eight of its fields.

It covers the references, the account, the amount, the code and the outcome, so what decides about money. It covers
neither `eventDate` nor `additionalData`, and no time: an item played back is the same event, and changes nothing.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from typing import Final

from payments.providers.deliveries import BadSignature, Unreadable
from payments.providers.event_fields import EventFields
from payments.providers.signing import is_among, sha256_hmac

# The signed text divides its fields by colons. A field that held one could be divided otherwise under the same
# signature; only the merchant's own reference may, as every field beside it then has just one place to end.
_PLAIN: Final = re.compile(r"[^:\\\x00-\x1f]{0,120}")
_SIGNED: Final = ("pspReference", "originalReference", "merchantAccountCode", "merchantReference")


def check_item(item: EventFields, keys: Sequence[str]) -> None:
    """Raise BadSignature unless one of the hexadecimal keys signed the item, Unreadable where it cannot be signed."""
    message = _message(item)
    extra = item.maybe("additionalData")
    claimed = extra.text("hmacSignature") if extra else ""
    if not claimed or not claimed.isascii():
        raise BadSignature("an item without a signature")
    hashes = [base64.b64encode(sha256_hmac(key, message)) for key in _usable(keys)]
    if not any(is_among(each, [claimed.encode()]) for each in hashes):
        raise BadSignature("signed by none of our keys")


def _message(item: EventFields) -> bytes:
    amount = item.inner("amount")
    parts = [item.text(name) for name in _SIGNED]
    parts += [str(amount.integer("value")), amount.text("currency"), item.text("eventCode"), item.text("success")]
    for place, part in enumerate(parts):
        if place != _SIGNED.index("merchantReference") and not _PLAIN.fullmatch(part):
            raise Unreadable("a signed field holds a divider")
    return ":".join(parts).encode()


def _usable(keys: Sequence[str]) -> list[bytes]:
    usable = []
    for key in keys:
        try:
            usable.append(binascii.a2b_hex(key.strip()))
        except (binascii.Error, ValueError):
            continue  # not a key of Adyen's: it can have signed nothing
    return [key for key in usable if key]
