"""What the API tells, field by field; the shapes of the schema and of the answers are these."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from payments.facts import MovementKind

_MINOR = "Whole minor units of the currency."


class Moment(serializers.DateTimeField):
    """RFC 3339, UTC."""


def _amount(**kwargs: Any) -> serializers.IntegerField:
    return serializers.IntegerField(help_text=_MINOR, **kwargs)


def _told(source: str, **kwargs: Any) -> serializers.CharField:
    return serializers.CharField(source=source, allow_null=True, **kwargs)


class LineAnswer(serializers.Serializer[Any]):
    """One line of what is bought."""

    position = serializers.IntegerField()
    sku = serializers.CharField()
    name = serializers.CharField()
    quantity = serializers.IntegerField()
    amount = _amount()


class StepAnswer(serializers.Serializer[Any]):
    """One step of a checkout."""

    step = serializers.CharField()
    method = serializers.CharField(allow_blank=True)
    occurred_at = Moment()


class CheckoutAnswer(serializers.Serializer[Any]):
    """A checkout as the shop has told of it; its lines and steps are told with the one."""

    merchant_reference = serializers.CharField()
    amount = _amount()
    currency = serializers.CharField()
    customer = _told("customer_reference")
    country = serializers.CharField(allow_blank=True)
    device = serializers.CharField(allow_blank=True)
    channel = serializers.CharField(allow_blank=True)
    campaign = serializers.CharField(allow_blank=True)
    promised_ship_at = Moment(allow_null=True)
    started_at = Moment()


class WholeCheckoutAnswer(CheckoutAnswer):
    """A checkout with what is bought and how far the buyer came."""

    lines = LineAnswer(many=True)
    steps = StepAnswer(many=True)


class KeptCheckoutAnswer(WholeCheckoutAnswer):
    """A checkout as it stands after it was told, perhaps not for the first time."""

    contradicted = serializers.ListField(
        child=serializers.CharField(),
        help_text="Fields told now that had been told before with another value: that one stands, and is shown here.",
    )


class PaymentAnswer(serializers.Serializer[Any]):
    """Where a payment stands: the fold of all its events."""

    merchant_reference = serializers.CharField()
    amount = _amount()
    currency = serializers.CharField()
    status = serializers.CharField()
    authorized = _amount()
    captured = _amount()
    refunded = _amount()
    charged_back = _amount()
    is_conflicting = serializers.BooleanField(help_text="Its events say what cannot be.")
    provider = _told("provider_code")
    method = _told("method_code")
    customer = _told("customer_reference")
    last4 = serializers.CharField(allow_blank=True)
    attempt_count = serializers.IntegerField()
    created_at = Moment()
    changed_at = Moment()


class AttemptAnswer(serializers.Serializer[Any]):
    """One try of a payment."""

    id = serializers.IntegerField()
    merchant_reference = serializers.CharField()
    provider = _told("provider_code")
    provider_reference = serializers.CharField(allow_blank=True)
    shop_attempt = serializers.CharField(source="shop_reference", allow_blank=True)
    method = _told("method_code")
    method_name = serializers.CharField(allow_blank=True)
    status = serializers.CharField()
    amount = _amount(allow_null=True)
    currency = serializers.CharField()
    requested_at = Moment()
    responded_at = Moment(allow_null=True)
    finished_at = Moment(allow_null=True)
    waiting_for_customer_seconds = serializers.IntegerField()
    result = serializers.CharField(allow_blank=True)
    decline_code = serializers.CharField(allow_blank=True)
    provider_decline_code = serializers.CharField(allow_blank=True)
    brand = serializers.CharField(allow_blank=True)
    bin = serializers.CharField(allow_blank=True)
    last4 = serializers.CharField(allow_blank=True)
    installment_months = serializers.IntegerField()
    device = serializers.CharField(allow_blank=True)
    authorization_expires_at = Moment(allow_null=True)
    voucher_expires_at = Moment(allow_null=True)
    three_d_secure = serializers.CharField(allow_blank=True)


class RefundAnswer(serializers.Serializer[Any]):
    """One refund of a payment."""

    id = serializers.IntegerField()
    merchant_reference = serializers.CharField()
    provider = _told("provider_code")
    provider_reference = serializers.CharField(allow_blank=True)
    status = serializers.CharField()
    amount = _amount()
    currency = serializers.CharField()
    reason = serializers.CharField(allow_blank=True)
    requested_at = Moment()
    finished_at = Moment(allow_null=True)


class DisputeAnswer(serializers.Serializer[Any]):
    """A buyer's objection at the card network."""

    id = serializers.IntegerField()
    merchant_reference = serializers.CharField(allow_blank=True)
    provider = _told("provider_code")
    provider_reference = serializers.CharField()
    status = serializers.CharField()
    amount = _amount()
    currency = serializers.CharField()
    reason = serializers.CharField(allow_blank=True)
    is_from_statement = serializers.BooleanField(help_text="No event has told of it.")
    opened_at = Moment()
    closed_at = Moment(allow_null=True)


class CustomerAnswer(serializers.Serializer[Any]):
    """A customer. E-mail and telephone are kept as keyed hashes and told to nobody."""

    id = serializers.CharField(source="merchant_customer_id", help_text="The shop's own id.")
    segments = serializers.ListField(child=serializers.CharField())
    first_seen_at = Moment()


class EventAnswer(serializers.Serializer[Any]):
    """One event of a payment, from whoever told of it."""

    source = serializers.CharField()  # type: ignore[assignment]  # a field, which the metaclass takes away
    id = serializers.CharField(source="source_event_id")
    kind = serializers.CharField()
    occurred_at = Moment()
    received_at = Moment()
    body = serializers.DictField(help_text="What else was told.")


class MovementAnswer(serializers.Serializer[Any]):
    """One change of money that we expect a provider to settle."""

    movement_key = serializers.CharField()
    provider = _told("provider_code")
    provider_key = serializers.CharField(allow_blank=True)
    kind = serializers.SerializerMethodField()
    amount = serializers.IntegerField(help_text="Minor units; what leaves us is negative.")
    currency = serializers.CharField()
    occurred_at = Moment()
    occurred_on = serializers.DateField(help_text="In the provider's zone.")

    @extend_schema_field(str)
    def get_kind(self, row: dict[str, Any]) -> str:
        """In words."""
        return MovementKind(row["kind"]).name.lower()


class WholePaymentAnswer(PaymentAnswer):
    """A payment with everything that belongs to it."""

    conflicts = serializers.ListField(child=serializers.DictField(), help_text="What its events say that cannot be.")
    attempts = AttemptAnswer(many=True)
    refunds = RefundAnswer(many=True)
    disputes = DisputeAnswer(many=True)
    events = EventAnswer(many=True)
    movements = MovementAnswer(many=True)


class ToldAnswer(serializers.Serializer[Any]):
    """What became of an event."""

    id = serializers.CharField()
    verdict = serializers.ChoiceField(choices=["recorded", "repeated"])
    merchant_reference = serializers.CharField()


class ItemErrorAnswer(serializers.Serializer[Any]):
    """One error of an item."""

    code = serializers.CharField()
    detail = serializers.CharField()
    attr = serializers.CharField(allow_null=True)


class ItemAnswer(serializers.Serializer[Any]):
    """What became of one event of a batch."""

    position = serializers.IntegerField(help_text="Among the events sent, from 0.")
    id = serializers.CharField(allow_null=True)
    status = serializers.IntegerField(
        help_text="201 recorded, 200 repeated, 409 contradicts what was told under this id before, 422 refused."
    )
    errors = ItemErrorAnswer(many=True)  # type: ignore[assignment]


class BatchAnswer(serializers.Serializer[Any]):
    """What became of each event, in the order they were sent."""

    results = ItemAnswer(many=True)
