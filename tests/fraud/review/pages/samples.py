"""Cases as the pages get them, made by hand: what a page says is tested apart from where it comes from."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from fraud.review.models import CaseState, Queue
from fraud.review.pictures import (
    AlertShown,
    AttemptShown,
    CaseMoment,
    CaseShown,
    CustomerShown,
    EarlierDecision,
    Graph,
    HoldShown,
    Node,
    OpenDecision,
    QueuePage,
    QueueRow,
    Reason,
)

NOON: Final = datetime(2026, 7, 1, 12, tzinfo=UTC)
CAN: Final = frozenset({"decide", "snooze", "escalate", "ask", "note"})


def attempt(minutes: int, status: str = "failed", result: str = "declined.hard") -> AttemptShown:
    """A try with a card, some minutes after noon."""
    return AttemptShown(NOON + timedelta(minutes=minutes), status, result, "card", "visa", "4242", "frictionless")


def alert(number: int = 1, **changes: Any) -> AlertShown:
    """A payment that is held before its capture."""
    given: dict[str, Any] = {
        "payment_id": number, "reference": f"order-{number}", "amount": 1_280_000, "currency": "KRW",
        "status": "authorized", "expected_loss": 793_600, "score_ppm": 620_000, "outcome": 1, "basis": 3,
        "rules": ("New device, large amount",), "lists": ("Watch: Card or account",),
        "reasons": (
            Reason("3.1 times this customer’s usual amount", 310_000),
            Reason("First payment from this device", 220_000),
            Reason("Card seen with 4 customers in 30 days", 140_000),
            Reason("Customer known for 2 years", -60_000),
        ),
        "hold": HoldShown("capture_postponed", NOON + timedelta(hours=20), "cancelled"),
        "attempts": (attempt(0), attempt(2, "authorized", "succeeded")),
        "dispute_statuses": (), "settled_on": None, "is_settled_by_decision": False,
    }  # fmt: skip
    return AlertShown(**given | changes)


def graph() -> Graph:
    """Two payments of the case and six others behind a card, a device and an address."""
    payments = [
        Node(f"p{n}", None, f"order-2026-{n:05}", f"/payments/id/{n}/", n < 3, n in (5, 6)) for n in range(1, 9)
    ]
    keys = [
        Node(f"k{kind}", kind, label, "", False, False) for kind, label in ((2, "a1b2c3"), (3, "09fe77"), (6, "c0ffee"))
    ]
    edges = (("p1", "k2"), ("p2", "k2"), ("p3", "k2"), ("p5", "k2"), ("p6", "k2"), ("p1", "k3"), ("p4", "k3"),
             ("p7", "k3"), ("p2", "k6"), ("p8", "k6"))  # fmt: skip
    return Graph((*payments, *keys), edges, is_cut=True)


def case(**changes: Any) -> CaseShown:
    """A case of two payments in the reader's hands."""
    given: dict[str, Any] = {
        "case_id": 7, "queue": Queue.REVIEW.value, "state": CaseState.OPEN.value, "is_blind": False,
        "due_at": NOON + timedelta(hours=1), "claimed_by": "田中 美咲", "claimed_until": NOON + timedelta(minutes=20),
        "is_mine": True, "alerts": (alert(1), alert(2, amount=64_900, expected_loss=1_900, currency="JPY")),
        "customer": CustomerShown(
            "C-20417", NOON - timedelta(days=700), ("regular",), 34, ((5_120_000, "KRW"), (12_800, "JPY")), 2, 1, 0
        ),
        "linked": graph(),
        "earlier": (EarlierDecision(3, 1, "Known customer, usual purchase", "佐藤 健", NOON - timedelta(days=90)),),
        "moments": (
            CaseMoment(NOON + timedelta(minutes=3), "opened", "", ""),
            CaseMoment(NOON + timedelta(minutes=9), "noted", "佐藤 健", "Called the shop: the address is a parcel locker."),
        ),
        "open_decision": None, "can": CAN,
    }  # fmt: skip
    return CaseShown(**given | changes)


def decision(**changes: Any) -> OpenDecision:
    """A decision that waits for its seconds to pass."""
    given: dict[str, Any] = {
        "decision_id": 5, "verdict": 2, "reason": "Stolen card or account", "note": "", "decided_by": "田中 美咲",
        "leaves_at": NOON + timedelta(minutes=10), "is_awaiting_second": False,
    }  # fmt: skip
    return OpenDecision(**given | changes)


def queue_row(number: int, **changes: Any) -> QueueRow:
    """A free case."""
    given: dict[str, Any] = {
        "case_id": number, "queue": Queue.REVIEW.value, "state": CaseState.OPEN.value, "customer": f"C-{20_000 + number}",
        "amounts": ((1_280_000, "KRW"),), "expected_losses": ((793_600, "KRW"),), "alert_count": 1,
        "top_reason": "3.1 times this customer’s usual amount", "opened_at": NOON, "due_at": NOON + timedelta(hours=1),
        "claimed_by": "", "is_mine": False,
    }  # fmt: skip
    return QueueRow(**given | changes)


def queue_page(*rows: QueueRow, next_key: str = "") -> QueuePage:
    """A page of the first queue."""
    return QueuePage(rows, next_key, {1: len(rows), 2: 3}, NOON if rows else None)
