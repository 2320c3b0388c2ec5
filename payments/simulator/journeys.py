"""What one buyer's way through a checkout consists of: the wish, steps, tries, and where it ends."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from payments.simulator.instruments import Card
from payments.simulator.refusals import Refusal
from payments.simulator.terms import ProviderPlan

if TYPE_CHECKING:
    from payments.simulator.frauds.identities import Identity

VOUCHERS: Final = frozenset({"virtual-account", "convenience-store"})
VOUCHER_LIFE: Final = timedelta(days=2)
PATIENCE: Final = timedelta(minutes=30)
"""After so long without a word the shop calls a checkout abandoned."""
LONGEST_WAY: Final = timedelta(days=14)
"""From the beginning of no checkout to its end is it longer."""


class End(StrEnum):
    """How a checkout ends."""

    PAID = "paid"
    AT_START = "at_start"
    AT_METHOD = "at_method"
    REFUSED = "refused"
    LAPSED = "lapsed"
    """A voucher that nobody paid."""


@dataclass(slots=True)
class Wish:
    """Somebody wants to buy something; the amount is in minor units, the instant UTC."""

    seed: int
    plan: ProviderPlan
    reference: str
    payment_reference: str
    method: str
    brand: str
    amount: int
    currency: str
    started_at: datetime
    will_pay: bool
    """Whether they pay when nothing special comes between."""
    campaign: str = ""
    """Of traffic that is none of people."""
    customer: str = ""


@dataclass(frozen=True, slots=True)
class Try:
    """One try to pay; instants are UTC, exact to the millisecond."""

    reference: str
    """The provider's id of it."""
    requested_at: datetime
    responded_at: datetime
    finished_at: datetime | None
    """None: a voucher that is not paid."""
    is_waiting: bool
    """Whether the first answer was to wait for the buyer."""
    refusal: Refusal | None = None
    three_d_secure: str = ""


@dataclass(slots=True)
class Journey:
    """One checkout from beginning to end."""

    wish: Wish
    end: End
    device: str
    amount: int
    """Minor units; that of the wish but where the price was wrong."""
    card: Card | None
    steps: list[tuple[datetime, str, str]] = field(default_factory=list)
    """(when, which, method)."""
    tries: list[Try] = field(default_factory=list)
    paid_at: datetime | None = None
    """Whole seconds, as the provider's settlement tells it."""
    expires_at: datetime | None = None
    """Of a voucher."""
    wrong_sku: str = ""
    """The goods that were priced wrongly."""
    identity: Identity | None = None
    """What can be known of whoever pays; None where nobody asks."""

    @property
    def deciding(self) -> Try:
        """The try that paid, or the voucher. Raises IndexError where there was no try."""
        return next((each for each in self.tries if each.refusal is None), self.tries[-1])

    @property
    def is_first_failed(self) -> bool:
        """Whether the first try failed."""
        return bool(self.tries) and self.tries[0].refusal is not None


def ceiled(moment: datetime) -> datetime:
    """The first whole second not before a moment."""
    return moment.replace(microsecond=0) + timedelta(seconds=1) if moment.microsecond else moment
