"""The columns of KOMOJU's settlement CSV, by the version of the format: found by their names, wherever they stand."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from payments.facts import FileRefused, Problem
from payments.wording import translatable

EARLIER: Final = translatable(
    "This is a settlement file of KOMOJU in its form before June 2025 (column “%(column)s”), which does not say the "
    "remittance. KOMOJU writes whatever is downloaded since 2025-06-03 in the new form: download the settlement again."
)
MISSING: Final = translatable(
    "The column “%(column)s” is missing: the file is not in KOMOJU's form of %(version)s. Download the settlement "
    "again without changing it."
)
TWICE: Final = translatable("The column “%(column)s” is there twice, so it is unclear which one is meant.")

TYPE: Final = "Type"
ORDER: Final = "Payment External Order#"
PAYMENT: Final = "Payment UUID"
TIMESTAMP: Final = "Timestamp"
METHOD: Final = "Payment Method"
CURRENCY: Final = "Currency"
DESCRIPTION: Final = "Description"
TRANSACTION: Final = "Transaction UUID"
CLEARING: Final = "Clearing UUID"
PROCESSING: Final = "Processing Currency"
AMOUNT: Final = "Transaction Amount"
FEE: Final = "Fee Amount"
TAX: Final = "Fee Tax Amount"
REMITTANCE: Final = "Remittance Currency"
RATE: Final = "Exchange Rate"
SETTLED: Final = "Settlement Amount"
TRANSFER: Final = "Transfer Date"

PROFILE: Final = (TYPE, METHOD, CURRENCY, PROCESSING, REMITTANCE, RATE, TRANSFER)
"""Columns with few different values: together they decide how a row is read, so it is worked out once per set."""
REFERENCES: Final = (ORDER, PAYMENT, TRANSACTION)
AMOUNTS: Final = (AMOUNT, FEE, TAX, SETTLED)


@dataclass(frozen=True, slots=True)
class Version:
    """One form the file has had."""

    name: str
    required: tuple[str, ...]
    optional: tuple[str, ...] = ()
    is_read: bool = True


VERSIONS: Final = (
    Version(
        "2025-06",
        (
            *(TYPE, ORDER, PAYMENT, TIMESTAMP, METHOD, TRANSACTION, PROCESSING),
            *(AMOUNT, FEE, TAX, REMITTANCE, RATE, SETTLED, TRANSFER),
        ),
        (CURRENCY, DESCRIPTION, CLEARING),
    ),
    Version("before 2025-06", ("External Order#", "UUID#", "Total Payment Amount"), is_read=False),
)
"""Every version known, the newest first: a new one is a row here, and where its columns differ, names above."""

WRITTEN_AS: Final = {
    "line_key": TRANSACTION,
    "provider_key": TRANSACTION,
    "payment_reference": PAYMENT,
    "merchant_reference": ORDER,
    "method": METHOD,
    "gross": AMOUNT,
    "fee": FEE,
    "fee_vat": TAX,
    "net": SETTLED,
    "occurred_at": TIMESTAMP,
    "sold_on": TIMESTAMP,
    "booked_on": TIMESTAMP,
    "paid_on": TRANSFER,
    "payout_key": TRANSFER,
}
"""Columns by the field of a fact that is read from them alone."""


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()


def share_of(header: Sequence[str], version: Version) -> float:
    """Which share of the required columns of a version a header has."""
    return len(known_columns(header, version)[0]) / len(version.required)


def known_columns(header: Sequence[str], version: Version) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The required columns of a version that a header has, and those it lacks."""
    plain = {_plain(name) for name in header}
    found = tuple(name for name in version.required if _plain(name) in plain)
    return found, tuple(name for name in version.required if name not in found)


@dataclass(frozen=True, slots=True)
class Columns:
    """Where each known column stands."""

    places: dict[str, int]
    header: tuple[str, ...]

    @classmethod
    def of(cls, header: Sequence[str], line: int = 1) -> "Columns":
        """Find the columns of the version a header is of. Raises FileRefused, naming version and column."""
        current = VERSIONS[0]
        for version in VERSIONS:
            if not version.is_read and share_of(header, version) == 1.0 and share_of(header, current) < 1.0:
                raise FileRefused(Problem(EARLIER, {"column": version.required[0]}, line, version.required[0]))
        plain = [_plain(name) for name in header]
        places = {}
        for name in (*current.required, *current.optional):
            found = plain.count(_plain(name))
            if found > 1:
                raise FileRefused(Problem(TWICE, {"column": name}, line, name))
            if found:
                places[name] = plain.index(_plain(name))
            elif name in current.required:
                raise FileRefused(Problem(MISSING, {"column": name, "version": current.name}, line, name))
        return cls(places, tuple(header))

    def guarded(self) -> tuple[int, ...]:
        """Columns that are neither references nor read strictly: a card number could hide there."""
        strict = {self.places[name] for name in (*PROFILE, *REFERENCES, *AMOUNTS, TIMESTAMP) if name in self.places}
        return tuple(place for place in range(len(self.header)) if place not in strict)
