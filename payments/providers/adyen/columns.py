"""The columns of an Adyen settlement detail report: found by their names, wherever they stand."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from payments.facts import FileRefused, Problem
from payments.wording import translatable

MISSING: Final = translatable(
    "The column “%(column)s” is missing. Ask Adyen for the standard columns of the settlement details report."
)
TWICE: Final = translatable("The column “%(column)s” is there twice, so it is unclear which one is meant.")

MERCHANT_ACCOUNT: Final = "Merchant Account"
PSP_REFERENCE: Final = "Psp Reference"
MERCHANT_REFERENCE: Final = "Merchant Reference"
METHOD: Final = "Payment Method"
CREATED: Final = "Creation Date"
ZONE: Final = "TimeZone"
TYPE: Final = "Type"
MODIFICATION_REFERENCE: Final = "Modification Reference"
GROSS_CURRENCY: Final = "Gross Currency"
GROSS_DEBIT: Final = "Gross Debit (GC)"
GROSS_CREDIT: Final = "Gross Credit (GC)"
RATE: Final = "Exchange Rate"
NET_CURRENCY: Final = "Net Currency"
NET_DEBIT: Final = "Net Debit (NC)"
NET_CREDIT: Final = "Net Credit (NC)"
COMMISSION: Final = "Commission (NC)"
MARKUP: Final = "Markup (NC)"
SCHEME: Final = "Scheme Fees (NC)"
INTERCHANGE: Final = "Interchange (NC)"
MODIFICATION_MERCHANT_REFERENCE: Final = "Modification Merchant Reference"
BATCH: Final = "Batch Number"
BOOKED: Final = "Booking Date"
BOOKED_ZONE: Final = "Booking Date TimeZone"

REQUIRED: Final = (
    MERCHANT_ACCOUNT,
    PSP_REFERENCE,
    MERCHANT_REFERENCE,
    METHOD,
    CREATED,
    ZONE,
    TYPE,
    MODIFICATION_REFERENCE,
    GROSS_CURRENCY,
    GROSS_DEBIT,
    GROSS_CREDIT,
    RATE,
    NET_CURRENCY,
    NET_DEBIT,
    NET_CREDIT,
    COMMISSION,
    MARKUP,
    SCHEME,
    INTERCHANGE,
    BATCH,
)
OPTIONAL: Final = (MODIFICATION_MERCHANT_REFERENCE, BOOKED, BOOKED_ZONE)
AMOUNTS: Final = (
    GROSS_DEBIT,
    GROSS_CREDIT,
    NET_DEBIT,
    NET_CREDIT,
    COMMISSION,
    MARKUP,
    SCHEME,
    INTERCHANGE,
)
PROFILE: Final = (MERCHANT_ACCOUNT, METHOD, ZONE, TYPE, GROSS_CURRENCY, RATE, NET_CURRENCY, BATCH)
"""Columns with few different values: together they decide how a row is read, so it is worked out once per set."""

REFERENCES: Final = (PSP_REFERENCE, MODIFICATION_REFERENCE, MERCHANT_REFERENCE, MODIFICATION_MERCHANT_REFERENCE)

WRITTEN_AS: Final = {
    "statement_key": f"{MERCHANT_ACCOUNT}/{BATCH}",
    "line_key": MODIFICATION_REFERENCE,
    "provider_key": MODIFICATION_REFERENCE,
    "payment_reference": PSP_REFERENCE,
    "merchant_reference": MERCHANT_REFERENCE,
    "method": METHOD,
    "occurred_at": CREATED,
    "booked_on": BOOKED,
    "payout_key": BATCH,
}
"""Columns by the field of a fact that is read from them alone."""


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()


@dataclass(frozen=True, slots=True)
class Columns:
    """Where each known column stands."""

    places: dict[str, int]
    header: tuple[str, ...]

    @classmethod
    def of(cls, header: Sequence[str], line: int = 1) -> "Columns":
        """Find the columns in a header. Raises FileRefused, naming the column, when one is missing or there twice."""
        plain = [_plain(name) for name in header]
        places = {}
        for name in (*REQUIRED, *OPTIONAL):
            found = plain.count(_plain(name))
            if found > 1:
                raise FileRefused(Problem(TWICE, {"column": name}, line, name))
            if found:
                places[name] = plain.index(_plain(name))
            elif name in REQUIRED:
                raise FileRefused(Problem(MISSING, {"column": name}, line, name))
        return cls(places, tuple(header))

    def guarded(self) -> tuple[int, ...]:
        """Columns that are no declared references and are not read strictly either: a card number could hide there."""
        strict = {self.places[name] for name in (*AMOUNTS, *REFERENCES, *PROFILE, CREATED) if name in self.places}
        return tuple(place for place in range(len(self.header)) if place not in strict)

    def repeated(self) -> tuple[int, ...]:
        """Columns that repeat a few values: those of the profile, the booking date, and all that are guarded."""
        given = (*PROFILE, BOOKED, BOOKED_ZONE)
        return tuple(dict.fromkeys((*(self.places[name] for name in given if name in self.places), *self.guarded())))


def known_share(header: Sequence[str]) -> float:
    """Which share of the required columns a header has: 1.0 is a settlement detail report."""
    plain = {_plain(name) for name in header}
    return sum(_plain(name) in plain for name in REQUIRED) / len(REQUIRED)


def known_columns(header: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The required columns that a header has, and those it lacks."""
    plain = {_plain(name) for name in header}
    return (
        tuple(name for name in REQUIRED if _plain(name) in plain),
        tuple(name for name in REQUIRED if _plain(name) not in plain),
    )
