"""What lists say of the keys of a payment; pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from fraud.features.subjects import Subject

Keys = Mapping[int, int]
"""Key by its kind."""
_FIELDS: Final = ("customer_id", "instrument", "device", "ip", "email", "address", "shop")
"""In the order of `KeyKind`, from 1."""
_KINDS_PER_LIST: Final = 16


def keys_of(subject: Subject) -> dict[int, int]:
    """The keys that a subject has, by their kind."""
    found = ((kind, getattr(subject, name)) for kind, name in enumerate(_FIELDS, 1))
    return {kind: key for kind, key in found if key is not None}


def code_of(list_name: int, kind: int) -> int:
    """How a hit is stored: the list and the kind of key in one number."""
    return list_name * _KINDS_PER_LIST + kind


@dataclass(frozen=True, slots=True)
class Hits:
    """Which lists a payment's keys stand on."""

    codes: tuple[int, ...] = ()
    """By `code_of`, ascending."""
    entry_ids: tuple[int, ...] = ()

    def has(self, list_name: int) -> bool:
        """Whether any key stands on a list."""
        return any(code // _KINDS_PER_LIST == list_name for code in self.codes)
