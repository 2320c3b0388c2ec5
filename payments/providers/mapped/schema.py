"""A provider's mapping, checked once: what each fact is read from and how its signs are meant."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from payments.facts import FileRefused, LineKind, Problem
from payments.tabular.keepable import refuse_unkeepable
from payments.tabular.mappings import (
    NO_MAPPING,
    SHAPE_KEYS,
    WRONG_VALUE,
    Column,
    FileShape,
    MappingKeys,
    refused,
    shape_of,
)
from payments.wording import translatable

NEEDS_SIDE: Final = translatable("The mapping's key “signs.amounts” is “by_side”, so it needs the key “side”.")
NEEDS_KIND: Final = translatable("The mapping's key “kinds” needs a kind column: add “columns.kind”.")
NEEDS_AMOUNT: Final = translatable("The mapping needs a column for “gross” or “net”.")
NEEDS_DATE: Final = translatable(
    "The mapping needs a column for at least one of “booked_on”, “sold_on”, “paid_on” and “occurred_at”."
)

REFERENCES: Final = (
    "line_key",
    "provider_key",
    "payment_reference",
    "merchant_reference",
    "payout_key",
    "statement_key",
)
FEE_PARTS: Final = ("fee_commission", "fee_markup", "fee_scheme", "fee_interchange", "fee_installment", "fee_other")
AMOUNTS: Final = ("gross", "gross_settled", "net", "fee", *FEE_PARTS, "fee_vat")
DAYS: Final = ("sold_on", "booked_on", "paid_on")
TEXTS: Final = ("kind", "method", "currency", "net_currency", "rate", "occurred_at")
FACTS: Final = (*REFERENCES, *TEXTS, *AMOUNTS, *DAYS)
CONSTANTS: Final = ("method", "currency", "net_currency", "kind", "statement_key", "payout_key")
TOTALS: Final = ("gross", "fee", "fee_vat", "net")

KIND_NAMES: Final = {kind.name.lower(): kind for kind in LineKind}


@dataclass(frozen=True, slots=True)
class StatementMapping:
    """A valid mapping."""

    shape: FileShape
    columns: Mapping[str, tuple[Column, ...]]
    constants: Mapping[str, str]
    kinds: Mapping[str, LineKind]
    amount_signs: str
    fee_signs: str
    fee_includes_vat: bool

    @property
    def reference_columns(self) -> tuple[Column, ...]:
        """Columns that hold references, so that 16 digits in them are no card number."""
        return tuple(column for name in REFERENCES for column in self.columns.get(name, ()))


def statement_mapping(data: Mapping[str, Any] | None) -> StatementMapping:
    """Check a mapping as JSON gives it. Raises FileRefused, naming the key that is wrong."""
    if data is None:
        raise FileRefused(Problem(NO_MAPPING))
    refuse_unkeepable(data)
    keys = MappingKeys(data)
    keys.only((*SHAPE_KEYS, "columns", "constants", "kinds", "signs", "fee_includes_vat"))
    shape = shape_of(keys, TOTALS)
    named = keys.inner("columns")
    named.only(FACTS)
    columns = {name: named.columns(name) for name in named.data if not name.startswith("_")}
    constants = keys.inner("constants")
    constants.only(CONSTANTS)
    signs = keys.inner("signs")
    signs.only(("amounts", "fees"))
    mapping = StatementMapping(
        shape=shape.naming(columns),
        columns={name: found for name, found in columns.items() if found},
        constants={name: constants.text(name) for name in constants.data if not name.startswith("_")},
        kinds=_kinds(keys.inner("kinds")),
        amount_signs=signs.choice("amounts", ("as_written", "by_kind", "by_side"), "as_written"),
        fee_signs=signs.choice("fees", ("cost", "deduction", "by_kind"), "cost"),
        fee_includes_vat=keys.flag("fee_includes_vat", default=False),
    )
    _refuse_incomplete(mapping)
    return mapping


def _kinds(keys: MappingKeys) -> dict[str, LineKind]:
    return {text: KIND_NAMES[keys.choice(text, tuple(KIND_NAMES), "")] for text in keys.data}


def _refuse_incomplete(mapping: StatementMapping) -> None:
    columns = mapping.columns
    if mapping.amount_signs == "by_side" and mapping.shape.side is None:
        raise refused(NEEDS_SIDE, "signs.amounts")
    if mapping.kinds and "kind" not in columns:
        raise refused(NEEDS_KIND, "columns.kind")
    if "gross" not in columns and "net" not in columns:
        raise refused(NEEDS_AMOUNT, "columns.gross")
    if not {*DAYS, "occurred_at"} & columns.keys():
        raise refused(NEEDS_DATE, "columns.booked_on")
    kind = mapping.constants.get("kind")
    if kind is not None and kind not in KIND_NAMES:
        raise refused(WRONG_VALUE, "constants.kind", value=kind[:40], known=", ".join(KIND_NAMES))
