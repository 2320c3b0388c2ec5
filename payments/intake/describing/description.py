"""What a person says of a file, exactly as typed, and the mapping that it makes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from payments.banks.mapped.schema import FACTS as BANK_FACTS
from payments.facts import FileRefused, Problem
from payments.providers.mapped.schema import FACTS as STATEMENT_FACTS
from payments.wording import translatable

BAD_JSON: Final = translatable("This is not a JSON object: %(reason)s")
BAD_COUNT: Final = translatable("“%(text)s” is not a number from 0 to 1000.")
MORE: Final = "more"
"""The field of further keys, for messages."""
SIDE: Final = "side"
"""The meaning of a column that says debit or credit; a mapping keeps it apart from the facts."""
PLAIN_KEYS: Final = ("encoding", "delimiter", "list", "zone", "date_format", "time_format", "decimal_mark")


@dataclass(frozen=True, slots=True)
class Description:
    """A file as a person describes it; every value is the text of a field, so that nothing typed is lost."""

    is_bank: bool
    format: str = "csv"
    plain: Mapping[str, str] = field(default_factory=dict)
    """The keys of `PLAIN_KEYS` that are given."""
    skip_lines: str = ""
    has_header: bool = True
    units: str = "major"
    """Of all currencies; a mapping with units by currency keeps them among the further keys."""
    amount_signs: str = "as_written"
    fee_signs: str = "cost"
    fee_includes_vat: bool = False
    debit_is_negative: bool = False
    currency: str = ""
    """Of every row, where no column says it."""
    meanings: Mapping[str, str] = field(default_factory=dict)
    """What each column means, by its name or position; '' or missing: nothing."""
    kinds: Mapping[str, str] = field(default_factory=dict)
    """What the words of the kind column mean; '' or missing: unknown."""
    sides: Mapping[str, str] = field(default_factory=dict)
    """The words of the side column: `negative` or `positive`."""
    more: str = ""
    """Further keys of the mapping, as JSON."""

    def column_of(self, meaning: str) -> str:
        """The first column with a meaning; '' when none has it."""
        return next((column for column, each in self.meanings.items() if each == meaning), "")

    def as_mapping(self, positions: frozenset[str] = frozenset()) -> dict[str, Any]:
        """The mapping, with the further keys laid over it. `positions` are the columns that have no name.

        Raises:
            FileRefused: the further keys are no JSON object, or a number is none; `field` says which.
        """
        mapping: dict[str, Any] = {"format": self.format}
        mapping |= {key: self.plain[key] for key in PLAIN_KEYS if self.plain.get(key)}
        if self.skip_lines.strip() not in ("", "0"):
            mapping["skip_lines"] = _count(self.skip_lines.strip())
        if not self.has_header:
            mapping["header"] = False
        if self.units != "major":
            mapping["units"] = self.units
        mapping["columns"] = self._columns(positions)
        if self.currency.strip():
            mapping["constants"] = {"currency": self.currency.strip().upper()}
        mapping |= self._signs(positions)
        return _laid_over(mapping, self._further())

    def _columns(self, positions: frozenset[str]) -> dict[str, Any]:
        columns: dict[str, Any] = {}
        for column, meaning in self.meanings.items():
            if meaning and meaning != SIDE:
                columns.setdefault(meaning, []).append(_key(column, positions))
        return {meaning: found[0] if len(found) == 1 else found for meaning, found in columns.items()}

    def _signs(self, positions: frozenset[str]) -> dict[str, Any]:
        """Signs, kinds and sides: what a bank's mapping says shorter than a provider's."""
        found: dict[str, Any] = {}
        side = self.column_of(SIDE)
        if side:
            words = {each: [word for word, way in self.sides.items() if way == each] for each in _WAYS}
            found["side"] = {"column": _key(side, positions), **words}
        if self.is_bank:
            if side:
                found["signs"] = "by_side"
            if self.debit_is_negative:
                found["debit_is_negative"] = True
            return found
        found["signs"] = {"amounts": "by_side" if side else self.amount_signs, "fees": self.fee_signs}
        if self.fee_includes_vat:
            found["fee_includes_vat"] = True
        kinds = {word: kind for word, kind in self.kinds.items() if kind}
        if self.column_of("kind") and kinds:
            found["kinds"] = kinds
        return found

    def _further(self) -> dict[str, Any]:
        if not self.more.strip():
            return {}
        try:
            found = json.loads(self.more)
        except (ValueError, RecursionError) as error:
            raise FileRefused(Problem(BAD_JSON, {"reason": str(error)[:120]}, field=MORE)) from None
        if not isinstance(found, dict):
            raise FileRefused(Problem(BAD_JSON, {"reason": "{…}"}, field=MORE))
        return found


_WAYS: Final = ("negative", "positive")


def described(mapping: Mapping[str, Any], *, is_bank: bool) -> Description:
    """A mapping as a description; what the fields of a form can't say goes to the further keys as it is."""
    rest = {key: value for key, value in mapping.items() if key not in ("format", *PLAIN_KEYS)}
    meanings, more_columns = _meanings(rest.pop("columns", {}), BANK_FACTS if is_bank else STATEMENT_FACTS)
    constants = dict(rest.pop("constants", {}))
    currency = constants.pop("currency", "")
    found: dict[str, Any] = {}
    if isinstance(rest.get("units", "major"), str):
        found["units"] = rest.pop("units", "major")
    signs = rest.pop("signs", "as_written" if is_bank else {})
    if not is_bank:
        found["amount_signs"] = signs.get("amounts", "as_written")
        found["fee_signs"] = signs.get("fees", "cost")
    side = rest.pop("side", None)
    if side:
        meanings |= {str(side["column"]): SIDE}
        found["sides"] = {word: way for way in _WAYS for word in side.get(way, ())}
    more = rest | ({"columns": more_columns} if more_columns else {}) | ({"constants": constants} if constants else {})
    for key in ("skip_lines", "header", "fee_includes_vat", "debit_is_negative", "kinds"):
        more.pop(key, None)
    return Description(
        is_bank=is_bank,
        format=mapping.get("format", "csv"),
        plain={key: str(mapping[key]) for key in PLAIN_KEYS if mapping.get(key)},
        skip_lines=str(mapping.get("skip_lines", "")),
        has_header=mapping.get("header", True),
        fee_includes_vat=mapping.get("fee_includes_vat", False),
        debit_is_negative=mapping.get("debit_is_negative", False),
        currency=str(currency),
        meanings=meanings,
        kinds=dict(mapping.get("kinds", {})),
        more=json.dumps(more, ensure_ascii=False, indent=2) if more else "",
        **found,
    )


def _meanings(columns: Mapping[str, Any], facts: tuple[str, ...]) -> tuple[dict[str, str], dict[str, Any]]:
    """Each column's one meaning, and the meanings that need a second word: joined columns, columns used twice."""
    meanings: dict[str, str] = {}
    more: dict[str, Any] = {}
    for meaning, found in columns.items():
        single = found[0] if isinstance(found, list) and len(found) == 1 else found
        if isinstance(single, list) or str(single) in meanings or meaning not in facts:
            more[meaning] = found
        else:
            meanings[str(single)] = meaning
    return meanings, more


def _key(column: str, positions: frozenset[str]) -> str | int:
    return int(column) if column in positions else column


def _count(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and int(text[:6]) <= 1000):
        raise FileRefused(Problem(BAD_COUNT, {"text": text[:20]}, field="skip_lines"))
    return int(text)


def _laid_over(below: dict[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """One object over another, inner objects key by key."""
    merged = dict(below)
    for key, value in above.items():
        inner = merged.get(key)
        merged[key] = _laid_over(inner, value) if isinstance(inner, dict) and isinstance(value, dict) else value
    return merged
