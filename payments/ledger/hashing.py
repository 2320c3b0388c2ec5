"""Keyed hashes of personal data: equal inputs can be found again, and nobody without the key can guess them back."""

from __future__ import annotations

import hashlib
import hmac
from functools import cache

from django.conf import settings


@cache
def _key(secret: str) -> bytes:
    return hmac.digest(secret.encode(), b"jeongsan personal data", hashlib.sha256)


def personal_hash(purpose: str, text: str) -> bytes | None:
    """Hash a normalised text with the installation's key, 32 bytes; None for an empty text.

    `purpose` keeps equal texts of different meaning apart: `email`, `phone`, `address`, `instrument`.
    """
    if not text:
        return None
    return hmac.digest(_key(settings.SECRET_KEY), f"{purpose}\n{text}".encode("utf-8", "surrogatepass"), hashlib.sha256)


def email_hash(address: str) -> bytes | None:
    """Hash an e-mail address, blind to case and surrounding blanks."""
    return personal_hash("email", address.strip().casefold())


def phone_hash(number: str) -> bytes | None:
    """Hash a telephone number by its digits and a leading plus."""
    stripped = number.strip()
    digits = "".join(character for character in stripped if character.isdecimal())
    return personal_hash("phone", ("+" if stripped.startswith("+") else "") + digits) if digits else None


def address_hash(address: str) -> bytes | None:
    """Hash a postal address, blind to case and to how it is spaced."""
    return personal_hash("address", " ".join(address.split()).casefold())
