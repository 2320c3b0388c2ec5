"""What one payment of the measured merchant looks like in our ledger and on Adyen's report; pure arithmetic of its number.

Out of every thousand payments eight are not clean, as in real life: two stand only on the statement, two only in our
ledger, three have another amount there, and one is listed twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

FIRST_DAY: Final = date(2006, 3, 1)
"""Twenty years back: what lies long ago must cost what yesterday costs."""
TYPES: Final = ("Settled", "Refunded", "Chargeback", "ChargebackReversed", "RefundedReversed")
KINDS: Final = ("capture", "refund", "chargeback", "chargeback_reversal", "refund_failure")
METHODS: Final = (("visa", "visaclassic"), ("mc", "mccredit"), ("amex", "amex"), ("ideal", "ideal"))
CURRENCIES: Final = (("EUR", 10_000), ("GBP", 11_712), ("USD", 9_243))
"""With their rates to the euro, in ten-thousandths."""

ONLY_ON_STATEMENT: Final = frozenset({0, 1})
ONLY_IN_LEDGER: Final = frozenset({2, 3})
OTHER_AMOUNT: Final = frozenset({4, 5, 6})
LISTED_TWICE: Final = frozenset({7})
CYCLE: Final = 1000


@dataclass(frozen=True, slots=True)
class Expected:
    """What reconciliation must find among some payments."""

    lines: int
    movements: int
    matched: int
    missing_in_ledger: int
    missing_on_statement: int
    amount: int
    duplicate: int

    @classmethod
    def of(cls, first: int, count: int) -> Expected:
        """Count the planted differences among the payments numbered `first` … `first + count - 1`."""
        places = [place for place in (number % CYCLE for number in range(first, first + count)) if place < 8]
        alone = sum(place in ONLY_ON_STATEMENT for place in places)
        missing = sum(place in ONLY_IN_LEDGER for place in places)
        twice = sum(place in LISTED_TWICE for place in places)
        return cls(
            lines=count - missing + twice,
            movements=count - alone,
            matched=count - alone - missing,
            missing_in_ledger=alone,
            missing_on_statement=missing,
            amount=sum(place in OTHER_AMOUNT for place in places),
            duplicate=twice,
        )

    @property
    def breaks(self) -> dict[str, int]:
        """By kind, of the transaction layer."""
        names = ("amount", "duplicate", "missing_in_ledger", "missing_on_statement")
        return {name: getattr(self, name) for name in names if getattr(self, name)}


@dataclass(frozen=True, slots=True)
class Sale:
    """One payment, in minor units."""

    number: int
    psp: str
    modification: str
    reference: str
    type_place: int
    method_place: int
    currency_place: int
    gross: int
    """Of the ledger, unsigned."""
    happened_at: datetime

    @property
    def place(self) -> int:
        """Where in the cycle of differences it stands."""
        return self.number % CYCLE

    @property
    def is_leaving(self) -> bool:
        """Whether it takes from the merchant's balance."""
        return self.type_place in (1, 2)


def sale(number: int, day: date) -> Sale:
    """The payment of a number, which happened on a day."""
    mixed = (number * 2_654_435_761 + 97) & 0xFFFFFFFF
    share = mixed % 100
    type_place = 0 if share < 90 else 1 if share < 96 else 2 if share < 98 else 3 if share < 99 else 4
    other = (mixed >> 7) % 40
    return Sale(
        number=number,
        psp=f"{8_816_000_000_000_000 + number * 7919:016d}",
        modification=f"{8_526_000_000_000_000 + number * 6007:016d}",
        reference=f"order-{number:09d}",
        type_place=type_place,
        method_place=(mixed >> 3) % 4,
        currency_place=1 if other == 1 else 2 if other == 2 else 0,
        gross=500 + (mixed >> 5) % 48_000,
        happened_at=datetime.combine(day, datetime.min.time()) + timedelta(seconds=3600 + mixed % 75_000),
    )


def euros(minor: int) -> str:
    """An unsigned amount as Adyen spells it: 38.1 for 38.10, nothing for nothing."""
    if not minor:
        return ""
    whole, cents = divmod(minor, 100)
    if not cents:
        return str(whole)
    return f"{whole}.{cents // 10}" if cents % 10 == 0 else f"{whole}.{cents:02d}"


def line_cells(one: Sale) -> tuple[str, int]:
    """The middle of the row on Adyen's report, from Psp Reference to Payment Method Variant, and its signed net."""
    gross = one.gross + 1 if one.place in OTHER_AMOUNT else one.gross
    currency, rate = CURRENCIES[one.currency_place]
    settled = (gross * rate + 5_000) // 10_000
    markup, scheme, interchange = settled * 60 // 10_000, 1 + settled // 1_500, settled // 500
    if one.is_leaving:
        fees = f"{_minus(markup)},{euros(scheme)},"
        net = -settled + markup - scheme
    else:
        fees = f"{euros(markup)},{euros(scheme)},{euros(interchange)}"
        net = settled - markup - scheme - interchange
    method, variant = METHODS[one.method_place]
    sides = f"{euros(gross)}," if one.is_leaving else f",{euros(gross)}"
    net_sides = f"{euros(-net)}," if net < 0 else f",{euros(net)}"
    shown = f"{rate / 10_000:.4f}".rstrip("0").rstrip(".")
    row = (
        f"{one.psp},{one.reference},{method},{one.happened_at},CET,{TYPES[one.type_place]},{one.modification},"
        f"{currency},{sides},{shown},EUR,{net_sides},,{fees},{variant}"
    )
    return row, net


def ledger_row(one: Sale) -> str:
    """The payment in our own ledger's export."""
    sign = "-" if one.is_leaving else ""
    return (
        f"m{one.number},{one.modification},{one.psp},{one.reference},{KINDS[one.type_place]},"
        f"{sign}{one.gross // 100}.{one.gross % 100:02d},{CURRENCIES[one.currency_place][0]},"
        f"{one.happened_at.isoformat()}+01:00,{METHODS[one.method_place][0]}\n"
    )


def _minus(minor: int) -> str:
    return f"-{euros(minor)}" if minor else ""
