"""The statement summary: what the lines of a day, a payout or a file add up to, by name, per currency."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from payments.facts import LineKind

SALES: Final = frozenset({LineKind.SALE})
REFUNDS: Final = frozenset({LineKind.REFUND, LineKind.REFUND_FAILURE})
CHARGEBACKS: Final = frozenset({LineKind.CHARGEBACK, LineKind.CHARGEBACK_REVERSAL})
PAID_OUT: Final = frozenset({LineKind.PAYOUT})
"""Not part of the net: the payout is what the net is compared with."""
_NAMED: Final = SALES | REFUNDS | CHARGEBACKS | {LineKind.FEE, LineKind.TAX}


@dataclass(frozen=True, slots=True)
class KindSum:
    """The lines of one kind in one settlement currency; minor units, signed as `payments.facts` says."""

    kind: int
    currency: str
    line_count: int
    gross: int
    fee: int
    fee_vat: int
    rounding: int
    net: int


@dataclass(frozen=True, slots=True)
class CurrencyTotals:
    """One column of the summary, in minor units, each signed from our balance: a withheld fee is negative.

    gross + refunds + chargebacks + fees + vat + other = net, always.
    """

    currency: str
    line_count: int
    gross: int
    refunds: int
    chargebacks: int
    fees: int
    vat: int
    other: int
    net: int
    payouts: int
    """What the provider says it pays out, of the payouts booked on the day."""
    other_sums: tuple[KindSum, ...]
    """What `other` is made of, besides rounding."""
    rounding: int

    def as_json(self) -> dict[str, int]:
        """The form that scripts read, under the currency."""
        names = ("line_count", "gross", "refunds", "chargebacks", "fees", "vat", "other", "net", "payouts")
        return {name: getattr(self, name) for name in names}


def totals_of(sums: Iterable[KindSum], payouts: Mapping[str, int]) -> tuple[CurrencyTotals, ...]:
    """Name the sums of each currency, in the order of the currency codes.

    `payouts` gives the paid amounts by currency; a currency that is only paid out has a column too.
    """
    by_currency: dict[str, list[KindSum]] = {currency: [] for currency in payouts}
    for each in sums:
        by_currency.setdefault(each.currency, []).append(each)
    return tuple(_totals(currency, by_currency[currency], payouts.get(currency, 0)) for currency in sorted(by_currency))


def _totals(currency: str, sums: list[KindSum], paid: int) -> CurrencyTotals:
    counted = [each for each in sums if each.kind not in PAID_OUT]
    others = tuple(sorted((each for each in counted if each.kind not in _NAMED), key=lambda each: each.kind))
    rounding = sum(each.rounding for each in counted)
    return CurrencyTotals(
        currency=currency,
        line_count=sum(each.line_count for each in sums),
        gross=_gross(counted, SALES),
        refunds=_gross(counted, REFUNDS),
        chargebacks=_gross(counted, CHARGEBACKS),
        fees=_gross(counted, {LineKind.FEE}) - sum(each.fee for each in counted),
        vat=_gross(counted, {LineKind.TAX}) - sum(each.fee_vat for each in counted),
        other=sum(each.gross for each in others) + rounding,
        net=sum(each.net for each in counted),
        payouts=paid,
        other_sums=others,
        rounding=rounding,
    )


def _gross(sums: Iterable[KindSum], kinds: Iterable[int]) -> int:
    wanted = set(kinds)
    return sum(each.gross for each in sums if each.kind in wanted)
