"""One settlement day, and the same day as lists of lines."""

from __future__ import annotations

from datetime import date

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from payments.methods.models import Provider
from payments.settlement import labels
from payments.settlement.filters import LineFilters, MovementFilters
from payments.settlement.models import LineTotal, Payout, Statement, StatementLine
from payments.settlement.permissions import VIEW
from payments.settlement.querysets import (
    awaited_movements,
    lines_of_day,
    lines_of_payout,
    lines_of_statement,
    totals_of_day,
    totals_of_payout,
    unresolved,
    with_match_state,
)
from payments.settlement.selectors import days as selectors
from payments.settlement.selectors.day_dates import BY, sums_by_date, sums_of_lines, sums_of_totals
from payments.settlement.selectors.day_totals import CurrencyTotals
from payments.settlement.selectors.freshness import freshness_of
from payments.settlement.tables import LineTable, MovementTable
from payments.web import ListSpec, capability_required, list_page

BREAKS_SHOWN = 20
LINES = ListSpec(name="lines", title="", template="settlement/lines.html", table=LineTable, filters=LineFilters)
MOVEMENTS = ListSpec(
    name="movements",
    title="",
    template="settlement/movements.html",
    table=MovementTable,
    filters=MovementFilters,
)


@capability_required(VIEW)
@require_safe
def day(request: HttpRequest, provider: str, booked_on: str) -> HttpResponse:
    """The face of the product: is the day clean, and if not, how much is unexplained and where."""
    owner, booked = get_object_or_404(Provider, code=provider), date_or_404(booked_on)
    found = selectors.settlement_day(owner, booked)
    before, after = selectors.neighbours(owner, booked)
    breaks = unresolved().filter(provider=owner, booked_on=booked).select_related("owner")
    context = {
        "day": found,
        "badge": labels.DAY_BADGES[found.status],
        "before": before,
        "after": after,
        "breaks": breaks.order_by("-amount_at_risk", "pk")[:BREAKS_SHOWN],
        "more_breaks": max(found.unexplained.count - BREAKS_SHOWN, 0),
    }
    return render(request, "settlement/day.html", context)


@capability_required(VIEW)
@require_safe
def day_by_date(request: HttpRequest, provider: str, booked_on: str, by: str) -> HttpResponse:
    """The same lines by the date they were sold, or by the date the provider pays them."""
    owner, booked = get_object_or_404(Provider, code=provider), date_or_404(booked_on)
    if by not in BY:
        raise Http404
    context = {
        "provider": owner,
        "booked_on": booked,
        "by": by,
        "rows": sums_by_date(lines_of_day(owner, booked), by),
    }
    return render(request, "settlement/day_by_date.html", context)


@capability_required(VIEW)
@require_safe
def day_lines(request: HttpRequest, provider: str, booked_on: str) -> HttpResponseBase:
    """The lines that are booked on the day."""
    owner, booked = get_object_or_404(Provider, code=provider), date_or_404(booked_on)
    context = {
        "title": _("Lines of %(provider)s, %(day)s") % {"provider": owner.name, "day": booked},
        "provider": owner,
        "booked_on": booked,
    }
    return _lines_page(request, (lines_of_day(owner, booked), totals_of_day(owner, booked)), context)


@capability_required(VIEW)
@require_safe
def day_movements(request: HttpRequest, provider: str, booked_on: str) -> HttpResponseBase:
    """The movements of our own ledger of the day that no statement names yet, and none is due to."""
    owner, booked = get_object_or_404(Provider, code=provider), date_or_404(booked_on)
    context = {
        "title": _("On no statement yet: %(provider)s, %(day)s") % {"provider": owner.name, "day": booked},
        "provider": owner,
        "booked_on": booked,
    }
    rows = awaited_movements(owner, booked, freshness_of(owner).as_of).select_related("movement")
    return list_page(request, MOVEMENTS, rows, context)


@capability_required(VIEW)
@require_safe
def payout_lines(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The lines that a payout pays."""
    payout = get_object_or_404(Payout.objects.select_related("provider"), pk=pk)
    context = {
        "title": _("Lines of payout %(key)s") % {"key": payout.payout_key},
        "provider": payout.provider,
        "payout": payout,
    }
    return _lines_page(request, (lines_of_payout(payout), totals_of_payout(payout)), context)


@capability_required(VIEW)
@require_safe
def statement_lines(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The lines of one version of a statement."""
    statement = get_object_or_404(Statement.objects.select_related("provider"), pk=pk)
    context = {
        "title": _("Lines of %(key)s, version %(version)s")
        % {"key": statement.statement_key, "version": statement.version},
        "provider": statement.provider,
        "statement": statement,
    }
    return _lines_page(request, (lines_of_statement(statement), statement.totals.all()), context)


_LinesAndTotals = tuple[QuerySet[StatementLine], QuerySet[LineTotal]]


def _lines_page(request: HttpRequest, rows: _LinesAndTotals, context: dict[str, object]) -> HttpResponseBase:
    """A list of lines under what its rows add up to; the export holds the rows alone."""
    lines, totals = rows
    if request.GET.get("format") != "csv":
        filterset = LineFilters(request.GET, queryset=lines, request=request)
        context["sums"] = _sums(filterset, totals) if filterset.form.is_valid() else ()
        context["part"] = request.GET.get("part", "")
    return list_page(request, LINES, with_match_state(lines), context)


def _sums(filterset: LineFilters, totals: QuerySet[LineTotal]) -> tuple[CurrencyTotals, ...]:
    found = filterset.totals(totals)
    return sums_of_lines(filterset.qs) if found is None else sums_of_totals(found)


def date_or_404(text: str) -> date:
    """Read an ISO date of an address. Raises Http404."""
    try:
        return date.fromisoformat(text) if len(text) == 10 else _no_date()
    except ValueError:
        return _no_date()


def _no_date() -> date:
    raise Http404
