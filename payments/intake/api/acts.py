"""Acts: captures, voids and refunds that the shop asks us to do at the provider, as against those it tells of."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from payments.acts.models import ActKind, ActState, PaymentAct
from payments.acts.services import wishes
from payments.acts.services.refusals import ActRefused, Refusal
from payments.acts.services.wishes import Author, Wish
from payments.intake.api.answers import Moment
from payments.intake.api.endpoints import Endpoint, once
from payments.intake.api.errors import problem
from payments.intake.api.fields import Amount, StrictSerializer, Text
from payments.intake.models import ApiKey
from payments.intake.scopes import Scope
from payments.ledger.models import Payment

_WORDS = {
    Refusal.NOT_POSITIVE: "The amount must be more than zero.",
    Refusal.TOO_MUCH: "This is more than is left, acts under way included.",
    Refusal.NOT_WHOLE: "A void releases all that is authorized, and must name that amount.",
    Refusal.WRONG_STATE: "No attempt of this payment can be acted on in this way.",
    Refusal.WHICH_ATTEMPT: "Several attempts of this payment were paid: name one.",
    Refusal.NO_CLIENT: "There is no way to the API of this provider here.",
    Refusal.HELD: "This payment is held: no money can be taken until it is released.",
    Refusal.CARD_DATA: "This looks like a card number or a security code; nothing was kept.",
    Refusal.NOBODY: "Nobody asks.",
}
_FIELDS = {
    Refusal.NOT_POSITIVE: "amount",
    Refusal.TOO_MUCH: "amount",
    Refusal.NOT_WHOLE: "amount",
    Refusal.WHICH_ATTEMPT: "attempt_reference",
    Refusal.CARD_DATA: "reason",
}


class ActWanted(StrictSerializer):
    """An act."""

    kind = serializers.ChoiceField(choices=ActKind.values)
    amount = Amount(min_value=1, help_text="Whole minor units of the payment's currency.")
    reason = Text(max_length=200, required=False)
    attempt_reference = Text(
        max_length=120, required=False, help_text="The provider's id, where several attempts were paid."
    )


class ActAnswer(serializers.Serializer[Any]):
    """Where an act stands."""

    id = serializers.UUIDField(source="idempotency_key")
    merchant_reference = serializers.CharField(source="payment.merchant_reference")
    kind = serializers.ChoiceField(choices=ActKind.values)
    state = serializers.ChoiceField(choices=ActState.values)
    amount = serializers.IntegerField(help_text="Whole minor units of the currency.")
    currency = serializers.CharField()
    reason = serializers.CharField(allow_blank=True)
    attempt_reference = serializers.CharField()
    provider_reference = serializers.CharField(allow_blank=True)
    error = serializers.CharField(allow_blank=True, help_text="What the provider answered, or why it was rejected.")
    requested_at = Moment()
    finished_at = Moment(allow_null=True)


_EXAMPLE = OpenApiExample(
    "A part goes back",
    value={"kind": "refund", "amount": 24_000, "reason": "one of two cups was broken"},
    request_only=True,
)


class PaymentActs(Endpoint):
    """What is to be done to one payment."""

    serializer_class = ActWanted
    scopes = {"POST": Scope.ACTS_WRITE}
    needs_idempotency_key = True

    @extend_schema(responses={202: ActAnswer}, examples=[_EXAMPLE])
    @once
    def post(self, request: Request, reference: str) -> Response:
        """Ask to capture, void or refund: 202, it is sent after this; above the limit a person has to approve first."""
        wanted = ActWanted(data=request.data)
        wanted.is_valid(raise_exception=True)
        payment = Payment.objects.filter(merchant_reference=reference).first()
        if payment is None:
            raise Http404
        given = wanted.validated_data
        wish = Wish(given["amount"], given.get("reason", ""), given.get("attempt_reference", ""))
        assert isinstance(request.auth, ApiKey)
        try:
            act = wishes.request(payment, ActKind(given["kind"]), wish, by=Author(key_prefix=request.auth.prefix))
        except ActRefused as refused:
            raise problem(refused.code.value, _WORDS[refused.code], _FIELDS.get(refused.code)) from None
        return Response(ActAnswer(act).data, status=202)


class OneAct(Endpoint):
    """One act."""

    serializer_class = ActAnswer
    scopes = {"GET": Scope.PAYMENTS_READ}

    def get(self, request: Request, act: UUID) -> Response:
        """Where an act stands. The end of it is also told by webhook, as `act.changed`."""
        found = PaymentAct.objects.filter(idempotency_key=act).select_related("payment").first()
        if found is None:
            raise Http404
        return Response(ActAnswer(found).data)
