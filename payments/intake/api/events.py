"""Events: one, a batch with a verdict on each, and the attempts and refunds that become events."""

from __future__ import annotations

from typing import Any, Final

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from payments.facts import NeutralEvent
from payments.intake.api import examples, guard
from payments.intake.api.answers import BatchAnswer, ToldAnswer
from payments.intake.api.endpoints import Endpoint, once
from payments.intake.api.errors import Contradicted, errors_of, problem, told_before
from payments.intake.api.telling import AttemptTold, BatchTold, EventTold, RefundTold
from payments.intake.scopes import Scope
from payments.intake.services.telling import Outcome, Verdict, tell_events
from payments.ledger.models import Checkout, Payment

LARGEST_BATCH: Final = 1_000
_STATUS: Final = {Verdict.RECORDED: 201, Verdict.REPEATED: 200, Verdict.CONTRADICTED: 409, Verdict.REFUSED: 422}
_FIELDS: Final = {"source_event_id": "id"}
"""What the API calls differently."""


def _refusal(outcome: Outcome) -> ValidationError:
    detail = ErrorDetail(f"This {outcome.reason}.", code="refused")
    return ValidationError({_FIELDS.get(outcome.field, outcome.field): [detail]})


def _told(event: NeutralEvent) -> Response:
    """Record one event and say what became of it."""
    (outcome,) = tell_events([event])
    if outcome.verdict is Verdict.REFUSED:
        raise _refusal(outcome)
    if outcome.verdict is Verdict.CONTRADICTED:
        return told_before()
    answer = {
        "id": event.source_event_id,
        "verdict": str(outcome.verdict),
        "merchant_reference": event.merchant_reference,
    }
    return Response(answer, status=_STATUS[outcome.verdict])


class Events(Endpoint):
    """Every event."""

    serializer_class = EventTold
    scopes = {"POST": Scope.PAYMENTS_WRITE}

    @extend_schema(responses={201: ToldAnswer, 200: ToldAnswer}, examples=examples.EVENT)
    @once
    def post(self, request: Request) -> Response:
        """Tell of one event: 201 recorded, 200 told before, 409 when the same id was told with another content."""
        told = EventTold(data=request.data)
        told.is_valid(raise_exception=True)
        return _told(told.event())


class EventBatch(Endpoint):
    """Many events at once."""

    serializer_class = BatchTold
    scopes = {"POST": Scope.PAYMENTS_WRITE}
    guarded_apart = "events"

    @extend_schema(request=BatchTold, responses={200: BatchAnswer}, examples=examples.BATCH)
    @once
    def post(self, request: Request) -> Response:
        """Tell of up to 1 000 events, each with its own verdict: a refused one keeps no other from being recorded."""
        items = request.data.get("events") if isinstance(request.data, dict) else None
        if not isinstance(items, list) or not 1 <= len(items) <= LARGEST_BATCH:
            raise problem("invalid", f"Send a list of 1 to {LARGEST_BATCH} events.", "events")
        for name in request.data:
            if name != "events":
                raise problem("unknown", "There is no such field.", name)
        events: dict[int, NeutralEvent] = {}
        results = [_item(place, item, events) for place, item in enumerate(items)]
        for place, outcome in zip(events, tell_events(list(events.values())), strict=True):
            results[place] |= _verdict(outcome)
        return Response({"results": results})


def _item(place: int, item: Any, events: dict[int, NeutralEvent]) -> dict[str, Any]:
    """The result of an item so far; its event is added to `events` when it is one."""
    result: dict[str, Any] = {"position": place, "id": None, "status": 422, "errors": []}
    try:
        guard.check_body(item)
        told = EventTold(data=item)
        told.is_valid(raise_exception=True)
    except ValidationError as error:
        return result | {"errors": errors_of(error)}
    events[place] = told.event()
    return result | {"id": events[place].source_event_id}


def _verdict(outcome: Outcome) -> dict[str, Any]:
    errors: list[dict[str, Any]] = []
    if outcome.verdict is Verdict.REFUSED:
        errors = errors_of(_refusal(outcome))
    elif outcome.verdict is Verdict.CONTRADICTED:
        errors = [{"code": Contradicted.default_code, "detail": Contradicted.default_detail, "attr": "id"}]
    return {"status": _STATUS[outcome.verdict], "errors": errors}


class PaymentAttempts(Endpoint):
    """The attempts of one payment."""

    serializer_class = AttemptTold
    scopes = {"POST": Scope.PAYMENTS_WRITE}

    @extend_schema(responses={201: ToldAnswer, 200: ToldAnswer}, examples=examples.ATTEMPT)
    @once
    def post(self, request: Request, reference: str) -> Response:
        """Tell what became of a try to pay; it becomes an event. The checkout or the payment must be known."""
        told = AttemptTold(data=request.data)
        told.is_valid(raise_exception=True)
        if not Checkout.objects.filter(merchant_reference=reference).exists():
            raise Http404
        return _told(told.event(reference))


class PaymentRefunds(Endpoint):
    """The refunds of one payment."""

    serializer_class = RefundTold
    scopes = {"POST": Scope.PAYMENTS_WRITE}

    @extend_schema(responses={201: ToldAnswer, 200: ToldAnswer}, examples=examples.REFUND)
    @once
    def post(self, request: Request, reference: str) -> Response:
        """Tell what became of a refund; it becomes an event. This tells of money, it does not move any."""
        told = RefundTold(data=request.data)
        told.is_valid(raise_exception=True)
        if not Payment.objects.filter(merchant_reference=reference).exists():
            raise Http404
        return _told(told.event(reference))
