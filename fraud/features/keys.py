"""Keys: what a payment is known by, as eight bytes of a hash; the same in Python and in SQL.

E-mail addresses, shipping addresses and fingerprints of instruments are hashed by the ledger with the installation's
key; devices, IP addresses and shops are plain hashes, and a customer is the number of its row.
"""

from __future__ import annotations

import hashlib
import ipaddress
from typing import Final

from fraud.features.models import KeyKind
from payments.ledger.hashing import address_hash, email_hash, personal_hash
from payments.ledger.models import Customer

SQL_KEY_OF_HASH: Final = "('x' || encode(substr({0}, 1, 8), 'hex'))::bit(64)::bigint"
"""Of 32 bytes that the ledger keeps."""
_SHA: Final = SQL_KEY_OF_HASH.format("sha256({0})")
SQL_KEY_OF_DEVICE: Final = _SHA.format("convert_to('device:' || {0}, 'UTF8')")
SQL_KEY_OF_SHOP: Final = _SHA.format("convert_to('shop:' || {0}, 'UTF8')")
SQL_KEY_OF_WEAK_INSTRUMENT: Final = _SHA.format("convert_to('instrument:' || lower({0}), 'UTF8')")
"""Of brand|bin|last4, where nobody tells a fingerprint: several cards may share it."""
SQL_KEY_OF_IP: Final = _SHA.format("'ip:'::bytea || substr(inet_send({0}), 5)")
SQL_KEY_OF_NETWORK: Final = _SHA.format(
    "'network:'::bytea || substr(inet_send({0}), 5, CASE family({0}) WHEN 4 THEN 3 ELSE 6 END)"
)


def key_of(kind: KeyKind, text: str) -> int | None:
    """The key of what is typed in a list or sent to the API.

    None for '', for what is no IP address, and for a customer nobody has seen. An instrument is its fingerprint, or
    `brand|bin|last4` where there is none.
    """
    text = text.strip()
    if not text:
        return None
    if kind is KeyKind.CUSTOMER:
        return Customer.objects.filter(merchant_customer_id=text).values_list("pk", flat=True).first()
    if kind is KeyKind.IP:
        packed = _packed(text)
        return None if packed is None else _key(b"ip:" + packed)
    if kind is KeyKind.EMAIL:
        return key_of_hash(email_hash(text))
    if kind is KeyKind.ADDRESS:
        return key_of_hash(address_hash(text))
    if kind is KeyKind.INSTRUMENT and text.count("|") != 2:
        return key_of_hash(personal_hash("instrument", text))
    return _key(f"{kind.name.lower()}:{text.lower() if kind is KeyKind.INSTRUMENT else text}".encode())


def network_of(ip: str) -> int | None:
    """The key of the network of an IP address: 24 bits of it, or 48 of IPv6. None for what is no IP address."""
    packed = _packed(ip.strip())
    return None if packed is None else _key(b"network:" + packed[: 3 if len(packed) == 4 else 6])


def key_of_hash(digest: bytes | None) -> int | None:
    """The first eight bytes of a hash as a signed number."""
    return None if digest is None else int.from_bytes(bytes(digest[:8]), "big", signed=True)


def _packed(ip: str) -> bytes | None:
    try:
        return ipaddress.ip_address(ip).packed
    except ValueError:
        return None


def _key(text: bytes) -> int:
    return int.from_bytes(hashlib.sha256(text).digest()[:8], "big", signed=True)
