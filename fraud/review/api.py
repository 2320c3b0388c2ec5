"""Answers for the shop to pass on: what a customer said to the question about a review case."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from fraud.review.models import Case
from fraud.review.services.answering import Answer, AnsweredDifferently, NotAsked, NotAskedAbout, answer
from payments.intake.api.answers import Moment
from payments.intake.api.endpoints import Endpoint, once, shown_key
from payments.intake.api.errors import Contradicted, problem
from payments.intake.api.fields import Instant, StrictSerializer, Text
from payments.intake.scopes import Scope

_CONFIRMED = "confirmed"
ANSWERS = (_CONFIRMED, "denied")


class AnswerTold(StrictSerializer):
    """What the customer said."""

    answer = serializers.ChoiceField(
        choices=ANSWERS, help_text="confirmed: it was them; denied: somebody else ordered, which is kept as fraud."
    )
    text = Text(required=False, allow_blank=True, max_length=1_000, help_text="In their words, without card numbers.")
    answered_at = Instant(is_past=True, help_text="When they said so.")
    reference = Text(max_length=120, help_text="Your name of this answer; the same one again is the same answer.")
    merchant_references = serializers.ListField(
        child=Text(max_length=80), required=False, max_length=500, help_text="Of these orders alone; else of all."
    )


class AnswerKept(serializers.Serializer[Any]):
    """What is kept."""

    case = serializers.IntegerField()
    answer = serializers.ChoiceField(choices=ANSWERS)
    answered_at = Moment()
    reference = serializers.CharField()


_EXAMPLE = OpenApiExample(
    "It was not them",
    value={
        "answer": "denied", "text": "I ordered nothing that day.", "answered_at": "2026-11-21T16:20:00+09:00",
        "reference": "ticket-551",
    },
    request_only=True,
)  # fmt: skip


class Answers(Endpoint):
    """Answers of the customer of one case."""

    serializer_class = AnswerTold
    scopes = {"POST": Scope.PAYMENTS_WRITE}

    @extend_schema(responses={201: AnswerKept, 200: AnswerKept}, examples=[_EXAMPLE])
    @once
    def post(self, request: Request, pk: int) -> Response:
        """Pass on what the customer answered to the question of the message `case.question`: 201, or 200 for what was
        told before. The case waits no longer; what is denied counts as fraud, by the word of the customer."""
        asked = AnswerTold(data=request.data)
        asked.is_valid(raise_exception=True)
        told = _told(asked.validated_data)
        case = Case.objects.filter(pk=pk).first()
        if case is None:
            raise Http404
        try:
            is_new = answer(case, told, key_prefix=shown_key(request).prefix)
        except NotAsked:
            raise problem("not_asked", "Nobody asked the customer about this case.") from None
        except NotAskedAbout:
            words = "The question was not about all of these orders."
            raise problem("unknown", words, "merchant_references") from None
        except AnsweredDifferently:
            raise Contradicted from None
        kept = {"case": pk, "answer": asked.validated_data["answer"], "answered_at": told.answered_at}
        return Response(AnswerKept(kept | {"reference": told.reference}).data, status=201 if is_new else 200)


def _told(given: dict[str, Any]) -> Answer:
    return Answer(
        is_confirmed=given["answer"] == _CONFIRMED,
        text=given.get("text", ""),
        answered_at=given["answered_at"],
        reference=given["reference"],
        orders=tuple(dict.fromkeys(given.get("merchant_references", ()))),
    )
