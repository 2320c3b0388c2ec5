"""The words and badges of payments: one vocabulary for list, page, filter and export."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from payments.facts import AttemptResult, EventKind, MovementKind
from payments.ledger.models import Checkout, CheckoutStep
from payments.ledger.states import AttemptStatus, ConflictCode, DisputeStatus, PaymentStatus, RefundStatus
from payments.methods.models import PaymentMethod
from payments.web import Badge, Tone

PAYMENT_BADGES: Final[Mapping[str, Badge]] = {
    PaymentStatus.CREATED: Badge(Tone.NEUTRAL, pgettext_lazy("payment", "Created"), "plus"),
    PaymentStatus.PENDING: Badge(Tone.INFO, pgettext_lazy("payment", "Pending")),
    PaymentStatus.AUTHORIZED: Badge(Tone.INFO, pgettext_lazy("payment", "Authorized"), "lock"),
    PaymentStatus.PARTIALLY_CAPTURED: Badge(Tone.SUCCESS, pgettext_lazy("payment", "Partly captured"), "check"),
    PaymentStatus.CAPTURED: Badge(Tone.SUCCESS, pgettext_lazy("payment", "Captured"), "double-check"),
    PaymentStatus.PARTIALLY_REFUNDED: Badge(Tone.NEUTRAL, pgettext_lazy("payment", "Partly refunded"), "undo"),
    PaymentStatus.REFUNDED: Badge(Tone.NEUTRAL, pgettext_lazy("payment", "Refunded"), "undo"),
    PaymentStatus.CHARGED_BACK: Badge(Tone.DANGER, pgettext_lazy("payment", "Charged back"), "alert"),
    PaymentStatus.FAILED: Badge(Tone.DANGER, pgettext_lazy("payment", "Failed")),
    PaymentStatus.UNKNOWN: Badge(Tone.WARNING, pgettext_lazy("payment", "Unknown"), "question"),
    PaymentStatus.VOIDED: Badge(Tone.NEUTRAL, pgettext_lazy("payment", "Voided"), "cross"),
    PaymentStatus.EXPIRED: Badge(Tone.NEUTRAL, pgettext_lazy("payment", "Expired"), "clock"),
}

ATTEMPT_BADGES: Final[Mapping[str, Badge]] = {
    AttemptStatus.STARTED: Badge(Tone.INFO, pgettext_lazy("attempt", "Started")),
    AttemptStatus.WAITING: Badge(Tone.INFO, _("Waits for the buyer"), "person"),
    AttemptStatus.AUTHORIZED: PAYMENT_BADGES[PaymentStatus.AUTHORIZED],
    AttemptStatus.CAPTURED: PAYMENT_BADGES[PaymentStatus.CAPTURED],
    AttemptStatus.FAILED: PAYMENT_BADGES[PaymentStatus.FAILED],
    AttemptStatus.UNKNOWN: PAYMENT_BADGES[PaymentStatus.UNKNOWN],
    AttemptStatus.VOIDED: PAYMENT_BADGES[PaymentStatus.VOIDED],
    AttemptStatus.EXPIRED: PAYMENT_BADGES[PaymentStatus.EXPIRED],
}

REFUND_BADGES: Final[Mapping[str, Badge]] = {
    RefundStatus.REQUESTED: Badge(Tone.INFO, pgettext_lazy("refund", "Requested")),
    RefundStatus.SUCCEEDED: Badge(Tone.SUCCESS, pgettext_lazy("refund", "Paid back")),
    RefundStatus.FAILED: Badge(Tone.DANGER, pgettext_lazy("refund", "Failed")),
}

DISPUTE_BADGES: Final[Mapping[str, Badge]] = {
    DisputeStatus.OPEN: Badge(Tone.WARNING, pgettext_lazy("dispute", "Open")),
    DisputeStatus.CHARGED_BACK: Badge(Tone.DANGER, pgettext_lazy("dispute", "Charged back")),
    DisputeStatus.REVERSED: Badge(Tone.SUCCESS, pgettext_lazy("dispute", "Money came back"), "undo"),
    DisputeStatus.WON: Badge(Tone.SUCCESS, pgettext_lazy("dispute", "Won")),
    DisputeStatus.LOST: Badge(Tone.DANGER, pgettext_lazy("dispute", "Lost")),
}

EVENT_KINDS: Final[Mapping[str, Promise]] = {
    EventKind.ATTEMPT_STARTED: _("Attempt started"),
    EventKind.ATTEMPT_WAITING: _("Waits for the buyer"),
    EventKind.AUTHORIZED: pgettext_lazy("payment", "Authorized"),
    EventKind.FAILED: pgettext_lazy("payment", "Failed"),
    EventKind.VOIDED: pgettext_lazy("payment", "Voided"),
    EventKind.EXPIRED: pgettext_lazy("payment", "Expired"),
    EventKind.CAPTURED: pgettext_lazy("payment", "Captured"),
    EventKind.CAPTURE_FAILED: _("Capture failed after all"),
    EventKind.REFUND_REQUESTED: _("Refund requested"),
    EventKind.REFUNDED: pgettext_lazy("payment", "Refunded"),
    EventKind.REFUND_FAILED: _("Refund failed"),
    EventKind.REFUND_RETURNED: _("Refunded money came back"),
    EventKind.DISPUTE_OPENED: _("Dispute opened"),
    EventKind.CHARGED_BACK: pgettext_lazy("payment", "Charged back"),
    EventKind.CHARGEBACK_REVERSED: _("Chargeback reversed"),
    EventKind.DISPUTE_CLOSED: _("Dispute closed"),
    EventKind.FRAUD_WARNED: _("The issuer warns of fraud"),
}

BAD_NEWS: Final = frozenset(
    {EventKind.FAILED, EventKind.CAPTURE_FAILED, EventKind.REFUND_FAILED, EventKind.CHARGED_BACK,
     EventKind.FRAUD_WARNED}
)  # fmt: skip
GOOD_NEWS: Final = frozenset({EventKind.AUTHORIZED, EventKind.CAPTURED, EventKind.CHARGEBACK_REVERSED})

RESULTS: Final[Mapping[str, Promise]] = {
    AttemptResult.SUCCEEDED: _("Succeeded"),
    AttemptResult.BLOCKED_OURS: _("Blocked by our risk rules"),
    AttemptResult.BLOCKED_PROVIDER: _("Blocked by the provider’s risk rules"),
    AttemptResult.AUTHENTICATION_FAILED: _("Authentication failed"),
    AttemptResult.AUTHENTICATION_ABANDONED: _("Authentication abandoned"),
    AttemptResult.DECLINED_SOFT: _("Declined, may be tried again"),
    AttemptResult.DECLINED_HARD: _("Declined for good"),
    AttemptResult.TECHNICAL_NOT_SENT: _("Technical: not sent"),
    AttemptResult.TECHNICAL_TIMEOUT: _("Technical: no answer in time"),
    AttemptResult.UNKNOWN: _("Unknown: it may have happened"),
}

DECLINE_CODES: Final[Mapping[str, Promise]] = {
    "insufficient_funds": _("Insufficient funds"),
    "limit_exceeded": _("Limit exceeded"),
    "do_not_honor": _("Declined without a reason"),
    "issuer_unavailable": _("Issuer unavailable"),
    "try_again": _("Try again later"),
    "expired_card": _("Expired card"),
    "invalid_card": _("Invalid card"),
    "invalid_cvc": _("Invalid security code"),
    "invalid_pin": _("Invalid PIN"),
    "restricted_card": _("Restricted card"),
    "lost_or_stolen": _("Lost or stolen card"),
    "fraud_suspected": _("Fraud suspected by the issuer"),
    "stopped_by_buyer": _("Stopped by the buyer at the bank"),
    "not_supported": _("Not supported by the card"),
    "amount_not_allowed": _("Amount not allowed"),
    "duplicate": _("Duplicate"),
    "provider_risk": _("Risk rules of the provider"),
    "authentication_required": _("Authentication required"),
    "authentication_failed": _("Authentication failed"),
    "authentication_abandoned": _("Authentication abandoned"),
    "canceled_by_buyer": _("Cancelled by the buyer"),
    "provider_error": _("Error of the provider"),
    "configuration": _("Wrong request or account"),
    "other": _("Other reasons"),
}

DEVICES: Final[Mapping[str, Promise]] = {"mobile": _("Mobile"), "desktop": _("Desktop"), "tablet": _("Tablet")}
CHANNELS: Final[Mapping[str, Promise]] = {"web": _("Web"), "app": _("App")}
"""The usual ones: a shop tells what it likes."""

STEPS: Final[Mapping[str, Promise]] = {
    CheckoutStep.Step.STARTED: _("Checkout started"),
    CheckoutStep.Step.METHOD_SELECTED: _("Payment method chosen"),
    CheckoutStep.Step.SUBMITTED: _("Checkout submitted"),
    CheckoutStep.Step.PAID: _("Checkout paid"),
    CheckoutStep.Step.ABANDONED: _("Checkout abandoned"),
}

MOVEMENT_KINDS: Final[Mapping[int, Promise]] = {
    MovementKind.CAPTURE: _("Sale"),
    MovementKind.REFUND: _("Refund"),
    MovementKind.CHARGEBACK: _("Chargeback"),
    MovementKind.CHARGEBACK_REVERSAL: _("Chargeback reversal"),
    MovementKind.REFUND_FAILURE: _("Failed refund"),
}

CONFLICTS: Final[Mapping[str, Promise]] = {
    ConflictCode.SUCCEEDED_AFTER_FAILURE: _("An attempt that had failed was reported as successful afterwards."),
    ConflictCode.FAILED_AFTER_SUCCESS: _("An attempt that had succeeded was reported as failed afterwards."),
    ConflictCode.TAKEN_AFTER_VOID: _("Money was taken from an authorization that had been voided."),
    ConflictCode.VOIDED_AFTER_CAPTURE: _("An authorization was reported as voided after its money had been taken."),
    ConflictCode.AMOUNTS_DIFFER: _("One and the same movement of money was reported with two different amounts."),
    ConflictCode.KEYS_DIFFER: _("One refund was reported under two of the provider’s keys; it counts once."),
    ConflictCode.CURRENCY_DIFFERS: _("An event names another currency than the payment has."),
    ConflictCode.CAPTURED_TOO_MUCH: _("More was captured than had been authorized, or than the order costs."),
    ConflictCode.REFUNDED_TOO_MUCH: _("More was paid back than had been captured."),
    ConflictCode.PAID_TWICE: _("Two attempts took money for this one payment: one of them must go back to the buyer."),
    ConflictCode.REFERENCE_OF_ANOTHER: _("An event carries an id of the provider that belongs to another payment."),
    ConflictCode.TOLD_DIFFERENTLY: _("The same event arrived again with another content; the first telling stands."),
}


def method_name(method: PaymentMethod | None) -> str:
    """The name of a method in the viewer's language; '' for none."""
    if method is None:
        return ""
    return str(getattr(method, f"name_{(get_language() or 'en')[:2]}", "") or method.name_en)


def decline_words(code: str) -> str:
    """Why an attempt was refused; a code nobody knows stands for itself."""
    return str(DECLINE_CODES.get(code, code))


def shop_words(checkout: Checkout) -> str:
    """Where and on what the buyer was, as far as the shop told."""
    told = (CHANNELS.get(checkout.channel, checkout.channel), DEVICES.get(checkout.device, checkout.device))
    return " · ".join(str(each) for each in told if each)


_THREE_D_SECURE: Final[dict[str, Promise]] = {
    "authenticated": _("3-D Secure: authenticated"),
    "frictionless": _("3-D Secure: authenticated without a question"),
    "attempted": _("3-D Secure: attempted"),
    "not_supported": _("3-D Secure: not supported by the card"),
    "failed": _("3-D Secure: failed"),
}


def three_d_secure(result: str) -> str:
    """What became of asking the cardholder's bank; a word nobody knows stands for itself."""
    return str(_THREE_D_SECURE.get(result, f"3-D Secure: {result}"))
