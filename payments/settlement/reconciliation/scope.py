"""What one run has to look at: the facts that are new, the date it judges by, and the dates it needs from calendars."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from django.utils import timezone

from payments.calendars import Cycle, PayoutTerms, add_business_days, payout_date
from payments.ledger.models import MovementBatch
from payments.methods.models import FeeContract, PayoutSchedule, Provider
from payments.settlement.models import ReconciliationRun, Statement, TouchedGroup

TEMPORARY_TABLES = (
    "due_date",
    "line_due_date",
    "contested_key",
    "rematched",
    "new_pair",
    "unmatched_line",
    "unmatched_movement",
    "key_pair",
    "shared_key",
    "displaced",
    "candidate",
    "method_name",
    "totals_settlement",
    "open_total",
    "in_total",
    "dissolved",
    "freed_movement",
    "freed_line",
    "touched_line",
    "touched_payout",
    "computed_payout",
    "incomplete_payout",
    "fee_terms",
    "fee_price",
    "fee_difference",
    "fee_month",
    "standing_terms",
    "standing_payout",
    "standing_line",
    "standing_month",
    "standing_difference",
    "transfer_claim",
    "monthly_claim",
    "finding",
    "asked",
    "urgency",
)
"""Every temporary table of a run; they go with its transaction."""

DEFAULT_DUE_DAYS = 7
"""Calendar days after which a movement is due where its provider has no payout schedule."""


@dataclass(frozen=True, slots=True)
class Scope:
    """One run over one provider."""

    provider: Provider
    as_of: date
    now: datetime
    statement_ids: list[int]
    """Current versions that no run has worked through."""
    batch_ids: list[int]
    configuration_hash: str
    is_reconfigured: bool
    """True when contracts, schedules or windows differ from those of the last run: everything is judged again."""
    is_other_date: bool
    """True when the last run judged *missing* by another date."""
    has_touched_groups: bool
    """True when a group waits to be settled again, as after a confirmation by hand."""
    schedules: dict[str, PayoutTerms] = field(default_factory=dict)
    """By currency."""

    @classmethod
    def for_provider(cls, provider: Provider) -> Scope:
        """Return a scope without new facts: what posting needs to know of schedules and windows."""
        return cls(
            provider=provider,
            as_of=business_today(provider.zone),
            now=timezone.now(),
            statement_ids=[],
            batch_ids=[],
            configuration_hash="",
            is_reconfigured=False,
            is_other_date=False,
            has_touched_groups=False,
            schedules=payout_terms(provider),
        )

    @property
    def has_work(self) -> bool:
        """Whether anything can have changed since the last run."""
        is_new = bool(self.statement_ids or self.batch_ids or self.is_reconfigured or self.is_other_date)
        return is_new or self.has_touched_groups

    def parameters(self, **more: Any) -> dict[str, Any]:
        """Return the named parameters every statement of the run may use."""
        return {
            "provider": self.provider.pk,
            "code": self.provider.code,
            "zone": self.provider.zone,
            "as_of": self.as_of,
            "now": self.now,
            "statements": self.statement_ids,
            "batches": self.batch_ids,
            "window": self.provider.match_window_days,
            **more,
        }


def clear_temporary_tables() -> None:
    """Drop what an earlier run in the same transaction left: several providers may be run inside a caller's own."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL client_min_messages = warning")
        cursor.execute("DROP TABLE IF EXISTS " + ", ".join(f"pg_temp.{name}" for name in TEMPORARY_TABLES))


def business_today(zone: str) -> date:
    """Return today's date in a zone."""
    return timezone.now().astimezone(ZoneInfo(zone)).date()


def open_scope(provider: Provider, as_of: date | None) -> Scope:
    """Find what is new for a provider. The caller holds the provider's reconciliation lock."""
    last = ReconciliationRun.objects.filter(provider=provider, finished_at__isnull=False).order_by("-id").first()
    judged_by = as_of or business_today(provider.zone)
    digest = configuration_hash(provider)
    return Scope(
        provider=provider,
        as_of=judged_by,
        now=timezone.now(),
        statement_ids=list(
            Statement.objects.filter(provider=provider, is_current=True, reconciled_at__isnull=True).values_list(
                "id", flat=True
            )
        ),
        batch_ids=list(
            MovementBatch.objects.filter(provider=provider, reconciled_at__isnull=True).values_list("id", flat=True)
        ),
        configuration_hash=digest,
        is_reconfigured=last is not None and last.configuration_hash != digest,
        is_other_date=last is None or last.as_of != judged_by,
        has_touched_groups=TouchedGroup.objects.filter(provider=provider).exists(),
        schedules=payout_terms(provider),
    )


def configuration_hash(provider: Provider) -> str:
    """Hash everything about a provider that a run judges by."""
    parts: list[Any] = [
        provider.zone,
        provider.country,
        # In their order: the first is the currency whose schedule pays the currencies without one.
        provider.currencies,
        provider.match_window_days,
        provider.ledger_grace_days,
        provider.deposit_grace_days,
    ]
    parts += list(FeeContract.objects.filter(provider=provider).order_by("id").values_list())
    parts += list(PayoutSchedule.objects.filter(provider=provider).order_by("id").values_list())
    parts += list(provider.offerings.order_by("id").values_list("method_id", "provider_names"))
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def payout_terms(provider: Provider) -> dict[str, PayoutTerms]:
    """Return the provider's payout schedules by currency."""
    return {
        schedule.currency: PayoutTerms(
            cycle=Cycle(schedule.cycle),
            lag_business_days=schedule.lag_business_days,
            weekday=schedule.weekday,
            month_day=schedule.month_day,
            cut_off=schedule.cut_off,
            zone=provider.zone,
            country=schedule.country,
        )
        for schedule in provider.payout_schedules.all()
    }


def terms_for(scope: Scope, currency: str) -> PayoutTerms | None:
    """Return the schedule that pays a currency: its own, else that of the provider's first settlement currency."""
    return scope.schedules.get(currency) or scope.schedules.get(scope.provider.currencies[0])


def load_due_dates(scope: Scope, first: date, last: date, currencies: list[str]) -> None:
    """Fill the temporary table `due_date(currency, sold_on, due_on)`, so that SQL needs no calendar."""
    rows = []
    for currency in currencies:
        terms = terms_for(scope, currency)
        for offset in range((last - first).days + 2):
            sold_on = first + timedelta(days=offset)
            due_on = payout_date(sold_on, terms) if terms else sold_on + timedelta(days=DEFAULT_DUE_DAYS)
            rows.append((currency, sold_on, due_on))
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE IF NOT EXISTS due_date (currency text, sold_on date, due_on date) ON COMMIT DROP"
        )
        cursor.execute("TRUNCATE due_date")
        cursor.executemany("INSERT INTO due_date VALUES (%s, %s, %s)", rows)
        cursor.execute("ANALYZE due_date")


def load_line_due_dates(scope: Scope, first: date, last: date) -> None:
    """Fill `line_due_date(booked_on, due_on)`: until when our own ledger may not know a line."""
    rows = [
        (day, add_business_days(day, scope.provider.ledger_grace_days, scope.provider.country))
        for day in (first + timedelta(days=offset) for offset in range((last - first).days + 1))
    ]
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE IF NOT EXISTS line_due_date (booked_on date, due_on date) ON COMMIT DROP")
        cursor.execute("TRUNCATE line_due_date")
        cursor.executemany("INSERT INTO line_due_date VALUES (%s, %s)", rows)
        cursor.execute("ANALYZE line_due_date")
