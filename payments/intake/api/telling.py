"""What the shop tells, as the API takes it: checkouts with lines and steps, events, attempts and refunds."""

from __future__ import annotations

import json
from typing import Any, Final

from django.utils import timezone
from rest_framework import serializers

from payments.facts import (
    AttemptResult,
    CheckoutFact,
    CustomerFact,
    EventKind,
    Instrument,
    NeutralEvent,
    OrderLineFact,
    StepFact,
)
from payments.intake.api.fields import Amount, Currency, Instant, StrictSerializer, Text, Whole
from payments.intake.services.telling import SHOP
from payments.ledger.models import CheckoutStep

LARGEST_EXTRA: Final = 8_000
"""Characters of `extra` as JSON."""
_STATES_MONEY: Final = frozenset(
    {EventKind.CAPTURED, EventKind.REFUND_REQUESTED, EventKind.REFUNDED, EventKind.REFUND_RETURNED,
     EventKind.DISPUTE_OPENED, EventKind.CHARGED_BACK, EventKind.CHARGEBACK_REVERSED}
)  # fmt: skip
_NAMES_PROVIDER: Final = _STATES_MONEY - {EventKind.REFUND_REQUESTED} | {
    EventKind.CAPTURE_FAILED,
    EventKind.REFUND_FAILED,
    EventKind.DISPUTE_CLOSED,
    EventKind.FRAUD_WARNED,
}
_NAMES_OBJECT: Final = frozenset(
    {EventKind.DISPUTE_OPENED, EventKind.CHARGED_BACK, EventKind.CHARGEBACK_REVERSED, EventKind.DISPUTE_CLOSED,
     EventKind.FRAUD_WARNED}
)  # fmt: skip
"""By `object_key`, or by the key of the money."""
_ATTEMPT_KINDS: Final = {
    "started": EventKind.ATTEMPT_STARTED,
    "waiting": EventKind.ATTEMPT_WAITING,
    "authorized": EventKind.AUTHORIZED,
    "captured": EventKind.CAPTURED,
    "failed": EventKind.FAILED,
    "voided": EventKind.VOIDED,
    "expired": EventKind.EXPIRED,
}
_REFUND_KINDS: Final = {
    "requested": EventKind.REFUND_REQUESTED,
    "succeeded": EventKind.REFUNDED,
    "failed": EventKind.REFUND_FAILED,
}


def _optional(limit: int, words: str = "") -> Text:
    return Text(required=False, allow_blank=True, max_length=limit, help_text=words)


class CustomerTold(StrictSerializer):
    """A buyer; e-mail and telephone are hashed before they are kept."""

    id = Text(max_length=80, help_text="The shop's own id of the customer.")
    email = serializers.EmailField(required=False, allow_blank=True, max_length=254)
    phone = _optional(40)
    segments = serializers.ListField(child=Text(max_length=40), required=False, max_length=20)

    def fact(self, values: dict[str, Any]) -> CustomerFact:
        """As the ledger takes it."""
        return CustomerFact(
            values["id"], values.get("email", ""), values.get("phone", ""), tuple(values.get("segments", ()))
        )


class LineTold(StrictSerializer):
    """One line of what is bought."""

    sku = Text(max_length=80)
    name = Text(max_length=200)
    quantity = Whole(min_value=1, max_value=2**31 - 1)
    amount = Amount(help_text="Of the whole line, minor units of the checkout's currency.")


class StepTold(StrictSerializer):
    """One step of a checkout."""

    step = serializers.ChoiceField(choices=CheckoutStep.Step.choices)
    occurred_at = Instant(is_past=True)
    method = _optional(80, "Our code of the payment method, once one is chosen.")

    def fact(self, values: dict[str, Any]) -> StepFact:
        """As the ledger takes it."""
        return StepFact(values["step"], values["occurred_at"], values.get("method", ""))


class CheckoutTold(StrictSerializer):
    """A buyer's try to buy. Told again it fills in what was missing and adds steps; it erases nothing."""

    merchant_reference = Text(max_length=80)
    amount = Amount()
    currency = Currency()
    started_at = Instant(required=False, is_past=True, help_text="Now, unless told.")
    customer = CustomerTold(required=False)
    country = serializers.RegexField(r"^[A-Z]{2}$", required=False, help_text="ISO 3166.")
    device = _optional(20)
    channel = _optional(40)
    campaign = _optional(80)
    shipping_address = _optional(500, "Hashed before it is kept.")
    promised_ship_at = Instant(required=False)
    lines = serializers.ListField(child=LineTold(), required=False, max_length=500)
    steps = serializers.ListField(child=StepTold(), required=False, max_length=100)

    def fact(self) -> CheckoutFact:
        """As the ledger takes it."""
        values = dict(self.validated_data)
        customer = values.pop("customer", None)
        lines = tuple(OrderLineFact(**line) for line in values.pop("lines", ()))
        steps = tuple(StepTold().fact(step) for step in values.pop("steps", ()))
        return CheckoutFact(
            started_at=values.pop("started_at", None) or timezone.now(),
            customer=CustomerTold().fact(customer) if customer else None,
            lines=lines,
            steps=steps,
            **values,
        )


class StepsTold(StrictSerializer):
    """Steps of a checkout that is known."""

    steps = serializers.ListField(child=StepTold(), min_length=1, max_length=100)

    def facts(self) -> tuple[StepFact, ...]:
        """As the ledger takes them."""
        return tuple(StepTold().fact(step) for step in self.validated_data["steps"])


class InstrumentTold(StrictSerializer):
    """What the buyer paid with, as far as it may be known: never a card number."""

    brand = _optional(30)
    last4 = serializers.RegexField(r"^[0-9]{0,4}$", required=False, allow_blank=True)
    bin = serializers.RegexField(r"^([0-9]{6}|[0-9]{8})?$", required=False, allow_blank=True)
    fingerprint = _optional(120)
    installment_months = Whole(required=False, min_value=0, max_value=120)


class _HappenedTold(StrictSerializer):
    """What every kind of event may say."""

    id = Text(max_length=120, help_text="The shop's own id of this event, the same when it is told again.")
    occurred_at = Instant(is_past=True)
    provider = _optional(40, "Code of the provider it happened at; every event that moves money names it.")
    provider_key = _optional(80, "The provider's id of the money moved, as its settlement file has it.")
    amount = Amount(required=False)
    currency = Currency(required=False)
    extra = serializers.DictField(required=False, help_text="Anything else; shown with the event, never card data.")

    def validate_extra(self, value: dict[str, Any]) -> dict[str, Any]:
        """Small enough to be kept with every event."""
        if len(json.dumps(value, ensure_ascii=False)) > LARGEST_EXTRA:
            raise serializers.ValidationError(f"Keep it under {LARGEST_EXTRA} characters of JSON.", code="max_length")
        return value

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """What the kind of event needs."""
        kind = self.kind_of(attrs)
        needed = []
        if kind in _STATES_MONEY:
            needed += ["amount"]
        if "amount" in attrs or kind in _STATES_MONEY:
            needed += ["currency"]
        if kind in _NAMES_PROVIDER:
            needed += ["provider"]
        if kind is EventKind.FAILED:
            needed += ["result"]
        if kind is EventKind.DISPUTE_CLOSED:
            needed += ["outcome"]
        if kind in _NAMES_OBJECT and not attrs.get("provider_key"):
            needed += ["object_key"]
        missing = [name for name in needed if attrs.get(name) in (None, "")]
        if missing:
            words = f"{kind} must say this."
            raise serializers.ValidationError(
                {name: [serializers.ErrorDetail(words, code="required")] for name in missing}
            )
        return attrs

    def kind_of(self, attrs: dict[str, Any]) -> EventKind:
        """The kind of event that the values tell of."""
        return EventKind(attrs["kind"])

    def event(self, merchant_reference: str = "") -> NeutralEvent:
        """As the ledger takes it; the reference is of the address, where the body has none."""
        values = dict(self.validated_data)
        kind = self.kind_of(values)
        for name in ("kind", "status"):
            values.pop(name, None)
        if "result" in values:
            values["result"] = AttemptResult(values["result"])
        if "instrument" in values:
            values["instrument"] = Instrument(**values["instrument"])
        values["references"] = tuple(values.get("references", ()))
        values.setdefault("merchant_reference", merchant_reference)
        return NeutralEvent(source=SHOP, source_event_id=values.pop("id"), kind=kind, **values)


class _TryTold(_HappenedTold):
    """What may be said of a try to pay."""

    attempt_reference = _optional(80, "The provider's id of the attempt.")
    shop_attempt = _optional(80, "The shop's own id of the attempt.")
    references = serializers.ListField(
        child=Text(max_length=120), required=False, max_length=20, help_text="Further ids of the provider's."
    )
    method = _optional(80, "Our code of the payment method.")
    result = serializers.ChoiceField(choices=[each.value for each in AttemptResult], required=False)
    decline_code = _optional(40)
    provider_decline_code = _optional(80)
    instrument = InstrumentTold(required=False)
    requested_at = Instant(required=False)
    expires_at = Instant(required=False, help_text="Of a voucher, or of the authorization.")
    three_d_secure = serializers.ChoiceField(
        choices=["authenticated", "attempted", "not_supported", "failed"], required=False
    )
    ip = serializers.IPAddressField(required=False)
    device = _optional(80)
    customer = _optional(80, "The shop's own id of the customer.")


class AttemptTold(_TryTold):
    """What became of one try to pay."""

    status = serializers.ChoiceField(choices=list(_ATTEMPT_KINDS))

    def kind_of(self, attrs: dict[str, Any]) -> EventKind:
        """By the status."""
        return _ATTEMPT_KINDS[attrs["status"]]


class RefundTold(_HappenedTold):
    """What became of a refund."""

    status = serializers.ChoiceField(choices=list(_REFUND_KINDS))
    object_key = _optional(80, "The provider's id of the refund, where `provider_key` is not known yet.")
    reason = _optional(200)

    def kind_of(self, attrs: dict[str, Any]) -> EventKind:
        """By the status."""
        return _REFUND_KINDS[attrs["status"]]


class EventTold(_TryTold):
    """One event, of any kind."""

    kind = serializers.ChoiceField(choices=[each.value for each in EventKind])
    merchant_reference = Text(max_length=80)
    object_key = _optional(80, "What names the refund, dispute or warning where `provider_key` does not.")
    reason = _optional(200)
    outcome = serializers.ChoiceField(choices=["won", "lost"], required=False)


class BatchTold(StrictSerializer):
    """Up to 1 000 events; for the schema, since each is judged by itself."""

    events = serializers.ListField(child=EventTold(), min_length=1, max_length=1_000)
