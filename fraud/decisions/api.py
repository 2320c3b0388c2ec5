"""Assessments for the shop: asked for before the money is taken, and read back with their reasons."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from fraud.assessments.models import Assessment, Basis, Outcome
from fraud.assessments.verdicts import Facts
from fraud.decisions.selectors import rule_names
from fraud.decisions.services.answering import Question, ask
from fraud.lists.models import ListName
from fraud.scoring.sentences import sentence
from payments.intake.api.answers import Moment
from payments.intake.api.endpoints import Endpoint, once
from payments.intake.api.fields import Amount, Currency, StrictSerializer, Text, Whole
from payments.intake.scopes import Scope

OUTCOMES = [each.name.lower() for each in Outcome]
"""As the API says them."""
_BASES = [each.name.lower() for each in Basis]
_KINDS_PER_LIST = 16


def _optional(limit: int, words: str = "") -> Text:
    return Text(required=False, allow_blank=True, max_length=limit, help_text=words)


def _country(words: str) -> serializers.RegexField:
    return serializers.RegexField(r"^[A-Z]{2}$", required=False, help_text=f"ISO 3166: {words}")


class InstrumentAsked(StrictSerializer):
    """What the buyer pays with; never a card number."""

    fingerprint = _optional(200, "The provider's own, or a keyed hash of yours; hashed again before it is used.")
    bin = serializers.RegexField(r"^([0-9]{6}|[0-9]{8})$", required=False)
    last4 = serializers.RegexField(r"^[0-9]{4}$", required=False)
    brand = _optional(30)


class AssessmentAsked(StrictSerializer):
    """What is known of an order before its money is taken: the more is told, the better the answer."""

    merchant_reference = Text(max_length=80)
    amount = Amount()
    currency = Currency()
    customer = _optional(80, "The shop's own id of the customer.")
    email = serializers.EmailField(required=False, allow_blank=True, max_length=254, help_text="Hashed, not kept.")
    instrument = InstrumentAsked(required=False)
    installment_months = Whole(min_value=0, max_value=99, required=False)
    ip = serializers.IPAddressField(required=False)
    device = _optional(80, "As attempts name it.")
    shipping_address = _optional(500, "Hashed, not kept.")
    country = _country("where it is shipped to.")
    card_country = _country("where the card was issued.")
    ip_country = _country("where the address of the buyer is.")
    shop = _optional(40, "Which shop or terminal.")
    method = _optional(80, "Our code of the payment method.")
    provider = _optional(40, "Our code of the provider that it will go to.")

    def question(self) -> Question:
        """As the service takes it."""
        values = dict(self.validated_data)
        instrument = values.pop("instrument", {})
        facts = {name: values.pop(name, "") for name in _FACTS} | {
            name: instrument.get(name, "") for name in ("brand", "bin")
        }
        known = {name: instrument.get(name, "") for name in ("fingerprint", "last4")}
        amounts = {name: values.pop(name) for name in ("amount", "currency")}
        return Question(facts=Facts(**amounts, **facts), **known, **values)


_FACTS = ("country", "card_country", "ip_country", "shop", "method", "provider")


class AssessmentAnswer(serializers.Serializer[Any]):
    """What was decided, and by what."""

    id = serializers.IntegerField()
    merchant_reference = serializers.CharField()
    outcome = serializers.ChoiceField(
        choices=OUTCOMES,
        help_text="allow: take the money; review: wait for payment.released; step_up: ask the buyer for more proof; "
        "block: do not take it.",
    )
    basis = serializers.ChoiceField(choices=_BASES, help_text="What decided; policy: nobody could be asked.")
    score_ppm = serializers.IntegerField(
        allow_null=True, help_text="Probability of fraud, parts per million; null: no model scores."
    )
    rules = serializers.ListField(child=serializers.CharField(), help_text="Rules that were true, the deciding first.")
    lists = serializers.ListField(child=serializers.ChoiceField(choices=[each.name.lower() for each in ListName]))
    is_down = serializers.BooleanField(help_text="Lists, rules or score could not be asked.")
    as_of = Moment()


class ExplainedAnswer(AssessmentAnswer):
    """The same with its reasons."""

    reasons = serializers.ListField(
        child=serializers.DictField(),
        allow_null=True,
        help_text="What spoke for fraud, the heaviest first: sentence, feature, value, weight_ppm; null until they are "
        "worked out, and of what is allowed.",
    )


_EXAMPLE = OpenApiExample(
    "An order from a new device",
    value={
        "merchant_reference": "order-2026-1121-0007", "amount": 49_000, "currency": "KRW", "customer": "c-1001",
        "email": "hana@example.com", "instrument": {"brand": "shinhan", "bin": "457973", "last4": "4242"},
        "ip": "203.0.113.7", "device": "d-88f1", "country": "KR", "method": "card",
    },
    request_only=True,
)  # fmt: skip


def _answered(row: Assessment) -> dict[str, Any]:
    lists = sorted({code // _KINDS_PER_LIST for code in row.list_hits})
    return {
        "id": row.pk,
        "merchant_reference": row.merchant_reference,
        "outcome": Outcome(row.outcome).name.lower(),
        "basis": Basis(row.basis).name.lower(),
        "score_ppm": row.score_ppm,
        "rules": rule_names(row.rule_ids),
        "lists": [ListName(each).name.lower() for each in lists],
        "is_down": bool(row.down_reason),
        "as_of": row.as_of,
    }


class Assessments(Endpoint):
    """Every assessment."""

    serializer_class = AssessmentAsked
    scopes = {"POST": Scope.ASSESSMENTS_WRITE}

    @extend_schema(responses={201: AssessmentAnswer, 200: AssessmentAnswer}, examples=[_EXAMPLE])
    @once
    def post(self, request: Request) -> Response:
        """Ask what to do with an order before its money is taken: 201, or 200 with the answer of a payment that has
        arrived already. The answer counts for the payment when it comes with the same reference and amount."""
        asked = AssessmentAsked(data=request.data)
        asked.is_valid(raise_exception=True)
        row, is_new = ask(asked.question())
        return Response(AssessmentAnswer(_answered(row)).data, status=201 if is_new else 200)


class OneAssessment(Endpoint):
    """One assessment."""

    serializer_class = ExplainedAnswer
    scopes = {"GET": Scope.ASSESSMENTS_WRITE}

    def get(self, request: Request, pk: int) -> Response:
        """What was decided, with its reasons once they are worked out, some seconds later."""
        row = Assessment.objects.filter(pk=pk).first()
        if row is None:
            raise Http404
        reasons = row.reasons and [{**each, "sentence": str(sentence(each))} for each in row.reasons]
        return Response(ExplainedAnswer({**_answered(row), "reasons": reasons}).data)
