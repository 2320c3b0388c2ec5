"""How a neutral event is kept in a row of the history and read back from it; pure."""

from __future__ import annotations

import hashlib
import json
from dataclasses import fields
from datetime import datetime
from operator import attrgetter
from typing import Any, Final, NamedTuple

from payments.facts import AttemptResult, EventKind, Instrument, NeutralEvent
from payments.money import EXPONENTS

_COLUMNS: Final = frozenset({"source", "source_event_id", "kind", "occurred_at"})
"""Fields with a column of their own."""
_NAMES: Final = tuple(field.name for field in fields(NeutralEvent) if field.name not in _COLUMNS)
_VALUES: Final = attrgetter(*_NAMES)
_PARTS: Final = tuple(field.name for field in fields(Instrument))
_KINDS: Final = {kind.value: kind for kind in EventKind}
_INSTANTS: Final = ("requested_at", "expires_at")
_LONGEST: Final = {
    "source": 60, "source_event_id": 120, "provider": 40, "merchant_reference": 80, "attempt_reference": 80,
    "shop_attempt": 80, "provider_key": 80, "object_key": 80, "method": 80, "decline_code": 40,
    "provider_decline_code": 80, "reason": 200, "device": 80, "customer": 80, "three_d_secure": 20,
}  # fmt: skip
"""Characters of each text that the tables hold."""
_TEXTS: Final = attrgetter(*_LONGEST)
_LARGEST: Final = 2**63 - 1


class EventRefused(ValueError):
    """An event that cannot be kept: which field, and why. The message may be shown to whoever sent it."""

    def __init__(self, field: str, reason: str) -> None:
        """`field` is of NeutralEvent; `reason` completes the sentence that begins with its name."""
        super().__init__(f"{field} {reason}")
        self.field = field
        self.reason = reason


class Kept(NamedTuple):
    """An event as its row has it."""

    body: str
    """JSON of every set field without a column."""
    digest: bytes
    """16 bytes over everything that is folded: what the source merely adds may differ between two tellings."""


def check(event: NeutralEvent) -> None:
    """Raise EventRefused for what no row can hold or no fold can read."""
    for (name, longest), value in zip(_LONGEST.items(), _TEXTS(event), strict=True):
        if len(value) > longest:
            raise EventRefused(name, f"has more than {longest} characters")
        if "\x00" in value:
            raise EventRefused(name, "has a zero byte")
    for name in ("source", "source_event_id"):
        if not getattr(event, name):
            raise EventRefused(name, "is empty")
    _check_money(event)
    for name in ("occurred_at", *_INSTANTS):
        value = getattr(event, name)
        if value is not None and value.tzinfo is None:
            raise EventRefused(name, "has no zone")
    if any(not reference or len(reference) > 120 for reference in event.references):
        raise EventRefused("references", "hold an empty or too long one")


def _check_money(event: NeutralEvent) -> None:
    if event.amount is not None and not 0 <= event.amount <= _LARGEST:
        raise EventRefused("amount", "is negative or too large")
    if event.amount is not None and not event.currency:
        raise EventRefused("currency", "is missing beside an amount")
    if event.currency and event.currency not in EXPONENTS:
        raise EventRefused("currency", "is no ISO 4217 code")


def keep(event: NeutralEvent) -> Kept:
    """Turn an event into what its row keeps beside the columns."""
    # An amount of 0 is stated, and everything else that is empty is not.
    values: dict[str, Any] = {
        name: value if type(value) is str else _plain(value)
        for name, value in zip(_NAMES, _VALUES(event), strict=True)
        if value or value == 0
    }
    extra = values.pop("extra", None)
    folded = json.dumps(values, sort_keys=True, ensure_ascii=False)
    text = f"{event.kind}|{event.occurred_at.isoformat()}|{folded}"
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
    body = folded if extra is None else json.dumps(values | {"extra": extra}, sort_keys=True, ensure_ascii=False)
    return Kept(body, digest)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Instrument):
        return {name: part for name in _PARTS if (part := getattr(value, name))}
    return list(value) if isinstance(value, tuple) else value


def restore(source: str, source_event_id: str, kind: str, occurred_at: datetime, body: dict[str, Any]) -> NeutralEvent:
    """Read an event back from its row, as it was told."""
    values = dict(body)
    for name in _INSTANTS:
        if name in values:
            values[name] = datetime.fromisoformat(values[name])
    if "result" in values:
        values["result"] = AttemptResult(values["result"])
    if "instrument" in values:
        values["instrument"] = Instrument(**values["instrument"])
    if "references" in values:
        values["references"] = tuple(values["references"])
    return NeutralEvent(source, source_event_id, _KINDS[kind], occurred_at, **values)
