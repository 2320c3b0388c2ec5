"""Payments, attempts, refunds, disputes and customers: lists by filters and cursor, and each one by its name."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework.request import Request
from rest_framework.response import Response

from payments.intake import filters
from payments.intake.api import answers
from payments.intake.api.endpoints import Endpoint
from payments.intake.api.pagination import PARAMETERS
from payments.intake.scopes import Scope
from payments.ledger.models import Attempt, Customer, Dispute, Payment, Refund
from payments.ledger.told import (
    attempts_told,
    customers_told,
    disputes_told,
    events_told,
    movements_told,
    payments_told,
    refunds_told,
)


class Listing(Endpoint):
    """A list: filtered by the class's filters, told in the class's rows."""

    filter_backends = [DjangoFilterBackend]
    filterset_class: Any = None
    is_list = True

    def told(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """The rows as the answer has them."""
        raise NotImplementedError

    def query_parameters(self, request: Request) -> frozenset[str]:
        """Those of the filters and of the pages; a write at the same address has none."""
        if request.method == "POST":
            return super().query_parameters(request)
        return frozenset(self.filterset_class.base_filters) | PARAMETERS

    def get(self, request: Request) -> Response:
        """A page of the list, the newest first."""
        rows = self.told(self.filter_queryset(self.get_queryset()))
        page = self.paginate_queryset(rows)
        return self.get_paginated_response(self.get_serializer(page, many=True).data)


class Payments(Listing):
    """Payments. Without a period those of the last 31 days; by a reference or a customer, of any age."""

    queryset = Payment.objects.all()
    serializer_class = answers.PaymentAnswer
    filterset_class = filters.ApiPaymentFilter
    scopes = {"GET": Scope.PAYMENTS_READ}
    newest_by = "created_at"

    def told(self, rows: QuerySet[Payment]) -> QuerySet[Any]:
        """Payments."""
        return payments_told(rows)


class OnePayment(Endpoint):
    """A payment."""

    serializer_class = answers.WholePaymentAnswer
    scopes = {"GET": Scope.PAYMENTS_READ}

    def get(self, request: Request, reference: str) -> Response:
        """Read a payment with its attempts, refunds, disputes, events and movements."""
        found = payments_told(Payment.objects.filter(merchant_reference=reference)).first()
        if found is None:
            raise Http404
        return Response(answers.WholePaymentAnswer(_whole(found)).data)


def _whole(payment: dict[str, Any]) -> dict[str, Any]:
    pk = payment["id"]
    return {
        **payment,
        "attempts": attempts_told(Attempt.objects.filter(payment_id=pk)).order_by("requested_at", "id"),
        "refunds": refunds_told(Refund.objects.filter(payment_id=pk)).order_by("requested_at", "id"),
        "disputes": disputes_told(Dispute.objects.filter(payment_id=pk)).order_by("opened_at", "id"),
        "events": events_told(pk),
        "movements": movements_told(pk),
    }


class Attempts(Listing):
    """Attempts of all payments."""

    queryset = Attempt.objects.all()
    serializer_class = answers.AttemptAnswer
    filterset_class = filters.AttemptFilter
    scopes = {"GET": Scope.PAYMENTS_READ}
    newest_by = "requested_at"

    def told(self, rows: QuerySet[Attempt]) -> QuerySet[Any]:
        """Attempts."""
        return attempts_told(rows)


class Refunds(Listing):
    """Refunds of all payments."""

    queryset = Refund.objects.all()
    serializer_class = answers.RefundAnswer
    filterset_class = filters.RefundFilter
    scopes = {"GET": Scope.PAYMENTS_READ}

    def told(self, rows: QuerySet[Refund]) -> QuerySet[Any]:
        """Refunds."""
        return refunds_told(rows)


class Disputes(Listing):
    """Disputes of all payments, also those that only a statement shows."""

    queryset = Dispute.objects.all()
    serializer_class = answers.DisputeAnswer
    filterset_class = filters.DisputeFilter
    scopes = {"GET": Scope.PAYMENTS_READ}

    def told(self, rows: QuerySet[Dispute]) -> QuerySet[Any]:
        """Disputes."""
        return disputes_told(rows)


class Customers(Listing):
    """Customers."""

    queryset = Customer.objects.all()
    serializer_class = answers.CustomerAnswer
    filterset_class = filters.CustomerFilter
    scopes = {"GET": Scope.CUSTOMERS_READ}

    def told(self, rows: QuerySet[Customer]) -> QuerySet[Any]:
        """Customers."""
        return customers_told(rows)


class _One(Endpoint):
    """One row of a list, by its id."""

    scopes = {"GET": Scope.PAYMENTS_READ}

    def row(self, name: Any) -> dict[str, Any] | None:
        """The row; None when there is none."""
        raise NotImplementedError

    def answered(self, name: Any) -> Response:
        """The answer for a row; Http404 when there is none."""
        found = self.row(name)
        if found is None:
            raise Http404
        return Response(self.get_serializer(found).data)


class OneAttempt(_One):
    """An attempt."""

    serializer_class = answers.AttemptAnswer

    def get(self, request: Request, pk: int) -> Response:
        """Read an attempt."""
        return self.answered(pk)

    def row(self, name: Any) -> dict[str, Any] | None:
        """By id."""
        return attempts_told(Attempt.objects.filter(pk=name)).first()


class OneRefund(_One):
    """A refund."""

    serializer_class = answers.RefundAnswer

    def get(self, request: Request, pk: int) -> Response:
        """Read a refund."""
        return self.answered(pk)

    def row(self, name: Any) -> dict[str, Any] | None:
        """By id."""
        return refunds_told(Refund.objects.filter(pk=name)).first()


class OneDispute(_One):
    """A dispute."""

    serializer_class = answers.DisputeAnswer

    def get(self, request: Request, pk: int) -> Response:
        """Read a dispute."""
        return self.answered(pk)

    def row(self, name: Any) -> dict[str, Any] | None:
        """By id."""
        return disputes_told(Dispute.objects.filter(pk=name)).first()


class OneCustomer(_One):
    """A customer."""

    serializer_class = answers.CustomerAnswer
    scopes = {"GET": Scope.CUSTOMERS_READ}

    def get(self, request: Request, reference: str) -> Response:
        """Read a customer by the shop's own id."""
        return self.answered(reference)

    def row(self, name: Any) -> dict[str, Any] | None:
        """By the merchant's id."""
        return customers_told(Customer.objects.filter(merchant_customer_id=name)).first()
