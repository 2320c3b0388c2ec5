"""What each of Adyen's event codes tells, one reading for each."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from payments.facts import EventKind, Instrument, NeutralEvent
from payments.providers.declines import decline_of
from payments.providers.deliveries import ProviderTerms
from payments.providers.event_fields import LONGEST_KEY, LONGEST_METHOD, EventFields, instrument

Reading = Callable[[EventFields, ProviderTerms, str], tuple[NeutralEvent, ...]]

# Where Adyen's minor units are not ISO 4217's (its list of currency codes): ISO minor = Adyen's × times / per.
_UNITS: Final[Mapping[str, tuple[int, int]]] = {"CLP": (1, 100), "CVE": (100, 1), "IDR": (100, 1), "ISK": (1, 100)}
_FALSE: Final = "false"
_NOTHING: Final = EventFields({})
_REASON_CODES: Final = ("chargebackReasonCode", "rfiReasonCode", "nofReasonCode")
_INSTALLMENTS: Final = re.compile(r"[0-9]{1,3}", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Told:
    """One item, half read."""

    item: EventFields
    terms: ProviderTerms
    event_id: str

    @property
    def has_succeeded(self) -> bool:
        return self.item.text("success").lower() != _FALSE

    @property
    def own(self) -> str:
        return self.item.reference("pspReference", longest=LONGEST_KEY, is_required=True)

    @property
    def payment(self) -> str:
        """The authorisation it belongs to."""
        return self.item.reference("originalReference", longest=LONGEST_KEY) or self.own

    @property
    def shop_reference(self) -> str:
        return self.item.shop_reference("merchantReference")

    @property
    def extra(self) -> EventFields:
        return self.item.maybe("additionalData") or _NOTHING

    def event(self, kind: EventKind, **facts: Any) -> NeutralEvent:
        """One neutral event of the item."""
        standing = {
            "source": self.terms.source,
            "source_event_id": self.event_id,
            "occurred_at": self.item.instant("eventDate", self.terms.zone),
            "provider": self.terms.code,
            "merchant_reference": self.shop_reference,
            "attempt_reference": self.payment,
            "references": tuple(dict.fromkeys((self.own, self.payment))),
            "method": self.item.words("paymentMethod", LONGEST_METHOD),
            **_amount(self.item),
        }
        return NeutralEvent(kind=kind, **{**standing, **facts})


def _amount(item: EventFields) -> dict[str, Any]:
    amount = item.inner("amount")
    currency = amount.currency()
    return {"amount": amount.minor("value", currency, _UNITS), "currency": currency}


def _authorisation(item: EventFields, terms: ProviderTerms, event_id: str) -> tuple[NeutralEvent, ...]:
    told = _Told(item, terms, event_id)
    facts: dict[str, Any] = {
        "attempt_reference": told.own,
        "instrument": _instrument(told.extra),
        "three_d_secure": _three_d_secure(told.extra),
        "customer": told.extra.shop_reference("shopperReference"),
        "extra": {"auth_code": told.extra.words("authCode", 20)} if told.extra.has("authCode") else {},
    }
    if not told.has_succeeded:
        return (_refused(told, facts),)
    authorized = told.event(EventKind.AUTHORIZED, **facts)
    if not authorized.amount or (terms.captures_apart and _can_capture(item)):
        return (authorized,)  # of nothing, to verify a card; or to be captured by an event of its own
    captured = replace(
        authorized, kind=EventKind.CAPTURED, source_event_id=f"{event_id}:captured", provider_key=told.own
    )
    return authorized, captured


def _can_capture(item: EventFields) -> bool:
    operations = item.record.get("operations")
    return not isinstance(operations, list) or not operations or "CAPTURE" in operations


def _refused(told: _Told, facts: dict[str, Any]) -> NeutralEvent:
    words = (told.extra.words("refusalReasonRaw"), told.item.words("reason"))
    # Adyen's own word first: the acquirer's raw number means different things in different countries.
    decline = decline_of("adyen", words[1], words[0])
    if decline.code.value in ("other", "do_not_honor"):
        known = decline_of("adyen", words[0])
        decline = known if known.code.value != "other" else decline
    return told.event(
        EventKind.FAILED,
        **facts,
        **decline.facts(*words),
        reason=words[1],
    )


def _instrument(extra: EventFields) -> Instrument | None:
    return instrument(
        extra.text("paymentMethod") or extra.text("cardPaymentMethod"),
        extra.text("cardSummary"),
        (extra.text("cardBin") or extra.text("issuerBin"))[:8],
        extra.text("alias"),
        int(months) if _INSTALLMENTS.fullmatch(months := extra.text("installments.value")) else 0,
    )


def _three_d_secure(extra: EventFields) -> str:
    if extra.text("threeDAuthenticated").lower() == "true":
        return "authenticated"
    if extra.text("threeDOffered").lower() == "true":
        return "attempted" if extra.text("threeDAuthenticatedResponse") == "A" else "failed"
    return "not_supported" if extra.text("threeDOffered").lower() == _FALSE else ""


def _modification(done: EventKind, failed: EventKind | None, *, has_key: bool = True) -> Reading:
    """A capture, cancellation or refund that the merchant asked for; `failed` is what its refusal is, if anything."""

    def read(item: EventFields, terms: ProviderTerms, event_id: str) -> tuple[NeutralEvent, ...]:
        told = _Told(item, terms, event_id)
        kind = done if told.has_succeeded else failed
        if kind is None:
            return ()
        facts: dict[str, Any] = {"provider_key": told.own if has_key else "", "reason": item.words("reason")}
        if item.has("originalReference"):
            # `merchantReference` is that of the request where the shop gave it one of its own, not the payment's.
            facts |= {"merchant_reference": "", "extra": {"modification_reference": told.shop_reference}}
        return (told.event(kind, **facts),)

    return read


def _cancel_or_refund(item: EventFields, terms: ProviderTerms, event_id: str) -> tuple[NeutralEvent, ...]:
    extra = item.maybe("additionalData") or _NOTHING
    reading = _REFUND if extra.text("modification.action") == "refund" else _VOID
    return reading(item, terms, event_id)


def _returned(item: EventFields, terms: ProviderTerms, event_id: str) -> tuple[NeutralEvent, ...]:
    told = _Told(item, terms, event_id)
    reason = item.words("reason")
    return (told.event(EventKind.REFUND_RETURNED, provider_key=told.own, object_key=told.own, reason=reason),)


def _dispute(kind: EventKind, outcome: str = "", *, has_money: bool = False) -> Reading:
    def read(item: EventFields, terms: ProviderTerms, event_id: str) -> tuple[NeutralEvent, ...]:
        told = _Told(item, terms, event_id)
        key = told.own if has_money else ""
        return (told.event(kind, provider_key=key, object_key=told.own, reason=_reason(told), outcome=outcome),)

    return read


def _reason(told: _Told) -> str:
    """The network's code of a dispute or warning before its words: the words alone do not always say fraud."""
    codes = (told.extra.words(name, LONGEST_KEY) for name in _REASON_CODES)
    code, words = next(filter(None, codes), ""), told.item.words("reason", LONGEST_KEY)
    return words if words.startswith(code) else f"{code} {words}".strip()[:LONGEST_KEY]


def _warning(item: EventFields, terms: ProviderTerms, event_id: str) -> tuple[NeutralEvent, ...]:
    told = _Told(item, terms, event_id)
    moves_nothing = {"amount": None, "currency": ""}
    return (told.event(EventKind.FRAUD_WARNED, object_key=told.own, reason=_reason(told), **moves_nothing),)


def _of_the_attempt(kind: EventKind) -> Reading:
    def read(item: EventFields, terms: ProviderTerms, event_id: str) -> tuple[NeutralEvent, ...]:
        told = _Told(item, terms, event_id)
        return (told.event(kind, reason=item.words("reason")),) if told.has_succeeded else ()

    return read


_VOID: Final = _modification(EventKind.VOIDED, None, has_key=False)
_REFUND: Final = _modification(EventKind.REFUNDED, EventKind.REFUND_FAILED)

READINGS: Final[Mapping[str, Reading]] = {
    "AUTHORISATION": _authorisation,
    "PENDING": _of_the_attempt(EventKind.ATTEMPT_WAITING),
    "OFFER_CLOSED": _of_the_attempt(EventKind.EXPIRED),
    "EXPIRE": _of_the_attempt(EventKind.EXPIRED),
    "CAPTURE": _modification(EventKind.CAPTURED, EventKind.CAPTURE_FAILED),
    "CAPTURE_FAILED": _modification(EventKind.CAPTURE_FAILED, None),
    "CANCELLATION": _VOID,
    "TECHNICAL_CANCEL": _VOID,
    "CANCEL_OR_REFUND": _cancel_or_refund,
    "VOID_PENDING_REFUND": _cancel_or_refund,
    "REFUND": _REFUND,
    "REFUND_WITH_DATA": _REFUND,
    "REFUND_FAILED": _modification(EventKind.REFUND_FAILED, None),
    "REFUNDED_REVERSED": _returned,
    "NOTIFICATION_OF_FRAUD": _warning,
    "NOTIFICATION_OF_CHARGEBACK": _dispute(EventKind.DISPUTE_OPENED),
    "REQUEST_FOR_INFORMATION": _dispute(EventKind.DISPUTE_OPENED),
    "CHARGEBACK": _dispute(EventKind.CHARGED_BACK, has_money=True),
    "SECOND_CHARGEBACK": _dispute(EventKind.CHARGED_BACK, has_money=True),
    "CHARGEBACK_REVERSED": _dispute(EventKind.CHARGEBACK_REVERSED, has_money=True),
    "PREARBITRATION_WON": _dispute(EventKind.DISPUTE_CLOSED, "won"),
    "PREARBITRATION_LOST": _dispute(EventKind.DISPUTE_CLOSED, "lost"),
    "DISPUTE_DEFENSE_PERIOD_ENDED": _dispute(EventKind.DISPUTE_CLOSED, "lost"),
    "ISSUER_RESPONSE_TIMEFRAME_EXPIRED": _dispute(EventKind.DISPUTE_CLOSED, "won"),
}
"""Event codes that tell of a payment; every other one (REPORT_AVAILABLE, …) is stored and acknowledged."""
