"""The vault: encrypts what must be kept but not read, with keys that can be changed while old ones still open.

The first key closes, every key opens. Keys come from the setting ENCRYPTION_KEYS, newest first; where it is empty, and
for what was closed before it was set, the key is derived from SECRET_KEY.
"""

from __future__ import annotations

import base64
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

_PURPOSE = b"jeongsan.vault"


class VaultLocked(Exception):
    """No key of this installation opens it: keys were lost, or the bytes were changed."""


def encrypt(plain: bytes) -> bytes:
    """The bytes, closed with the newest key."""
    return _keys().encrypt(plain)


def decrypt(closed: bytes | memoryview) -> bytes:
    """What `encrypt` was given, whichever key closed it.

    Raises:
        VaultLocked: no key opens it.
    """
    try:
        return _keys().decrypt(bytes(closed))
    except InvalidToken:
        raise VaultLocked("no key of ENCRYPTION_KEYS, nor SECRET_KEY, opens this secret") from None


def _keys() -> MultiFernet:
    return _made((*settings.ENCRYPTION_KEYS, settings.SECRET_KEY))


@lru_cache(maxsize=4)
def _made(passwords: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(_derived(password)) for password in passwords])


def _derived(password: str) -> bytes:
    """A key of its own: what signs sessions must not also be what closes the vault."""
    derivation = HKDF(algorithm=SHA256(), length=32, salt=None, info=_PURPOSE)
    return base64.urlsafe_b64encode(derivation.derive(password.encode()))
