"""Questions about settlement whose answer is rows: lines with their match, payouts with their deposit, scoped lists."""

from __future__ import annotations

from datetime import date

from django.db.models import Case, CharField, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce, Now, TruncDate

from payments.facts import MOVEMENT_LINE_KINDS
from payments.methods.models import Provider
from payments.settlement.labels import DepositState, MatchState
from payments.settlement.models import (
    Break,
    BreakState,
    ComparedLine,
    DepositRule,
    LineTotal,
    Match,
    MatchSuggestion,
    OpenLine,
    OpenMovement,
    Payout,
    ReconciliationRun,
    Statement,
    StatementLine,
)


def totals_of_day(provider: Provider, day: date) -> QuerySet[LineTotal]:
    """What the lines that the current statements book on a day add up to."""
    return LineTotal.objects.filter(booked_on=day, statement__provider=provider, statement__is_current=True)


def lines_of_day(provider: Provider, day: date) -> QuerySet[StatementLine]:
    """The lines that the current statements book on a day; found by their statements, whose totals name the day."""
    return StatementLine.objects.filter(statement_id__in=_statements_of(totals_of_day(provider, day)), booked_on=day)


def totals_of_payout(payout: Payout) -> QuerySet[LineTotal]:
    """What the lines of a payout add up to, of current statements."""
    return LineTotal.objects.filter(
        payout_key=payout.payout_key,
        currency=payout.currency,
        statement__provider_id=payout.provider_id,
        statement__is_current=True,
    )


def lines_of_payout(payout: Payout) -> QuerySet[StatementLine]:
    """The lines of a payout, of current statements: those that it pays, and the payout line itself."""
    return StatementLine.objects.filter(
        statement_id__in=_statements_of(totals_of_payout(payout)),
        payout_key=payout.payout_key,
        net_currency=payout.currency,
    )


def lines_of_statement(statement: Statement) -> QuerySet[StatementLine]:
    """The lines of one version, current or not."""
    return StatementLine.objects.filter(statement=statement)


def _statements_of(totals: QuerySet[LineTotal]) -> list[int]:
    return list(totals.values_list("statement_id", flat=True).distinct())


def with_match_state(lines: QuerySet[StatementLine]) -> QuerySet[StatementLine]:
    """Annotate `match_state`, a `MatchState`."""
    return lines.annotate(
        match_state=Case(
            When(~Q(kind__in=MOVEMENT_LINE_KINDS), then=Value(MatchState.NOT_NEEDED)),
            When(match__is_equal=True, then=Value(MatchState.MATCHED)),
            When(match__is_equal=False, then=Value(MatchState.DIFFERS)),
            When(_is_total_that(is_equal=True), then=Value(MatchState.MATCHED)),
            When(_is_total_that(is_equal=False), then=Value(MatchState.DIFFERS)),
            When(_is_suggested(), then=Value(MatchState.SUGGESTED)),
            default=Value(MatchState.UNMATCHED),
            output_field=CharField(),
        )
    )


def in_match_state(lines: QuerySet[StatementLine], state: MatchState) -> QuerySet[StatementLine]:
    """The lines in one state; the rare states are found from the small tables that hold them."""
    if state == MatchState.NOT_NEEDED:
        return lines.exclude(kind__in=MOVEMENT_LINE_KINDS)
    if state in (MatchState.MATCHED, MatchState.DIFFERS):
        is_equal = state == MatchState.MATCHED
        is_judged = Q(match__is_equal=is_equal) | _is_total_that(is_equal=is_equal)
        return lines.filter(is_judged, kind__in=MOVEMENT_LINE_KINDS)
    is_open = Exists(OpenLine.objects.filter(line_id=OuterRef("pk")))
    found = lines.filter(is_open, kind__in=MOVEMENT_LINE_KINDS, match__isnull=True)
    return found.filter(_is_suggested()) if state == MatchState.SUGGESTED else found.exclude(_is_suggested())


def with_deposit_state(payouts: QuerySet[Payout]) -> QuerySet[Payout]:
    """Annotate `deposit_state`, a `DepositState`, judged by the business date of the provider's newest run."""
    newest = ReconciliationRun.objects.filter(provider=OuterRef("provider"), finished_at__isnull=False)
    as_of = Coalesce(Subquery(newest.order_by("-started_at").values("as_of")[:1]), TruncDate(Now()))
    deposit = "deposit_link__deposit"
    return payouts.annotate(
        deposit_state=Case(
            When(**{f"{deposit}__rule": DepositRule.HAND}, then=Value(DepositState.RECEIVED)),
            When(**{f"{deposit}__received": F(f"{deposit}__expected")}, then=Value(DepositState.RECEIVED)),
            When(is_complete=False, then=Value(DepositState.INCOMPLETE)),
            When(deposit_link__isnull=False, then=Value(DepositState.DIFFERS)),
            When(Q(amount=0) | Q(provider__bank_account__isnull=True), then=Value(DepositState.NOTHING)),
            When(deposit_due_on__lt=as_of, then=Value(DepositState.MISSING)),
            default=Value(DepositState.AWAITED),
            output_field=CharField(),
        )
    )


def awaited_movements(provider: Provider, day: date, as_of: date) -> QuerySet[OpenMovement]:
    """What our own ledger knows of a day, no statement names, and none has to name before `as_of`."""
    found = OpenMovement.objects.filter(provider=provider, dated_on=day, due_on__gte=as_of)
    return found.exclude(Exists(Match.objects.filter(movement_id=OuterRef("movement_id"))))


def unresolved() -> QuerySet[Break]:
    """The breaks somebody must explain."""
    return Break.objects.exclude(state=BreakState.RESOLVED)


def paired(lines: QuerySet[StatementLine]) -> QuerySet[StatementLine]:
    """The lines that are matched or compared, equal or not."""
    compared = Exists(ComparedLine.objects.filter(line_id=OuterRef("pk")))
    found = Q(match__isnull=False) | Q(compared, transaction_count__isnull=False)
    return lines.filter(found, kind__in=MOVEMENT_LINE_KINDS)


def _is_total_that(*, is_equal: bool) -> Q:
    """A total that was compared; the first condition spares every other line the look."""
    compared = ComparedLine.objects.filter(line_id=OuterRef("pk"), comparison__is_equal=is_equal)
    return Q(Exists(compared), transaction_count__isnull=False)


def _is_suggested() -> Exists:
    return Exists(MatchSuggestion.objects.filter(line_id=OuterRef("pk")))
