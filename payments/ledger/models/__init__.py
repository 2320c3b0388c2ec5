"""What happened at the checkout and to the money: checkouts, payments, their events, and movements."""

from payments.ledger.models.checkouts import Checkout, CheckoutStep, Customer, OrderLine
from payments.ledger.models.events import EventContradiction, PaymentEvent
from payments.ledger.models.movements import Movement, MovementBatch, match_hash
from payments.ledger.models.payments import Attempt, Dispute, Payment, PaymentReference, Refund

__all__ = [
    "Attempt",
    "Checkout",
    "CheckoutStep",
    "Customer",
    "Dispute",
    "EventContradiction",
    "Movement",
    "MovementBatch",
    "OrderLine",
    "Payment",
    "PaymentEvent",
    "PaymentReference",
    "Refund",
    "match_hash",
]
