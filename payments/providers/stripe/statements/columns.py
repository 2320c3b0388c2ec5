"""The columns of Stripe's statements: chosen by whoever asked for the report, so all are found by their names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from payments.facts import FileRefused, Problem
from payments.providers.stripe.objects import REFERENCE_NAMES
from payments.wording import translatable

MISSING: Final = translatable(
    "The column “%(column)s” is missing. Choose it when you ask Stripe for the itemised payout reconciliation report."
)
TWICE: Final = translatable("The column “%(column)s” is there twice, so it is unclear which one is meant.")
OTHER_TABLE: Final = translatable(
    "This is a table of Stripe's “%(table)s”: it says what was asked for and not what was settled, without fees or "
    "payouts. Import the itemised payout reconciliation report, or the table of balance transactions."
)

# Each column by its names in the itemised reports, in tables of the API's objects and in the dashboard's export.
NAMES: Final = {
    "key": ("balance_transaction_id", "id"),
    "created": ("created_utc", "created", "created (utc)"),
    "currency": ("currency",),
    "gross": ("gross", "amount"),
    "fee": ("fee",),
    "net": ("net",),
    "category": ("reporting_category",),
    "type": ("type",),
    "source": ("source_id", "source"),
    "payout": ("automatic_payout_id", "payout_id", "transfer"),
    "paid": ("automatic_payout_effective_at_utc", "automatic_payout_effective_at", "transfer date (utc)"),
    "available": ("available_on_utc", "available_on", "available on (utc)"),
    "facing": ("customer_facing_amount", "customer facing amount"),
    "facing_currency": ("customer_facing_currency", "customer facing currency"),
    "charge": ("charge_id",),
    "intent": ("payment_intent_id",),
    "method": ("card_brand", "payment_method_type"),
    "reference": (
        *(f"payment_metadata[{name.lower()}]" for name in REFERENCE_NAMES),
        *(f"{name.lower()} (metadata)" for name in REFERENCE_NAMES),
    ),
}
REFERENCES: Final = ("key", "source", "payout", "charge", "intent", "reference")
STRICT: Final = ("created", "currency", "gross", "fee", "net", "category", "type", "paid", "available", "facing")
"""Columns of which every cell is read, so that no card number could hide there."""

WRITTEN_AS: Final = {
    "line_key": "balance_transaction_id",
    "provider_key": "source_id",
    "payment_reference": "payment_intent_id",
    "occurred_at": "created_utc",
    "net": "net",
    "fee": "fee",
    "currency": "customer_facing_currency",
    "gross": "customer_facing_amount",
    "net_currency": "currency",
    "payout_key": "automatic_payout_id",
    "paid_on": "automatic_payout_effective_at_utc",
}
"""Columns by the field of a fact that is read from them alone."""

_OTHER_TABLES: Final = (
    ("charges", {"amount_refunded", "captured"}),
    ("payment intents", {"amount_capturable", "capture_method"}),
    ("refunds", {"charge_id", "failure_balance_transaction_id", "receipt_number"}),
    ("disputes", {"evidence_details_due_by", "is_charge_refundable"}),
    ("payouts", {"arrival_date", "automatic"}),
    ("links between payouts and balance transactions", {"payout_id", "balance_transaction_id"}),
)
_HALF_READ: Final = ("currency", "net")


@dataclass(frozen=True, slots=True)
class Columns:
    """Where each known column stands, by its short name in `NAMES`."""

    places: dict[str, int]
    header: tuple[str, ...]
    is_minor: bool
    """Whether amounts count minor units, as the API and tables of its objects do; reports have major units."""
    is_utc: bool
    """Whether `created` is in UTC; reports may have it in the zone that was asked for."""

    @classmethod
    def of(cls, header: Sequence[str], line: int = 1) -> Columns:
        """Find the columns. Raises FileRefused, naming the column, for one that is missing or there twice."""
        plain = [_plain(name) for name in header]
        _refuse_other_table(set(plain))
        places: dict[str, int] = {}
        for short, names in NAMES.items():
            found = next((name for name in names if name in plain), None)
            if found is None:
                continue
            if plain.count(found) > 1:
                raise FileRefused(Problem(TWICE, {"column": found}, line, found))
            places[short] = plain.index(found)
        _refuse_missing(places, line)
        is_minor = "gross" not in plain and "created (utc)" not in plain and "amount" in plain
        is_utc = is_minor or plain[places["created"]] != "created"
        return cls(places, tuple(header), is_minor, is_utc)

    def name(self, short: str) -> str:
        """A column as this file calls it; as the reports do where it has none."""
        place = self.places.get(short)
        return NAMES[short][0] if place is None else self.header[place]

    def guarded(self) -> tuple[int, ...]:
        """Columns in which a card number could hide."""
        known = {self.places[short] for short in (*STRICT, *REFERENCES) if short in self.places}
        return tuple(place for place in range(len(self.header)) if place not in known)

    def references(self) -> tuple[int, ...]:
        """Columns that hold references."""
        return tuple(self.places[short] for short in REFERENCES if short in self.places)


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()


def _refuse_missing(places: dict[str, int], line: int) -> None:
    """The fewest that say what was settled: amounts (any two of three), what for, when, and about which object.

    The balance report has no column for the object unless it is chosen: its rows are told by their own keys then.
    """
    wanted = ["currency", "net", "created"]
    if "category" not in places or "key" not in places:
        wanted.append("source")
    if "gross" not in places and "fee" not in places:
        wanted.append("gross")
    if "category" not in places and "type" not in places:
        wanted.append("category")
    for short in wanted:
        if short not in places:
            raise FileRefused(Problem(MISSING, {"column": NAMES[short][0]}, line, NAMES[short][0]))


def other_table(plain: set[str]) -> str:
    """What a table of Stripe's other objects lists; '' when these are no such columns."""
    if plain.issuperset(_HALF_READ):
        return ""
    return next((words for words, marks in _OTHER_TABLES if plain.issuperset(marks)), "")


def _refuse_other_table(plain: set[str]) -> None:
    table = other_table(plain)
    if table:
        raise FileRefused(Problem(OTHER_TABLE, {"table": table}, 1))


def confidence_in(header: Sequence[str]) -> int:
    """How sure a header is Stripe's: 95 for the reports, less where its names are common."""
    plain = {_plain(name) for name in header}
    if other_table(plain):
        return 60 if "payout_id" in plain or "livemode" in plain or len(plain) > 10 else 40
    has_money = {"currency", "net"} <= plain and bool({"gross", "fee", "amount"} & plain)
    if "reporting_category" in plain:
        return 95 if has_money else 55
    has_object = {"source", "type", "fee"} <= plain and bool({"created", "created (utc)"} & plain)
    if has_money and has_object:
        return 90
    return 40 if len({"balance_transaction_id", "automatic_payout_id", "source_id"} & plain) >= 2 else 0
