"""Metrics for machines: the same questions and the same answers as on the pages."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from analytics.dashboards.forms import FILTERED, QuestionForm
from analytics.dashboards.told import as_json
from analytics.metrics.catalogue import METRICS
from analytics.metrics.declarations import Unit
from analytics.rollups.selectors import PeriodTooLong, Source, answer
from payments.intake.api.endpoints import Endpoint
from payments.intake.api.errors import problem
from payments.intake.scopes import Scope

_WORDS = {
    "first_on": "The first day, in `zone`.", "last_on": "The last day, included.", "zone": "An IANA time zone.",
    "split": "A dimension to tell apart by.",
}  # fmt: skip


class FigureAnswer(serializers.Serializer[Any]):
    """One figure with what it was made of."""

    on = serializers.DateField(allow_null=True, help_text="The day; null for the whole and for a part.")
    value = serializers.CharField(allow_null=True, allow_blank=True, help_text='The value of the split; "": not told.')
    part = serializers.IntegerField(help_text="What is counted above the line; of a latency the slow ones.")
    sample = serializers.IntegerField(help_text="What is counted below the line.")
    share_basis_points = serializers.IntegerField(allow_null=True, help_text="null: nothing was counted.")
    is_small = serializers.BooleanField(help_text="Fewer than 30: this says next to nothing.")
    is_complete = serializers.BooleanField(help_text="False while the day is not over.")
    p50_milliseconds = serializers.IntegerField(required=False, allow_null=True, help_text="Of a latency only.")
    p90_milliseconds = serializers.IntegerField(required=False, allow_null=True)
    p95_milliseconds = serializers.IntegerField(required=False, allow_null=True)
    p99_milliseconds = serializers.IntegerField(required=False, allow_null=True)


class MetricAnswer(serializers.Serializer[Any]):
    """A metric over a period."""

    metric = serializers.CharField()
    unit = serializers.ChoiceField(choices=[str(each) for each in Unit])
    first_on = serializers.DateField()
    last_on = serializers.DateField()
    zone = serializers.CharField()
    split = serializers.CharField(allow_null=True)
    source = serializers.ChoiceField(  # type: ignore[assignment]  # a field, which the metaclass takes away
        choices=[str(each) for each in Source], help_text="kept: from sums made beforehand; facts: counted just now."
    )
    whole = FigureAnswer()
    days = FigureAnswer(many=True)
    parts = FigureAnswer(many=True)


class OneMetric(Endpoint):
    """A metric."""

    serializer_class = MetricAnswer
    scopes = {"GET": Scope.METRICS_READ}

    def query_parameters(self, request: Request) -> frozenset[str]:
        """Those of the page."""
        return frozenset({*_WORDS, *FILTERED})

    @extend_schema(
        parameters=[
            *(OpenApiParameter(name, OpenApiTypes.DATE, description=_WORDS[name]) for name in ("first_on", "last_on")),
            *(OpenApiParameter(name, str, description=_WORDS[name]) for name in ("zone", "split")),
            *(OpenApiParameter(name, str, description="One value, or several with commas.") for name in FILTERED),
        ]
    )
    def get(self, request: Request, code: str) -> Response:
        """Ask a metric; without a period for the last four weeks, today included."""
        if code not in METRICS:
            raise Http404
        form = QuestionForm(METRICS[code], request.query_params)
        if not form.is_valid():
            name, words = next((name, found[0]) for name, found in form.errors.items())
            raise problem("invalid", str(words), name)
        try:
            return Response(as_json(answer(form.question())))
        except PeriodTooLong:
            words = "These filters together are looked up in the payments themselves: ask for at most 31 days."
            raise problem("too_long", words, "first_on") from None
