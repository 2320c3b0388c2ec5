"""The entries of a settlement's periods: read strictly, kept exact, and given the signs that tie to the payout."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from payments.facts import LineKind, Problem
from payments.providers.fields import Fields
from payments.providers.mollie.exact import Money
from payments.providers.mollie.kinds import OUTGOING, kind_of
from payments.tabular.refusals import RowRefused
from payments.wording import translatable

BAD_PERIODS: Final = translatable("“%(field)s” is not what Mollie writes there: years, months, and lists of entries.")
BAD_COUNT: Final = translatable("“%(field)s” is not a number of transactions.")
VAT_DIFFERS: Final = translatable(
    "%(field)s %(found)s %(currency)s is not amountNet plus amountVat (%(expected)s %(currency)s)."
)
DOES_NOT_TIE: Final = translatable(
    "Revenue less costs is %(found)s %(currency)s, whichever signs are meant, and the settlement is "
    "%(expected)s %(currency)s. The file is not complete or was changed: download it again."
)

_LONGEST_COUNT: Final = 9
"""Digits of a number of transactions."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a period; amounts are exact and not signed yet."""

    period: tuple[int, int]
    """Year and month."""
    is_cost: bool
    method: str
    description: str
    count: int
    net: int
    """Without VAT, in parts of a major unit as `Money.exact` gives them."""
    vat: int
    gross: int


@dataclass(frozen=True, slots=True)
class Convention:
    """Which signs a file means: real files differ, some within one entry."""

    revenue: str
    """`net` or `gross`: as that amount is signed; `kind`: what takes money from us is negative however written."""
    is_cost_negative: bool

    def signed(self, entry: Entry) -> int:
        """What an entry adds to the payout, exact."""
        total = entry.net + entry.vat
        if entry.is_cost:
            return total if self.is_cost_negative else -total
        if self.revenue == "gross":
            return entry.gross
        is_outgoing = kind_of(entry.method, is_negative=False) in OUTGOING
        return -abs(total) if self.revenue == "kind" and is_outgoing else total


CONVENTIONS: Final = tuple(
    Convention(revenue, is_cost_negative) for is_cost_negative in (False, True) for revenue in ("net", "kind", "gross")
)
"""In the order in which they are tried."""


def entries(record: Mapping[str, Any], money: Money) -> Iterator[Entry]:
    """The entries of a settlement in its order. Raises RowRefused."""
    for year, months in _inner(record.get("periods"), "periods").items():
        for month, period in _inner(months, f"periods.{year}"[:60]).items():
            path = f"periods.{year}.{month}"[:60]
            is_month = len(month) <= 2 and month.isascii() and month.isdecimal() and 1 <= int(month) <= 12
            if not (is_month and len(year) == 4 and year.isascii() and year.isdecimal() and int(year) > 0):
                raise RowRefused(Problem(BAD_PERIODS, {"field": path}, field=path))
            for side in ("revenue", "costs"):
                for name, listed in _listed(_inner(period, path), f"{path}.{side}", side):
                    yield _entry((int(year), int(month)), side == "costs", Fields(listed, name), money)


def convention_of(found: Sequence[Entry], amount: int, money: Money) -> Convention:
    """The first convention by which the entries come to the settlement's amount, to less than one minor unit.

    Raises:
        RowRefused: none does.
    """
    for convention in CONVENTIONS:
        if money.is_within_a_unit(sum(map(convention.signed, found)) - amount):
            return convention
    values = {
        "found": money.shown(sum(map(CONVENTIONS[0].signed, found))),
        "expected": money.shown(amount),
        "currency": money.currency,
    }
    raise RowRefused(Problem(DOES_NOT_TIE, values, field="amount"))


def kind_of_entry(entry: Entry, signed: int) -> LineKind:
    """What an entry is about; costs are fees, but for reserves, which some files count among them."""
    kind = kind_of(entry.method, is_negative=signed < 0)
    is_reserve = kind in (LineKind.RESERVE_HOLD, LineKind.RESERVE_RELEASE)
    return LineKind.FEE if entry.is_cost and not is_reserve else kind


def _inner(value: Any, path: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise RowRefused(Problem(BAD_PERIODS, {"field": path}, field=path))
    return value


def _listed(period: Mapping[str, Any], path: str, side: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each entry of one side with its name. A side that is empty may be written as none at all."""
    listed = period.get(side) or []
    if not isinstance(listed, list):
        raise RowRefused(Problem(BAD_PERIODS, {"field": path}, field=path))
    for number, entry in enumerate(listed):
        yield f"{path}[{number}]", _inner(entry, f"{path}[{number}]")


def _entry(period: tuple[int, int], is_cost: bool, fields: Fields, money: Money) -> Entry:
    method, description = (
        fields.text("method", is_required=False).lower(),
        fields.text("description", is_required=False),
    )
    net = money.amount(fields, "amountNet")
    vat = money.amount(fields, "amountVat", is_required=False)
    gross = money.amount(fields, "amountGross") if fields.has("amountGross") else net + vat
    if abs(gross) != abs(net + vat):
        values = {
            "field": fields.name("amountGross"),
            "found": money.shown(gross),
            "expected": money.shown(net + vat),
            "currency": money.currency,
        }
        raise RowRefused(Problem(VAT_DIFFERS, values, field=fields.name("amountGross")))
    return Entry(period, is_cost, method, description, count_of(fields), net, vat, gross)


def count_of(fields: Fields) -> int:
    """A number of transactions. Raises RowRefused."""
    text = fields.text("count")
    if not (text.isascii() and text.isdecimal() and len(text) <= _LONGEST_COUNT):
        raise fields.refused(BAD_COUNT, "count")
    return int(text)
