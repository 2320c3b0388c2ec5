"""Files that should be here: statements past their hour by the provider's calendar, bank statements by the account's
rhythm, and parts of statements. Asked of what is posted each time, so that what comes is missing no more."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import F, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from payments.calendars import (
    Cycle,
    PayoutTerms,
    UnknownCalendar,
    add_business_days,
    business_days,
    next_business_day,
    payout_date,
)
from payments.methods.models import BankAccount, PayoutSchedule, Provider
from payments.settlement.models import BankStatement, Statement
from payments.settlement.versions import Parts, parts_of

BANK_HOUR: Final = time(12)
"""Until then, in its own zone, a bank has delivered the statement of the business day before."""
RHYTHM_OF: Final = 12
"""Bank statements whose longest pause tells how often an account gets one."""
GAPS_WITHIN: Final = timedelta(days=60)
"""Days that no statement holds are looked for this far back from the newest one."""


@dataclass(frozen=True, slots=True)
class MissingFile:
    """A file that is past its hour."""

    kind: str
    """statement, bank or part."""
    owner_code: str
    owner_name: str
    day: date
    """What it would be about: the first sold or booking date that nothing holds."""
    due_at: datetime | None
    """Since when it is late; None for a part, which is late as soon as another is here."""
    zone: str
    statement_key: str = ""
    """Of a part."""
    statement_id: int | None = None
    missing: str = ""
    """Of a part: the numbers that are known to be missing."""


@dataclass(frozen=True, slots=True)
class AwaitedDays:
    """Days of a provider that no statement tells of wholly: with a payout schedule those that none holds yet, late or
    not, and of any those of a statement that lacks a part."""

    provider_code: str
    currencies: frozenset[str]
    """Those that it pays by a schedule; without one all that it has."""
    since: date | None
    """The first of the days behind its newest statement; None where nothing ever happened, and without a schedule."""
    until: date
    """The last day that is over in its zone."""
    gaps: frozenset[date]
    """Days before the newest statement whose movements wait and that no statement holds, and those of one that lacks
    a part."""

    def within(self, first: date, last: date) -> frozenset[date]:
        """Those of a period, both ends included."""
        start, end = max(first, self.since or self.until + timedelta(days=1)), min(last, self.until)
        behind = (start + timedelta(days=number) for number in range((end - start).days + 1))
        return frozenset((*behind, *(day for day in self.gaps if first <= day <= last)))


def missing_files(now: datetime | None = None) -> tuple[MissingFile, ...]:
    """Everything that is late, by owner; four queries, however many there are.

    `now` is the present, or another aware instant.
    """
    moment = now or timezone.now()
    found = [*_statements(moment), *_banks(moment), *_parts()]
    return tuple(sorted(found, key=lambda each: (each.owner_name, each.owner_code, each.day, each.kind)))


def _schedules() -> dict[int, list[PayoutSchedule]]:
    """Those of each provider that is enabled and has any, in the order of their codes."""
    schedules: dict[int, list[PayoutSchedule]] = {}
    rows = PayoutSchedule.objects.filter(provider__is_enabled=True).select_related("provider")
    for schedule in rows.order_by("provider__code"):
        schedules.setdefault(schedule.provider_id, []).append(schedule)
    return schedules


def _statements(now: datetime) -> Iterable[MissingFile]:
    held = _held()
    for pk, of_provider in _schedules().items():
        provider = of_provider[0].provider
        terms = [_terms(provider, each) for each in of_provider]
        last, waiting = held.get(pk, (None, None))
        # The earlier is late first, and those behind wait for the same file.
        days = [] if waiting is None else [waiting]
        if last is not None:
            days.append(_next_sold_on(last, terms))
        for day in days:
            due_at = _due_at(day, terms, provider)
            if due_at is not None and due_at < now:
                yield MissingFile("statement", provider.code, provider.name, day, due_at, provider.zone)
                break


def awaited_days(now: datetime | None = None) -> tuple[AwaitedDays, ...]:
    """Every enabled provider with a payout schedule, and every one with a statement that lacks a part, with the days
    of which not all is here yet.

    Three queries, however many providers there are. `now` is the present, or another aware instant.
    """
    moment, lacking = now or timezone.now(), _days_lacking_parts()
    with connection.cursor() as cursor:
        cursor.execute(_NOT_HERE, {"within": GAPS_WITHIN.days})
        held = {pk: told for pk, *told in cursor.fetchall()}
    found = []
    for pk, of_provider in _schedules().items():
        provider = of_provider[0].provider
        newest, waiting, gaps = held.get(pk, (None, None, ()))
        since = waiting if newest is None else _next_sold_on(newest, [_terms(provider, each) for each in of_provider])
        currencies = frozenset(each.currency for each in of_provider)
        _provider, days = lacking.pop(pk, (provider, frozenset[date]()))
        found.append(AwaitedDays(provider.code, currencies, since, _yesterday(provider, moment), days.union(gaps)))
    for provider, days in lacking.values():
        currencies = frozenset(provider.currencies)
        found.append(AwaitedDays(provider.code, currencies, None, _yesterday(provider, moment), days))
    return tuple(found)


def _yesterday(provider: Provider, now: datetime) -> date:
    return now.astimezone(ZoneInfo(provider.zone)).date() - timedelta(days=1)


def _days_lacking_parts() -> dict[int, tuple[Provider, frozenset[date]]]:
    """By provider: the days of its statements of which a part is missing."""
    found: dict[int, tuple[Provider, frozenset[date]]] = {}
    for report, _lacking in _unfinished():
        first, last = min(row.period_from for row in report), max(row.period_to for row in report)
        days = (first + timedelta(days=number) for number in range((last - first).days + 1))
        provider, known = found.get(report[0].provider_id, (report[0].provider, frozenset[date]()))
        found[provider.pk] = (provider, known.union(days))
    return found


# Lines may be booked behind the period of their statement. Each provider's days are looked up by themselves: of the
# movements that wait there may be as many as of all movements.
_NOT_HERE: Final = """
    SELECT p.id, n.last_on, (SELECT min(dated_on) FROM payments_openmovement w WHERE w.provider_id = p.id),
           ARRAY(SELECT day::date FROM generate_series(n.last_on - %(within)s, n.last_on - 1, '1 day') AS day
                  WHERE NOT EXISTS (SELECT FROM payments_statement s WHERE s.provider_id = p.id AND s.is_current
                                       AND day BETWEEN s.period_from AND s.period_to)
                    AND EXISTS (SELECT FROM payments_openmovement w
                                 WHERE w.provider_id = p.id AND w.dated_on = day::date))
      FROM payments_provider p
      LEFT JOIN (SELECT provider_id, max(greatest(period_to, booked_on)) AS last_on FROM payments_statement
                  WHERE is_current GROUP BY 1) AS n ON n.provider_id = p.id
     WHERE p.is_enabled
"""

_HELD: Final = """
    WITH newest AS (SELECT provider_id, max(period_to) AS last_on FROM payments_statement WHERE is_current GROUP BY 1),
    waiting AS (SELECT DISTINCT provider_id, dated_on FROM payments_openmovement)
    SELECT provider_id, n.last_on, min(w.dated_on) FILTER (
        WHERE n.last_on IS NULL OR (
            w.dated_on >= n.last_on - %(within)s AND w.dated_on < n.last_on AND NOT EXISTS (
                SELECT FROM payments_statement s WHERE s.provider_id = w.provider_id AND s.is_current
                AND w.dated_on BETWEEN s.period_from AND s.period_to
            )
        )
    ) FROM newest n FULL JOIN waiting w USING (provider_id) GROUP BY 1, 2
"""


def _held() -> dict[int, tuple[date | None, date | None]]:
    """By provider: how far its statements reach, and the first date of movements that wait and that none of them holds.

    Without any statement that is the first date of all; else those before the newest statement are meant.
    """
    with connection.cursor() as cursor:
        cursor.execute(_HELD, {"within": GAPS_WITHIN.days})
        return {pk: (last, waiting) for pk, last, waiting in cursor.fetchall()}


def _terms(provider: Provider, schedule: PayoutSchedule) -> PayoutTerms:
    return PayoutTerms(
        cycle=Cycle(schedule.cycle),
        lag_business_days=schedule.lag_business_days,
        weekday=schedule.weekday,
        month_day=schedule.month_day,
        cut_off=schedule.cut_off,
        zone=provider.zone,
        country=schedule.country,
    )


def _next_sold_on(last: date, terms: list[PayoutTerms]) -> date:
    """The first business day behind the newest statement: nobody need sell on a holiday."""
    return max(_or_later(last, each.country) for each in terms)


def _or_later(day: date, country: str) -> date:
    try:
        return next_business_day(day, country, including=False)
    except UnknownCalendar:
        return day + timedelta(days=1)


def _due_at(day: date, terms: list[PayoutTerms], provider: Provider) -> datetime | None:
    """When the statement of a sold date is late: the latest of the schedules, at the cut-off of its payout date."""
    try:
        hours = [(payout_date(day, each), each.cut_off) for each in terms]
    except UnknownCalendar:
        return None
    zone = ZoneInfo(provider.zone)
    return max(
        datetime.combine(paid_on, cut_off, zone)
        if cut_off is not None
        else datetime.combine(paid_on + timedelta(days=1), time(0), zone)
        for paid_on, cut_off in hours
    )


def _banks(now: datetime) -> Iterable[MissingFile]:
    """Accounts that had statements, and have none of the day that their rhythm asks for."""
    place = Window(RowNumber(), partition_by=F("account_id"), order_by=F("closed_on").desc())
    rows = BankStatement.objects.filter(is_current=True).annotate(place=place).filter(place__lte=RHYTHM_OF)
    closings: dict[int, set[date]] = {}
    accounts: dict[int, BankAccount] = {}
    for row in rows.select_related("account").order_by("account__code"):
        closings.setdefault(row.account_id, set()).add(row.closed_on)
        accounts[row.account_id] = row.account
    for account in accounts.values():
        days = sorted(closings[account.pk])
        try:
            pauses = [
                len(business_days(before + timedelta(days=1), after, account.country))
                for before, after in pairwise(days)
            ]
            day = add_business_days(days[-1], max([1, *pauses]), account.country)
            late_on = next_business_day(day, account.country, including=False)
        except UnknownCalendar:
            continue
        due_at = datetime.combine(late_on, BANK_HOUR, ZoneInfo(account.zone))
        if due_at < now:
            yield MissingFile("bank", account.code, account.name, day, due_at, account.zone)


def _unfinished() -> Iterable[tuple[list[Statement], Parts]]:
    """The statements in parts of which one is missing, or may be: what is here of each, and what is known of it."""
    rows = Statement.objects.filter(is_current=True, part__gt=0).select_related("provider")
    reports: dict[tuple[int, str], list[Statement]] = {}
    for row in rows.order_by("provider_id", "statement_key", "part"):
        reports.setdefault((row.provider_id, row.statement_key), []).append(row)
    for report in reports.values():
        parts = parts_of([row.as_version for row in report])
        if parts is not None and not parts.is_complete:
            yield report, parts


def _parts() -> Iterable[MissingFile]:
    for report, parts in _unfinished():
        first = report[0]
        yield MissingFile(
            kind="part",
            owner_code=first.provider.code,
            owner_name=first.provider.name,
            day=min(row.period_from for row in report),
            due_at=None,
            zone=first.provider.zone,
            statement_key=first.statement_key,
            statement_id=first.pk,
            missing=", ".join(map(str, parts.missing)),
        )
