"""Metrics for machines: the same questions and the same answers as on the pages."""

from __future__ import annotations

from typing import Any, Final

from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from analytics.dashboards.forms import FILTERED, QuestionForm
from analytics.dashboards.labels import STEPS
from analytics.dashboards.late import marked
from analytics.dashboards.told import as_json
from analytics.metrics.catalogue import METRICS
from analytics.metrics.declarations import Unit
from analytics.rollups.questions import PeriodTooLong, Source
from analytics.rollups.selectors import answer
from payments.intake.api.endpoints import Endpoint
from payments.intake.api.errors import problem
from payments.intake.scopes import Scope

_WORDS = {
    "first_on": "The first day, in `zone`.",
    "last_on": "The last day, included.",
    "step": "How long one step of the answer is: hour (at most 14 days), day, week or month.",
    "zone": "An IANA time zone; its hours must begin with those of UTC.",
    "split": "Up to three dimensions to tell apart by, with commas.",
}

VALUES: Final = (
    "Values with commas; -: not told. A \\ stands before a comma, a \\ or a space at an end that belong to a value,"
    " and before a - that is all of one."
)


class FigureAnswer(serializers.Serializer[Any]):
    """One figure with what it was made of."""

    at = serializers.CharField(allow_null=True, help_text="The beginning of the step; null for the whole and a part.")
    values = serializers.ListField(
        child=serializers.CharField(allow_blank=True),
        allow_null=True,
        help_text="In the order of `split`.",
    )
    part = serializers.IntegerField(
        help_text="What is counted above the line; of a distribution the slow ones, of an amount its minor units."
    )
    whole = serializers.IntegerField(help_text="What is counted below the line.")
    sample = serializers.IntegerField(help_text="The facts that the figure rests on.")
    share_basis_points = serializers.IntegerField(
        allow_null=True, help_text="null: nothing was counted, or it is an amount."
    )
    is_small = serializers.BooleanField(help_text="Fewer than 30: this says next to nothing.")
    is_complete = serializers.BooleanField(
        help_text="False while the step, or what it waits for, is not over, or more than one in 50 is undecided, or"
        " the statement of a provider with a payout schedule is not here."
    )
    p50 = serializers.IntegerField(required=False, allow_null=True, help_text="Of a distribution only, in `unit`.")
    p90 = serializers.IntegerField(required=False, allow_null=True)
    p95 = serializers.IntegerField(required=False, allow_null=True)
    p99 = serializers.IntegerField(required=False, allow_null=True)


class MetricAnswer(serializers.Serializer[Any]):
    """A metric over a period."""

    metric = serializers.CharField()
    unit = serializers.ChoiceField(choices=[str(each) for each in Unit])
    first_on = serializers.DateField()
    last_on = serializers.DateField()
    step = serializers.ChoiceField(choices=list(STEPS))
    zone = serializers.CharField()
    split = serializers.ListField(child=serializers.CharField())
    narrowed = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField(allow_blank=True)),
        help_text="The filters; an amount for which no currency was named is asked of one.",
    )
    source = serializers.ChoiceField(  # type: ignore[assignment]  # a field, which the metaclass takes away
        choices=[str(each) for each in Source], help_text="kept: from sums made beforehand; facts: counted just now."
    )
    whole = FigureAnswer(help_text="Of people, who do not add up: the last week or month that is over.")
    steps = FigureAnswer(many=True)
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
            OpenApiParameter("code", str, OpenApiParameter.PATH, enum=list(METRICS), description="The metric."),
            *(OpenApiParameter(name, OpenApiTypes.DATE, description=_WORDS[name]) for name in ("first_on", "last_on")),
            OpenApiParameter("step", str, enum=list(STEPS), description=_WORDS["step"]),
            *(OpenApiParameter(name, str, description=_WORDS[name]) for name in ("zone", "split")),
            *(OpenApiParameter(name, str, description=VALUES) for name in FILTERED),
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
            return Response(as_json(marked(answer(form.question(), has_cells=False))))
        except PeriodTooLong:
            words = "These filters together are looked up in the payments themselves: ask for at most 31 days."
            raise problem("too_long", words, "first_on") from None
