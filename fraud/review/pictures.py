"""What the pages of the queue show: rows of the queue, one case with all that is known, and what is linked to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.functional import Promise

from fraud.labels.selectors import Truth

Amounts = tuple[tuple[int, str], ...]
"""(minor units, currency), one for each currency: never summed across."""
Words = str | Promise


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One case in the list."""

    case_id: int
    queue: int
    state: int
    customer: str
    """The merchant's id, or the reference of the one payment."""
    amounts: Amounts
    expected_losses: Amounts
    alert_count: int
    top_reason: Words
    opened_at: datetime
    due_at: datetime
    claimed_by: str
    """'' when it is free."""
    is_mine: bool


@dataclass(frozen=True, slots=True)
class QueuePage:
    """One page of a queue, the most urgent first."""

    rows: tuple[QueueRow, ...]
    next_key: str
    """'' on the last page."""
    counts: Mapping[int, int]
    """Open cases by queue."""
    oldest_at: datetime | None


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason as a sentence, with how much it weighs."""

    sentence: Words
    weight_ppm: int


@dataclass(frozen=True, slots=True)
class HoldShown:
    """What the payment is kept from, until when, and what happens then; values of `payments.acts.models`."""

    effect: str
    until: datetime
    at_deadline: str


@dataclass(frozen=True, slots=True)
class AttemptShown:
    """One try to pay."""

    requested_at: datetime
    status: str
    result: str
    method: str
    brand: str
    last4: str
    three_d_secure: str


@dataclass(frozen=True, slots=True)
class AlertShown:
    """One payment of a case. In a blind case nothing of the first judgement is told: None and ()."""

    payment_id: int
    reference: str
    amount: int
    currency: str
    status: str
    expected_loss: int | None
    score_ppm: int | None
    outcome: int | None
    basis: int | None
    rules: tuple[str, ...]
    lists: tuple[Words, ...]
    reasons: tuple[Reason, ...] | None
    """None while the worker has not worked them out."""
    hold: HoldShown | None
    attempts: tuple[AttemptShown, ...]
    dispute_statuses: tuple[str, ...]
    settled_on: date | None
    is_settled_by_decision: bool
    """Whether a decision was made with it in view."""
    seen: tuple[tuple[Words, Words], ...] = ()
    """What the rules that were true of it asked about, and its value then."""
    created_at: datetime | None = None
    truth: Truth | None = None
    """What it turned out to be; None while nobody says, and in a blind case."""


@dataclass(frozen=True, slots=True)
class CustomerShown:
    """The customer before this case."""

    merchant_customer_id: str
    first_seen_at: datetime
    segments: tuple[str, ...]
    payment_count: int
    paid: Amounts
    refund_count: int
    dispute_count: int
    fraud_count: int


@dataclass(frozen=True, slots=True)
class EarlierDecision:
    """What was decided about the same customer, card, device or address before."""

    case_id: int
    verdict: int
    reason: Words
    decided_by: str
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class CaseMoment:
    """One line of the case's history."""

    at: datetime
    words: Words
    by: str
    note: str
    detail: str = ""
    """What was decided, and what became of it."""


@dataclass(frozen=True, slots=True)
class Node:
    """A payment, or a key that payments share."""

    id: str
    kind: int | None
    """Of the key; None for a payment."""
    label: str
    url: str
    is_of_case: bool
    is_fraud: bool


@dataclass(frozen=True, slots=True)
class Graph:
    """Payments linked by what they share. `edges` are pairs of node ids, a payment first."""

    nodes: tuple[Node, ...] = ()
    edges: tuple[tuple[str, str], ...] = ()
    is_cut: bool = False
    """Whether there is more than is shown."""


@dataclass(frozen=True, slots=True)
class OpenDecision:
    """A decision that may still be undone, or waits for a second person."""

    decision_id: int
    verdict: int
    reason: Words
    note: str
    decided_by: str
    leaves_at: datetime
    is_awaiting_second: bool


@dataclass(frozen=True, slots=True)
class CaseShown:
    """One case with everything that its page says."""

    case_id: int
    queue: int
    state: int
    is_blind: bool
    due_at: datetime
    claimed_by: str
    claimed_until: datetime | None
    is_mine: bool
    alerts: tuple[AlertShown, ...]
    customer: CustomerShown | None
    linked: Graph
    earlier: tuple[EarlierDecision, ...]
    moments: tuple[CaseMoment, ...]
    open_decision: OpenDecision | None
    can: frozenset[str]
    """Of this person: claim, decide, undo, second, escalate, snooze, ask, note."""
