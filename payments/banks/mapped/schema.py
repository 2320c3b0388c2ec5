"""A bank's mapping, checked once."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from payments.banks.zengin.years import YEARS_KEY, years_of
from payments.facts import FileRefused, Problem
from payments.tabular.keepable import refuse_unkeepable
from payments.tabular.mappings import NO_MAPPING, SHAPE_KEYS, Column, FileShape, MappingKeys, refused, shape_of
from payments.wording import translatable

NEEDS_DATE: Final = translatable("The mapping needs a column for “booked_on”.")
NEEDS_AMOUNT: Final = translatable("The mapping needs a column for “amount”, or columns for “debit” and “credit”.")
TWO_AMOUNTS: Final = translatable("The mapping has a column for “amount” and for “debit” or “credit”: keep one way.")
NEEDS_SIDE: Final = translatable("The mapping's key “signs” is “by_side”, so it needs the key “side” and an “amount”.")

KEYS: Final = ("bank_reference", "end_to_end_reference", "account")
REFERENCES: Final = (*KEYS, "remittance")
TEXTS: Final = (*REFERENCES, "transaction_code", "counterparty", "currency")
AMOUNTS: Final = ("amount", "debit", "credit", "balance")
FACTS: Final = (*TEXTS, *AMOUNTS, "booked_on", "value_on")
TOTALS: Final = ("amount", "debit", "credit")


@dataclass(frozen=True, slots=True)
class BankMapping:
    """A valid mapping."""

    shape: FileShape
    columns: Mapping[str, tuple[Column, ...]]
    constants: Mapping[str, str]
    is_by_side: bool
    debit_is_negative: bool
    order: str

    @property
    def reference_columns(self) -> tuple[Column, ...]:
        """Columns whose digits are references: free text of a bank holds many."""
        return tuple(column for name in REFERENCES for column in self.columns.get(name, ()))


def bank_mapping(data: Mapping[str, Any] | None) -> BankMapping:
    """Check a mapping as JSON gives it. Raises FileRefused, naming the key that is wrong."""
    if data is None:
        raise FileRefused(Problem(NO_MAPPING))
    refuse_unkeepable(data)
    keys = MappingKeys(data)
    keys.only((*SHAPE_KEYS, "columns", "constants", "signs", "debit_is_negative", "order", YEARS_KEY))
    years_of(data)
    shape = shape_of(keys, TOTALS)
    named = keys.inner("columns")
    named.only(FACTS)
    columns = {name: named.columns(name) for name in named.data if not name.startswith("_")}
    constants = keys.inner("constants")
    constants.only(("currency", "account"))
    is_by_side = keys.choice("signs", ("as_written", "by_side"), "as_written") == "by_side"
    if not columns.get("booked_on"):
        raise refused(NEEDS_DATE, "columns.booked_on")
    has_sides = bool(columns.get("debit") and columns.get("credit"))
    if not columns.get("amount") and not has_sides:
        raise refused(NEEDS_AMOUNT, "columns.amount")
    if columns.get("amount") and (columns.get("debit") or columns.get("credit")):
        raise refused(TWO_AMOUNTS, "columns.amount")
    if is_by_side and (shape.side is None or has_sides):
        raise refused(NEEDS_SIDE, "signs")
    return BankMapping(
        shape=shape.naming(columns),
        columns={name: found for name, found in columns.items() if found},
        constants={name: constants.text(name) for name in constants.data if not name.startswith("_")},
        is_by_side=is_by_side,
        debit_is_negative=keys.flag("debit_is_negative", default=False),
        order=keys.choice("order", ("auto", "oldest_first", "newest_first"), "auto"),
    )
