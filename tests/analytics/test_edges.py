"""Days of another zone are exactly what their hours add up to, whichever way clocks are put and wherever days begin."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from analytics.metrics.catalogue import METRICS
from analytics.metrics.declarations import cube_for, cube_name
from analytics.rollups import selectors
from analytics.rollups.edges import Piece, ReadingOfDays, pieces_of
from analytics.rollups.models import Spread
from analytics.rollups.planning import pieces_of_days, plan_of
from analytics.rollups.questions import Answer, Question, Step
from analytics.rollups.selectors import answer, answered, prepare
from analytics.rollups.spans import Span, day_of
from analytics.rollups.timing import Reading
from analytics.rollups.together import Together

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SEOUL, TOKYO, NEW_YORK = ZoneInfo("Asia/Seoul"), ZoneInfo("Asia/Tokyo"), ZoneInfo("America/New_York")
SPRING, AUTUMN = date(2026, 3, 8), date(2026, 11, 1)
"""When clocks in New York go forward, and back."""
CLOCKS = [
    ("UTC", date(2026, 10, 5)),
    ("America/New_York", SPRING),
    ("America/New_York", AUTUMN),
    ("Asia/Tokyo", date(2026, 10, 5)),
    ("America/Havana", AUTUMN),  # has two midnights that day
    ("America/Sao_Paulo", date(2018, 2, 17)),  # has 23 o'clock twice
    ("America/Sao_Paulo", date(2018, 11, 4)),  # has no midnight
    ("America/Nuuk", date(2022, 10, 29)),  # from here on the other midnight of Seoul is the nearest
    ("America/Nuuk", date(2023, 3, 25)),  # and back
    ("Pacific/Apia", date(2011, 12, 30)),  # is no day at all
]
LATENCY = METRICS["provider_latency"]
BY_HOURS = Reading("", {}, "", (), is_summed=True)
"""Of no use where days fit their hours."""
Hours = Mapping[datetime, Counter[int]]
"""How many are in each bucket, by the beginning of the hour."""


def hours_around(on: date, dice: random.Random) -> dict[datetime, Counter[int]]:
    """Of some hours some times."""
    first = datetime(on.year, on.month, on.day, tzinfo=UTC) - 9 * DAY
    hours = dice.sample([first + each * HOUR for each in range(24 * 18)], dice.choice((3, 100, 400)))
    return {hour: Counter({dice.randrange(-1, 6): dice.randrange(1, 9) for _ in range(3)}) for hour in hours}


def added(hours: Hours, span: Span) -> Counter[int]:
    found = Counter[int]()
    for hour, counts in hours.items():
        if span.start <= hour < span.end:
            found.update(counts)
    return found


def by_hand(hours: Hours, zone: ZoneInfo, days: list[date]) -> dict[date, dict[int, int]]:
    found = {day: Counter[int]() for day in days}
    for hour, counts in hours.items():
        if (day := hour.astimezone(zone).date()) in found:
            found[day].update(counts)
    return {day: dict(counts) for day, counts in found.items() if counts}


def told(pieces: list[Piece], hours: Hours) -> dict[object, dict[int, int]]:
    """What the pieces say, read from the hours as PostgreSQL would."""
    rows = [(place, [*counts], [*counts.values()])
            for place, piece in enumerate(pieces, 1) if (counts := added(hours, piece.span))]  # fmt: skip
    read = ReadingOfDays("", {}, pieces, BY_HOURS).rows(rows)
    assert all([*buckets] == sorted(buckets) for _day, _values, (buckets, _counts) in read)
    return {day: dict(zip(*counts, strict=True)) for day, _values, counts in read}


@given(st.sampled_from(CLOCKS), st.sampled_from(["Asia/Seoul", "America/New_York", "UTC"]), st.integers(0, 4),
       st.integers(1, 9), st.integers(0, 2**32))  # fmt: skip
def test_a_day_anywhere_is_the_sum_of_its_hours(
    clock: tuple[str, date], reporting: str, before: int, many: int, seed: int
) -> None:
    (name, on), zone = clock, ZoneInfo(clock[0])
    days = [on - before * DAY + each * DAY for each in range(many)]
    hours = hours_around(on, random.Random(seed))
    with override_settings(REPORTING_ZONE=reporting):
        pieces = pieces_of(days, zone)
        assert pieces, name
        assert told(pieces, hours) == by_hand(hours, zone, days)
        for piece in pieces:
            if piece.grain == "d":
                assert day_of(piece.span.start).start == piece.span.start
                assert day_of(piece.span.end).start == piece.span.end
            else:
                assert piece.span.end - piece.span.start <= 12.5 * HOUR


def test_no_day_and_two_days_are_nearest_where_clocks_change() -> None:
    days = [date(2022, 10, 28) + each * DAY for each in range(4)]
    back = [piece.span for piece in pieces_of(days, ZoneInfo("America/Nuuk")) if piece.grain == "d"]
    days = [date(2023, 3, 23) + each * DAY for each in range(4)]
    forth = [piece.span for piece in pieces_of(days, ZoneInfo("America/Nuuk")) if piece.grain == "d"]
    assert [each.end - each.start for each in back] == [DAY, 2 * DAY, DAY, DAY]
    assert [each.end - each.start for each in forth] == [DAY, DAY, DAY]


def test_where_days_do_not_begin_with_an_hour_nothing_is_taken_apart() -> None:
    days = [date(2026, 10, 5), date(2026, 10, 6)]
    assert pieces_of(days, ZoneInfo("Asia/Kolkata")) == []
    with override_settings(REPORTING_ZONE="Asia/Kolkata"):
        assert pieces_of(days, ZoneInfo("UTC")) == []


def question_of(zone: ZoneInfo, first_on: date, narrowed: bool = False) -> Question:
    return Question(LATENCY, first_on, first_on + 6 * DAY, zone, {"provider": ("toss", "stripe")} if narrowed else {})


@pytest.mark.parametrize("zone", [ZoneInfo("UTC"), NEW_YORK])
def test_only_times_by_the_day_where_days_begin_elsewhere_are_made_of_pieces(zone: ZoneInfo) -> None:
    question = question_of(zone, AUTUMN)
    assert pieces_of_days(plan_of(question))
    for other in (
        question_of(SEOUL, AUTUMN),
        question_of(TOKYO, AUTUMN),
        Question(LATENCY, question.first_on, question.last_on, zone, {}, (), Step.WEEK),
        Question(LATENCY, question.first_on, question.last_on, zone, {}, ("provider",)),
        Question(LATENCY, question.first_on, question.last_on, zone, {"weekday": ("1",)}),
        Question(LATENCY, question.first_on, question.last_on, zone, {"device": ("mobile",)}),
    ):
        assert not pieces_of_days(plan_of(other)), other


def keep(hours: Hours, cube: str, dimensions: list[str]) -> None:
    """The rows of these hours, and of the days of the reporting zone that they make up."""
    days: dict[datetime, Counter[int]] = {}
    for hour, counts in hours.items():
        days.setdefault(day_of(hour).start, Counter()).update(counts)
    Spread.objects.bulk_create(
        Spread(cube=cube, times="latency", grain=grain, starts_at=at, dimensions=dimensions,
               buckets=sorted(counts), counts=[counts[each] for each in sorted(counts)])
        for grain, kept in (("h", hours), ("d", days)) for at, counts in kept.items()
    )  # fmt: skip


def kept_of(question: Question, on: date) -> Hours:
    """Hours of two providers that are asked for and of one that may not be; those that the question is about."""
    cube = cube_for(question.metric, question.dimensions, is_hourly=True)
    assert cube is not None
    asked: dict[datetime, Counter[int]] = {}
    for seed, provider in enumerate(("toss", "stripe", "adyen") if cube else ("toss",)):
        hours = hours_around(on, random.Random(seed))
        keep(hours, cube_name(question.metric.facts, cube), [provider, "KRW"] if cube else [])
        for hour, counts in hours.items() if provider != "adyen" else ():
            asked.setdefault(hour, Counter()).update(counts)
    return asked


@pytest.mark.django_db
@pytest.mark.parametrize("is_narrowed", [False, True])
@pytest.mark.parametrize("on", [SPRING, AUTUMN])
@pytest.mark.parametrize("name", ["UTC", "America/New_York"])
def test_an_answer_by_pieces_is_that_by_hours_in_as_many_queries(
    name: str, on: date, is_narrowed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    question = question_of(ZoneInfo(name), on - 3 * DAY, is_narrowed)
    hours = kept_of(question, on)
    days = [question.first_on + each * DAY for each in range(question.days)]
    in_days = by_hand(hours, question.zone, days)

    def asked() -> tuple[Answer, list[str]]:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            return answer(question), [each["sql"] for each in queries.captured_queries]

    by_pieces, few = asked()
    monkeypatch.setattr(selectors, "pieces_of_days", lambda _plan: [])
    by_hours, many = asked()
    assert len(few) == len(many) == 2
    assert few != many
    assert (by_pieces.whole, by_pieces.steps, by_pieces.spread) == (by_hours.whole, by_hours.steps, by_hours.spread)
    assert {day: each.sample for day, each in by_pieces.steps.items()} == {
        day: sum(in_days.get(day, {}).values()) for day in days
    }
    assert len(in_days) >= 6


@pytest.mark.django_db
def test_days_that_hold_less_than_their_hours_are_told_by_hours() -> None:
    """Also where the hours of the next day would make up for those that are taken away; the log says what to count."""
    first = datetime(2026, 11, 1, 16, tzinfo=UTC)
    keep({first: Counter({3: 5}), first + DAY: Counter({3: 9})}, "attempts:", [])
    question = question_of(ZoneInfo("UTC"), AUTUMN)
    with capture_logs() as logged:
        whole = answer(question)
    assert (whole.whole.sample, logged) == (14, [])
    assert Spread.objects.filter(grain="d", starts_at=day_of(first).start).delete()[0] == 1
    with capture_logs() as logged:
        by_hours = answer(question)
    assert (by_hours.whole, by_hours.steps, by_hours.spread) == (whole.whole, whole.steps, whole.spread)
    assert [each["event"] for each in logged] == ["rollups.kept_apart"]
    assert "rebuild_rollups --from 2026-11-01 --to 2026-11-03" in logged[0]["reason"]


@pytest.mark.django_db
def test_a_page_drawn_in_turns_goes_on_by_hours_too() -> None:
    first = datetime(2026, 11, 1, 16, tzinfo=UTC)
    keep({first: Counter({3: 5})}, "attempts:", [])
    Spread.objects.filter(grain="d").delete()
    together = Together()
    prepared = prepare(question_of(ZoneInfo("UTC"), AUTUMN), together)
    with transaction.atomic(), together.ahead():
        together.send(prepared.statements)
        together.fetch(prepared.statements)
        assert answered(prepared, together).whole.sample == 5
