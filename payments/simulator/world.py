"""The truth in memory: movements, statement lines with the movement behind each, payouts, bank entries, deliveries."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from payments.facts import MOVEMENT_LINE_KINDS, LineKind, MovementKind


class Fault(StrEnum):
    """What was done to one movement so that somebody has to notice."""

    UNSTATED = "unstated"
    """The provider never lists it."""
    UNLEDGERED = "unledgered"
    """Our own ledger never exports it."""
    AMOUNT = "amount"
    CURRENCY = "currency"
    DUPLICATE = "duplicate"
    FEE_OVER = "fee_over"
    FEE_UNDER = "fee_under"
    FEE_VAT = "fee_vat"
    AMBIGUOUS = "ambiguous"
    """Nothing tells it from its twin."""
    LISTED_TWICE = "listed_twice"
    """A provider without keys lists it twice: nobody can tell which line is the right one."""


@dataclass(slots=True)
class Movement:
    """One change of money at one provider, as it really was."""

    provider: str
    movement_key: str
    provider_key: str
    """The provider's own key of it; '' where the provider has none."""
    payment_reference: str
    merchant_reference: str
    kind: MovementKind
    amount: int
    """Minor units of `currency`, signed from the merchant's balance."""
    currency: str
    occurred_at: datetime
    """UTC."""
    occurred_on: date
    """In the provider's zone."""
    method: str
    """Our code of the payment method."""
    brand: str
    """What the provider calls the method."""
    captured_at: datetime
    """When the payment behind it was captured, UTC."""
    captured_amount: int
    is_key_in_ledger: bool = True
    """False: our ledger did not learn the provider's key, so only the merchant reference leads to the line."""
    is_twin: bool = False
    """True: another movement of the same order has the same kind and amount."""
    is_advanced: bool = False
    """Naver only: paid before delivery and clawed back when it is settled."""
    settles_after: int = 0
    """Naver only: business days until the buyer has confirmed the purchase."""
    fault: Fault | None = None
    reason: str = ""
    """Of a dispute, in the words of the network; '' leaves it to the provider's usual ones."""

    @property
    def exported_key(self) -> str:
        """The provider key as our ledger's export shows it."""
        return self.provider_key if self.is_key_in_ledger else ""

    @property
    def event_key(self) -> str:
        """How our ledger calls it when an event told of it: by the provider's key, else by the name the shop gives."""
        return f"{self.kind.name.lower()}:{self.provider_key or f'shop:{self.movement_key}'}"

    @property
    def is_exported(self) -> bool:
        """Whether our ledger knows it at all."""
        return self.fault is not Fault.UNLEDGERED


@dataclass(slots=True)
class Charges:
    """What is withheld from one line, in minor units of the settlement currency; costs are positive."""

    commission: int = 0
    markup: int = 0
    scheme: int = 0
    interchange: int = 0
    vat: int = 0

    @property
    def fee(self) -> int:
        """All of it without VAT."""
        return self.commission + self.markup + self.scheme + self.interchange


@dataclass(slots=True)
class Line:
    """One line of a statement and the movement behind it."""

    kind: LineKind
    line_key: str
    provider_key: str
    payment_reference: str
    merchant_reference: str
    method: str
    currency: str
    gross: int
    net_currency: str
    gross_settled: int
    charges: Charges
    occurred_at: datetime
    occurred_on: date
    """In the provider's zone, as the file tells it."""
    booked_on: date
    payout_key: str = ""
    paid_on: date | None = None
    rate: Decimal = Decimal(1)
    words: str = ""
    """The provider's own name of the kind, or what else it writes there."""
    movement: Movement | None = None
    is_copy: bool = False
    """True: the provider lists its movement a second time."""

    @property
    def net(self) -> int:
        """What the line adds to the payout, in minor units of `net_currency`."""
        return self.gross_settled - self.charges.fee - self.charges.vat

    @property
    def identity(self) -> str:
        """How a judge names the line: an advance or a fee on a payment is not known by the key of the payment."""
        is_keyed = self.kind in MOVEMENT_LINE_KINDS or self.kind is LineKind.UNKNOWN
        return (self.provider_key if is_keyed else "") or self.line_key


@dataclass(slots=True)
class StatedPayout:
    """One payout as one version of a document tells it."""

    payout_key: str
    currency: str
    amount: int
    paid_on: date
    is_stated: bool


@dataclass(slots=True)
class Version:
    """One delivered state of a document."""

    number: int
    delivered_on: date
    lines: list[Line]
    payouts: list[StatedPayout]

    @property
    def suffix(self) -> str:
        """How the name of a corrected file differs, where a format does not say its version inside."""
        return f"_v{self.number}" if self.number > 1 else ""


@dataclass(slots=True)
class Document:
    """One statement of a provider with all its versions, in the order of their numbers."""

    provider: str
    statement_key: str
    label: str
    """What its file name says: a date or a batch number."""
    booked_on: date
    versions: list[Version]
    copied_on: date | None = None
    """When the last version came a second time, byte for byte."""
    damaged_on: date | None = None
    """When a file came that a spreadsheet had spoiled; the last version came whole later."""
    payouts_of: Callable[[Sequence[Line]], list[StatedPayout]] | None = None
    """What given lines would pay out."""
    file_count: int = 1
    """How many files each version comes in."""

    def current(self, as_of: date) -> Version | None:
        """Return the newest version delivered by a date."""
        delivered = [version for version in self.versions if version.delivered_on <= as_of]
        return delivered[-1] if delivered else None

    @property
    def final(self) -> Version:
        """The version that tells what really happened."""
        return self.versions[-1]


@dataclass(slots=True)
class BankEntry:
    """One entry of a bank account."""

    account: str
    booked_on: date
    amount: int
    """Minor units, positive when money comes to us."""
    counterparty: str
    remittance: str
    code: str
    """Of the transaction, as SWIFT abbreviates it: TRF, CHG, MSC."""
    reference: str
    payouts: tuple[tuple[str, str], ...] = ()
    """(provider, payout key) of what it pays; empty for everything that is no provider's."""
    is_part: bool = False
    """True: another entry of the day pays the rest of the same payout."""


@dataclass(slots=True)
class BankDocument:
    """One statement of a bank account over one day."""

    account: str
    booked_on: date
    sequence: int
    opening_balance: int
    entries: list[BankEntry]
    delivered_on: date | None
    """None: the bank never sends it."""
    interim_count: int = 0
    """How many of the entries an interim report told before the day ended."""
    copied_on: date | None = None

    @property
    def closing_balance(self) -> int:
        """Opening balance and all entries, in minor units."""
        return self.opening_balance + sum(entry.amount for entry in self.entries)


@dataclass(slots=True)
class DeliveredFile:
    """One file as it is written, below the folder of the simulation."""

    path: str
    content: bytes
    delivered_on: date


@dataclass(slots=True)
class Export:
    """What our own ledger exported of one provider and day."""

    provider: str
    day: date
    delivered_on: date
    movements: list[Movement] = field(default_factory=list)
