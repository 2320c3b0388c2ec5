"""What waits for finance this morning: days to explain, breaks by age, deposits and files that are missing, imports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Count, Exists, OuterRef, Q, Sum
from django.utils import timezone

from payments.calendars import Cycle, UnknownCalendar, business_days
from payments.intake.models import FileImport, ImportState
from payments.methods.models import PayoutSchedule, Provider
from payments.money import Money
from payments.settlement.labels import DayStatus
from payments.settlement.models import Break, BreakKind, DayState, LineTotal, SettlementDay
from payments.settlement.querysets import unresolved
from payments.settlement.selectors.breaks import CurrencyRisk, risk_by_currency
from payments.settlement.selectors.day_layers import BreakSum, Risk, risks_of
from payments.settlement.selectors.day_totals import PAID_OUT
from payments.settlement.selectors.days import status_of
from payments.settlement.selectors.freshness import Freshness, freshness_by_provider
from payments.settlement.selectors.missing_files import MissingFile, missing_files

DAYS_SHOWN = 8
BREAKS_SHOWN = 6
IMPORTS_SHOWN = 6
LONGEST_CYCLE = {Cycle.DAILY: 1, Cycle.WEEKLY: 5, Cycle.MONTHLY: 23}
"""Business days from one statement to the next; with the lag of the schedule, the longest a provider is silent."""


@dataclass(frozen=True, slots=True)
class LatestDay:
    """The newest day a provider has booked."""

    provider_code: str
    provider_name: str
    day: date | None
    """None: nothing was ever booked."""
    status: DayStatus
    nets: tuple[Money, ...]
    risks: tuple[Risk, ...]
    freshness: Freshness
    business_days_ago: int
    """Business days of the provider's country after that day and before today."""
    patience: int
    """Business days the provider may be silent, by its payout schedule."""

    @property
    def is_silent(self) -> bool:
        """Whether a statement should have come since."""
        return self.day is None or self.business_days_ago > self.patience


@dataclass(frozen=True, slots=True)
class DayToExplain:
    """A day with unresolved breaks."""

    provider_code: str
    provider_name: str
    day: date
    count: int
    risks: tuple[Risk, ...]


@dataclass(frozen=True, slots=True)
class Tasks:
    """The morning of finance."""

    latest: tuple[LatestDay, ...]
    days: tuple[DayToExplain, ...]
    """The oldest days with unresolved breaks."""
    day_count: int
    ready_count: int
    """Days without a break that nobody has submitted yet."""
    risks: tuple[CurrencyRisk, ...]
    urgent: tuple[Break, ...]
    """The unresolved breaks that are due first."""
    mine_count: int
    overdue_count: int
    missing_deposits: tuple[CurrencyRisk, ...]
    waiting_imports: tuple[FileImport, ...]
    """The newest of them."""
    waiting_import_count: int
    refused_import_count: int
    refused_since: date
    """Refused imports are counted from this day on, in the viewer's zone."""
    missing_files: tuple[MissingFile, ...]
    """Files that are past their hour."""
    reconciled_at: datetime | None
    """The oldest of the providers' newest runs: nothing on the page is older."""

    @property
    def more_days(self) -> int:
        """Days with breaks beyond those shown."""
        return self.day_count - len(self.days)

    @property
    def missing_deposit_count(self) -> int:
        """Unresolved breaks about deposits that should be at the bank."""
        return sum(risk.count for risk in self.missing_deposits)

    @property
    def break_count(self) -> int:
        """Unresolved breaks."""
        return sum(risk.count for risk in self.risks)


def tasks_of(user_id: int) -> Tasks:
    """Everything that waits, in a fixed number of queries."""
    freshness = freshness_by_provider()
    found, count = _days_to_explain()
    urgent = unresolved().select_related("provider", "account", "owner").order_by("due_at", "-amount_at_risk", "pk")
    counts = unresolved().aggregate(
        mine=Count("id", filter=Q(owner_id=user_id)), overdue=Count("id", filter=Q(due_at__lt=timezone.now()))
    )
    imports = FileImport.objects.select_related("provider", "bank_account").order_by("-created_at")
    yesterday = timezone.localdate() - timedelta(days=1)
    import_counts = FileImport.objects.aggregate(
        waiting=Count("id", filter=Q(state=ImportState.PREVIEWED)),
        refused=Count("id", filter=Q(state=ImportState.REJECTED, created_at__gte=_beginning_of(yesterday))),
    )
    runs = [each.reconciled_at for each in freshness.values() if each.reconciled_at]
    return Tasks(
        latest=_latest(freshness),
        days=found,
        day_count=count,
        ready_count=_ready_count(),
        risks=risk_by_currency(unresolved()),
        urgent=tuple(urgent[:BREAKS_SHOWN]),
        mine_count=counts["mine"],
        overdue_count=counts["overdue"],
        missing_deposits=risk_by_currency(unresolved().filter(kind=BreakKind.MISSING_DEPOSIT)),
        waiting_imports=tuple(imports.filter(state=ImportState.PREVIEWED)[:IMPORTS_SHOWN]),
        waiting_import_count=import_counts["waiting"],
        refused_import_count=import_counts["refused"],
        refused_since=yesterday,
        missing_files=missing_files(),
        reconciled_at=min(runs, default=None),
    )


def _beginning_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _days_to_explain() -> tuple[tuple[DayToExplain, ...], int]:
    """The oldest days with breaks, and how many days have any; one query over the unresolved."""
    rows = (
        unresolved()
        .filter(provider__isnull=False)
        .values_list("booked_on", "provider__name", "provider__code", "currency")
        .annotate(Count("id"), Sum("amount_at_risk"))
        .order_by("booked_on", "provider__name", "currency")
    )
    days: dict[tuple[date, str, str], list[BreakSum]] = {}
    for day, name, code, currency, count, risk in rows:
        days.setdefault((day, name, code), []).append(BreakSum("", "", currency, count, int(risk)))
    shown = tuple(
        DayToExplain(code, name, day, sum(each.count for each in sums), risks_of(sums))
        for (day, name, code), sums in list(days.items())[:DAYS_SHOWN]
    )
    return shown, len(days)


def _ready_count() -> int:
    has_break = unresolved().filter(provider=OuterRef("provider"), booked_on=OuterRef("booked_on"))
    return SettlementDay.objects.filter(state=DayState.OPEN).exclude(Exists(has_break)).count()


def _latest(freshness: Mapping[int, Freshness]) -> tuple[LatestDay, ...]:
    """The newest day of each enabled provider, with its net and risk; a fixed number of queries."""
    newest = dict(
        SettlementDay.objects.order_by("provider", "-booked_on")
        .distinct("provider")
        .values_list("provider_id", "booked_on")
    )
    states = dict(SettlementDay.objects.filter(_any_of(newest)).values_list("provider_id", "state"))
    nets, unread = _nets(newest)
    risks = _risks(newest)
    patience = _patience()
    return tuple(
        LatestDay(
            provider_code=provider.code,
            provider_name=provider.name,
            day=newest.get(provider.pk),
            status=status_of(
                states.get(provider.pk, DayState.OPEN),
                is_reconciled=provider.pk not in unread,
                has_statement=provider.pk in newest,
                break_count=sum(risk.count for risk in risks.get(provider.pk, ())),
                awaited_count=0,
            ),
            nets=tuple(nets.get(provider.pk, ())),
            risks=risks.get(provider.pk, ()),
            freshness=freshness[provider.pk],
            business_days_ago=_business_days_between(
                newest.get(provider.pk), freshness[provider.pk].as_of, provider.country
            ),
            patience=patience.get(provider.pk, LONGEST_CYCLE[Cycle.DAILY]),
        )
        for provider in Provider.objects.filter(is_enabled=True).order_by("name", "code")
    )


def _patience() -> dict[int, int]:
    """How many business days each provider may be silent: the longest of its schedules."""
    patience: dict[int, int] = {}
    for provider_id, cycle, lag in PayoutSchedule.objects.values_list("provider_id", "cycle", "lag_business_days"):
        patience[provider_id] = max(patience.get(provider_id, 0), LONGEST_CYCLE[Cycle(cycle)] + lag)
    return patience


def _any_of(newest: Mapping[int, date]) -> Q:
    """A condition: the row is of one of these days of these providers."""
    condition = Q(pk__in=())
    for provider_id, day in newest.items():
        condition |= Q(provider_id=provider_id, booked_on=day)
    return condition


def _nets(newest: Mapping[int, date]) -> tuple[dict[int, list[Money]], set[int]]:
    condition = Q(pk__in=())
    for provider_id, day in newest.items():
        condition |= Q(statement__provider_id=provider_id, booked_on=day)
    rows = (
        LineTotal.objects.filter(condition, statement__is_current=True)
        .values_list("statement__provider_id", "currency")
        .annotate(
            net=Sum("net", filter=~Q(kind__in=PAID_OUT)),
            unread=Count("id", filter=Q(statement__reconciled_at__isnull=True)),
        )
        .order_by("currency")
    )
    nets: dict[int, list[Money]] = {}
    unread = set()
    for provider_id, currency, net, unread_count in rows:
        nets.setdefault(provider_id, []).append(Money(int(net or 0), currency))
        if unread_count:
            unread.add(provider_id)
    return nets, unread


def _risks(newest: Mapping[int, date]) -> dict[int, tuple[Risk, ...]]:
    rows = (
        unresolved()
        .filter(_any_of(newest))
        .values_list("provider_id", "currency")
        .annotate(Count("id"), Sum("amount_at_risk"))
        .order_by("currency")
    )
    sums: dict[int, list[BreakSum]] = {}
    for provider_id, currency, count, risk in rows:
        sums.setdefault(provider_id, []).append(BreakSum("", "", currency, count, int(risk)))
    return {provider_id: risks_of(each) for provider_id, each in sums.items()}


def _business_days_between(day: date | None, today: date, country: str) -> int:
    if day is None:
        return 0
    try:
        return len(business_days(day + timedelta(days=1), today - timedelta(days=1), country))
    except UnknownCalendar:
        return max((today - day).days - 1, 0)
