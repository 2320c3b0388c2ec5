"""Checkouts: told by the shop, with their steps and order lines, and read back."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from payments.facts import CheckoutFact
from payments.intake import filters
from payments.intake.api import examples
from payments.intake.api.answers import CheckoutAnswer, KeptCheckoutAnswer, WholeCheckoutAnswer
from payments.intake.api.endpoints import Endpoint, once
from payments.intake.api.errors import Contradicted
from payments.intake.api.reading import Listing
from payments.intake.api.telling import CheckoutTold, StepsTold
from payments.intake.scopes import Scope
from payments.intake.services.telling import CheckoutContradicted, tell_checkout
from payments.ledger.models import Checkout
from payments.ledger.told import checkouts_told, lines_told, steps_told


def whole_checkout(reference: str) -> dict[str, Any]:
    """A checkout with its lines and steps; Http404 when the shop has told of none."""
    found = checkouts_told().filter(merchant_reference=reference).first()
    if found is None:
        raise Http404
    return {**found, "lines": lines_told(found["id"]), "steps": steps_told(found["id"])}


def _kept(fact: CheckoutFact, told: Collection[str]) -> Response:
    """Keep what was told, and answer what stands; `told` names the fields that the request itself had."""
    try:
        kept = tell_checkout(fact)
    except CheckoutContradicted:
        words = "The checkout was told before with another amount or currency. The first telling stands."
        raise Contradicted(words) from None
    contradicted = [name for name in kept.contradicted if name in told]
    answer = {**whole_checkout(fact.merchant_reference), "contradicted": contradicted}
    return Response(KeptCheckoutAnswer(answer).data, status=201 if kept.is_new else 200)


class Checkouts(Listing):
    """Checkouts. Without a period those of the last 31 days; by a reference or a customer, of any age."""

    queryset = Checkout.objects.all()
    serializer_class = CheckoutAnswer
    filterset_class = filters.CheckoutFilter
    scopes = {"GET": Scope.CHECKOUTS_READ, "POST": Scope.CHECKOUTS_WRITE}
    newest_by = "started_at"

    def told(self, rows: QuerySet[Checkout]) -> QuerySet[Any]:
        """Checkouts."""
        return checkouts_told(rows)

    @extend_schema(
        request=CheckoutTold,
        responses={201: KeptCheckoutAnswer, 200: KeptCheckoutAnswer},
        examples=examples.CHECKOUT,
    )
    @once
    def post(self, request: Request) -> Response:
        """Tell of a checkout: 201 when it is new, 200 when it was told before; then it fills in what was missing.

        What was told before stands: `contradicted` names the fields that differ from it. Another amount is 409.
        """
        told = CheckoutTold(data=request.data)
        told.is_valid(raise_exception=True)
        return _kept(told.fact(), told.validated_data)


class OneCheckout(Endpoint):
    """A checkout."""

    serializer_class = WholeCheckoutAnswer
    scopes = {"GET": Scope.CHECKOUTS_READ}

    def get(self, request: Request, reference: str) -> Response:
        """Read a checkout with its lines and steps."""
        return Response(WholeCheckoutAnswer(whole_checkout(reference)).data)


class CheckoutSteps(Endpoint):
    """The steps of a checkout."""

    serializer_class = StepsTold
    scopes = {"POST": Scope.CHECKOUTS_WRITE}

    @extend_schema(responses={200: KeptCheckoutAnswer}, examples=examples.STEPS)
    @once
    def post(self, request: Request, reference: str) -> Response:
        """Append steps; one that was told before adds nothing."""
        told = StepsTold(data=request.data)
        told.is_valid(raise_exception=True)
        found = checkouts_told().filter(merchant_reference=reference).first()
        if found is None:
            raise Http404
        known = CheckoutFact(reference, found["amount"], found["currency"], found["started_at"])
        return _kept(replace(known, steps=told.facts()), told=())
