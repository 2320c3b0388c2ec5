"""Keys of the merchant API: issued and shown once, rotated with an overlap, revoked, and known again when shown."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

from django.db import connection, transaction
from django.utils import timezone

from payments.cards import holds_card_data
from payments.intake.models import ApiKey
from payments.intake.scopes import Scope
from payments.records.services import audit

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser

SHAPE: Final = re.compile(r"jsk_([0-9a-z]{8})_([A-Za-z0-9_-]{43})")
"""`jsk`, a readable prefix, and 256 random bits in base64url."""
LONGEST_OVERLAP: Final = timedelta(days=90)
USE_RESOLUTION_SECONDS: Final = 60
"""When a key was last used is written at most this often."""
_ALPHABET: Final = "abcdefghijkmnpqrstuvwxyz23456789"
_NOBODYS_DIGEST: Final = b"\x00" * 32


class KeyRefused(ValueError):
    """A key that cannot be issued or changed so; the message says why, and the field is what to correct."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class NewKey:
    """What is asked of a key."""

    name: str
    scopes: Sequence[str]
    networks: Sequence[str] = ()
    """CIDR; none: from anywhere."""
    expires_at: datetime | None = None
    """Aware; None: until it is revoked."""


class Issued(NamedTuple):
    """A new key and what is to be shown this once."""

    key: ApiKey
    secret: str


@transaction.atomic
def issue(wanted: NewKey, *, by: AbstractBaseUser | None, replaces: ApiKey | None = None) -> Issued:
    """Make a key; the whole of it is in the answer and nowhere else.

    Raises:
        KeyRefused: no name, no or unknown scopes, a network that is none, an end in the past.
    """
    scopes, networks = _checked(wanted)
    prefix = "".join(secrets.choice(_ALPHABET) for _ in range(8))
    secret = f"jsk_{prefix}_{secrets.token_urlsafe(32)}"
    key = ApiKey.objects.create(
        name=wanted.name.strip(),
        prefix=prefix,
        digest=digest_of(secret),
        scopes=scopes,
        networks=networks,
        expires_at=wanted.expires_at,
        replaces=replaces,
        created_by_id=by.pk if by is not None else None,
    )
    detail = {"name": key.name, "prefix": prefix, "scopes": scopes, "networks": networks}
    if wanted.expires_at is not None:
        detail["expires_at"] = wanted.expires_at.isoformat()
    audit.record("api_key.issued", by=by, about=("api_key", key.pk), detail=detail)
    return Issued(key, secret)


@transaction.atomic
def rotate(key: ApiKey, *, overlap: timedelta, by: AbstractBaseUser | None) -> Issued:
    """Issue a key that may do the same; the old one goes on to hold for `overlap`, or until its own earlier end.

    The successor of a key that was issued for some time holds as long from now on.

    Raises:
        KeyRefused: the key holds no more, or the overlap is negative or longer than 90 days.
    """
    if not timedelta(0) <= overlap <= LONGEST_OVERLAP:
        raise KeyRefused("overlap", "The overlap must be between 0 and 90 days.")
    held = ApiKey.objects.select_for_update().get(pk=key.pk)
    now = timezone.now()
    if not is_in_force(held, now):
        raise KeyRefused("key", "The key is revoked or expired; issue a new one.")
    lifetime = _lifetime(held)
    issued = issue(
        NewKey(held.name, held.scopes, held.networks, now + lifetime if lifetime else None), by=by, replaces=held
    )
    ends_at = now + overlap
    if held.expires_at is None or held.expires_at > ends_at:
        held.expires_at = ends_at
        held.save(update_fields=["expires_at"])
    detail = {"prefix": held.prefix, "expires_at": held.expires_at.isoformat(), "successor": issued.key.prefix}
    audit.record("api_key.rotated", by=by, about=("api_key", held.pk), detail=detail)
    return issued


def _lifetime(key: ApiKey) -> timedelta | None:
    """How long a key was issued for; a rotation has cut its own end, but not that of its first successor."""
    issued = ApiKey.objects.filter(replaces=key).order_by("pk").first() or key
    return issued.expires_at - issued.created_at if issued.expires_at else None


@transaction.atomic
def revoke(key: ApiKey, *, by: AbstractBaseUser | None) -> ApiKey:
    """End a key at once and for good; ending it twice changes nothing."""
    held = ApiKey.objects.select_for_update().get(pk=key.pk)
    if held.revoked_at is None:
        held.revoked_at = timezone.now()
        held.save(update_fields=["revoked_at"])
        audit.record("api_key.revoked", by=by, about=("api_key", held.pk), detail={"prefix": held.prefix})
    return held


def recognise(shown: str, address: str) -> ApiKey | None:
    """The key that somebody at an address shows, with its last use; None when it is none, or does not hold there.

    One query, whatever was shown, and the same comparison whether the prefix is known or not.
    """
    shape = SHAPE.fullmatch(shown)
    if shape is None:
        return None
    key = ApiKey.objects.select_related("use").filter(prefix=shape[1]).first()
    held = bytes(key.digest) if key is not None else _NOBODYS_DIGEST
    if not hmac.compare_digest(digest_of(shown), held) or key is None:
        return None
    return key if is_in_force(key, timezone.now()) and is_at_home(key, address) else None


def digest_of(secret: str) -> bytes:
    """SHA-256 of the whole key: 256 random bits need no salt and no slow hash."""
    return hashlib.sha256(secret.encode()).digest()


def is_in_force(key: ApiKey, now: datetime) -> bool:
    """Whether a key is neither revoked nor expired."""
    return key.revoked_at is None and (key.expires_at is None or key.expires_at > now)


def is_at_home(key: ApiKey, address: str) -> bool:
    """Whether a key may be used from an address; one without networks may be used from anywhere."""
    if not key.networks:
        return True
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None) or found
    return any(mapped in ipaddress.ip_network(network) for network in key.networks)


def is_use_to_note(key: ApiKey) -> bool:
    """Whether the last use of a recognised key was noted more than a minute ago, or never."""
    use = getattr(key, "use", None)
    return use is None or use.last_used_at < timezone.now() - timedelta(seconds=USE_RESOLUTION_SECONDS)


def mark_used(key: ApiKey) -> None:
    """Note that a key was used just now, unless that was noted less than a minute ago."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO payments_apikeyuse AS held (key_id, last_used_at) VALUES (%s, now())"
            " ON CONFLICT (key_id) DO UPDATE SET last_used_at = excluded.last_used_at"
            " WHERE held.last_used_at < excluded.last_used_at - make_interval(secs => %s)",
            [key.pk, USE_RESOLUTION_SECONDS],
        )


def count_request(key: ApiKey) -> int:
    """Count a request of a key; how many it has made in this minute of the clock, this one among them.

    One statement: whoever asks at the same moment waits for this row, and is counted after.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO payments_apikeyminute AS held (key_id, minute, requests)"
            " VALUES (%s, floor(extract(epoch FROM clock_timestamp()) / 60), 1)"
            " ON CONFLICT (key_id) DO UPDATE SET minute = greatest(held.minute, excluded.minute), requests ="
            " CASE WHEN held.minute < excluded.minute THEN 1 ELSE least(held.requests::bigint + 1, 2147483647) END"
            " RETURNING requests",
            [key.pk],
        )
        row = cursor.fetchone()
    return int(row[0]) if row else 0


def _checked(wanted: NewKey) -> tuple[list[str], list[str]]:
    name = wanted.name.strip()
    if not name or len(name) > 80 or not name.isprintable():
        raise KeyRefused("name", "Give a name of at most 80 characters.")
    if holds_card_data(name):
        raise KeyRefused("name", "This looks like card data, which is kept nowhere.")
    scopes = sorted(set(wanted.scopes))
    if not scopes or not set(scopes) <= set(Scope.values):
        raise KeyRefused("scopes", f"Choose at least one of: {', '.join(Scope.values)}.")
    if wanted.expires_at is not None and wanted.expires_at <= timezone.now():
        raise KeyRefused("expires_at", "The end is in the past.")
    networks = []
    for network in wanted.networks:
        try:
            networks.append(str(ipaddress.ip_network(network.strip())))
        except ValueError:
            raise KeyRefused("networks", "A network is written like 203.0.113.0/24 or 2001:db8::/32.") from None
    return scopes, sorted(set(networks))
