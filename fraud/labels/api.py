"""Labels for the shop: what an issuer warned of, or what a customer said, of a payment."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from fraud.labels.services.hearing import HEARD, Heard, NoSuchPayment, hear
from payments.intake.api.answers import Moment
from payments.intake.api.endpoints import Endpoint, once
from payments.intake.api.errors import problem
from payments.intake.api.fields import Instant, StrictSerializer, Text
from payments.intake.models import ApiKey
from payments.intake.scopes import Scope

_SOURCES = {source.name.lower(): source for source in HEARD}
SOURCES = tuple(_SOURCES)


class YesNo(serializers.BooleanField):
    """True or false, written as such."""

    def to_internal_value(self, data: Any) -> bool:
        """The value."""
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class LabelTold(StrictSerializer):
    """What a payment turned out to be, by somebody else's word."""

    merchant_reference = Text(max_length=80)
    source = serializers.ChoiceField(  # type: ignore[assignment]  # a field, which the metaclass takes away
        choices=SOURCES,
        help_text="issuer_warning: an early fraud warning (TC40, SAFE); customer: whose card or account it is.",
    )
    is_fraud = YesNo(help_text="false: it was no fraud after all.")
    observed_at = Instant(is_past=True, help_text="When it was said to you.")
    reference = Text(max_length=120, help_text="Your name of this telling; the same one again is the same telling.")


class LabelAnswer(serializers.Serializer[Any]):
    """What is kept."""

    merchant_reference = serializers.CharField()
    source = serializers.ChoiceField(choices=SOURCES)  # type: ignore[assignment]  # as above
    is_fraud = serializers.BooleanField()
    observed_at = Moment()
    reference = serializers.CharField()


_EXAMPLE = OpenApiExample(
    "The issuer warns",
    value={
        "merchant_reference": "order-2026-1121-0007", "source": "issuer_warning", "is_fraud": True,
        "observed_at": "2026-11-25T09:00:00+09:00", "reference": "issfr_1P9",
    },
    request_only=True,
)  # fmt: skip


class Labels(Endpoint):
    """What payments turned out to be."""

    serializer_class = LabelTold
    scopes = {"POST": Scope.PAYMENTS_WRITE}

    @extend_schema(responses={201: LabelAnswer, 200: LabelAnswer}, examples=[_EXAMPLE])
    @once
    def post(self, request: Request) -> Response:
        """Tell what an issuer warned of or a customer said: 201, or 200 for what was told before. A chargeback is
        believed before a warning, and that before a customer; disputes are told as events."""
        asked = LabelTold(data=request.data)
        asked.is_valid(raise_exception=True)
        given = asked.validated_data
        assert isinstance(request.auth, ApiKey)
        try:
            is_new = hear(Heard(**given | {"source": _SOURCES[given["source"]]}), key_prefix=request.auth.prefix)
        except NoSuchPayment:
            raise problem("unknown", "There is no payment of this reference.", "merchant_reference") from None
        return Response(LabelAnswer(given).data, status=201 if is_new else 200)
