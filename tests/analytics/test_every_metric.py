"""Every metric is what a count by hand gives, however its facts arrived."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from itertools import combinations
from zoneinfo import ZoneInfo

import pytest
import time_machine

from analytics.metrics.catalogue import METRICS
from analytics.metrics.declarations import Clock, Distribution, Facts, Metric, Unit, cube_for, cube_name
from analytics.metrics.facts import FACTS
from analytics.rollups.models import DirtyBucket, Rollup
from analytics.rollups.questions import Answer, Figure, Question, Source, Step
from analytics.rollups.selectors import answer
from analytics.rollups.services.computing import compute_dirty
from analytics.rollups.services.deriving import derive_buyers
from analytics.rollups.services.rebuilding import rebuild
from payments.methods.models import Provider
from tests.analytics import books, naive, town
from tests.analytics.naive import SEOUL
from tests.analytics.naive_facts import Fact
from tests.analytics.test_rollups import kept_rows

PERIOD = (date(2026, 7, 1), date(2026, 11, 12))
MONTHS = [
    (PERIOD[0].replace(month=month), PERIOD[0].replace(month=month + 1) - timedelta(days=1)) for month in range(7, 12)
]
"""What is asked of facts, which answer for a month at most."""
ZONES = (SEOUL, ZoneInfo("UTC"), ZoneInfo("America/New_York"))


NOTHING = Figure(0, 0, 0, dict.fromkeys(naive.PERCENT))


@pytest.fixture
def now(db: None) -> Iterator[datetime]:
    """The town, at an instant that stands still."""
    with time_machine.travel(town.NOW, tick=False):
        town.build()
        yield town.NOW


def live(seed: int, many: int = 70, parts: int = 3) -> None:
    """Tell everything in parts, and count in between."""
    dice = random.Random(seed)
    for batch in town.batches(town.orders(range(many), dice), dice, parts):
        town.tell(batch)
        for provider in Provider.objects.all():
            for booked_on in dice.sample(books.BOOKED, 3):
                books.post(provider, booked_on, dice)
        compute_dirty()
    assert DirtyBucket.objects.count() == 0


def asked(metric: Metric, zone: ZoneInfo, split: Sequence[str] = (), period: tuple[date, date] = PERIOD) -> Answer:
    return answer(Question(metric, *period, zone, {}, tuple(split)))


def rows_by_hand(facts: Facts, cube: Sequence[str], told: Sequence[Fact], grain: str) -> dict[object, list[int]]:
    """What the table of measures should hold of one cube."""
    found: dict[object, Counter[str]] = defaultdict(Counter)
    for fact in told:
        day = datetime.combine(fact.at.astimezone(SEOUL).date(), time(), SEOUL)
        at = fact.at.replace(minute=0, second=0, microsecond=0) if grain == "h" else day
        found[at, tuple(fact.values[name] for name in cube)].update(fact.counts)
    return {key: [counts[each.code] for each in facts.measures] for key, counts in found.items()}


def rows_kept(facts: Facts, cube: tuple[str, ...], grain: str) -> dict[object, list[int]]:
    kept = Rollup.objects.filter(cube=cube_name(facts, cube), grain=grain)
    return {(each.starts_at, tuple(each.dimensions)): each.measures for each in kept}


def splits_of(metric: Metric) -> list[tuple[str, ...]]:
    """None, each dimension that something is kept by, and each two of them that are kept together."""
    dimensions = sorted({name for cube in metric.facts.cubes for name in cube})
    splits = [(), *combinations(dimensions, 1), *combinations(dimensions, 2)]
    return [split for split in splits if cube_for(metric, frozenset(split)) is not None]


def same(figure: Figure, counted: naive.Counted, unit: Unit) -> bool:
    """Whether they agree; percentiles of milliseconds within two percent and the one that is rounded away."""
    exact = naive.percentiles(counted.times)
    near = all(
        figure.times[share] is not None
        and abs((figure.times[share] or 0) - true) <= (true * 0.02 + 1 if unit is Unit.MILLISECONDS else 0)
        for share, true in exact.items()
        if true is not None
    )
    return near and (figure.part, figure.whole, figure.sample) == (counted.part, counted.whole, counted.sample)


@pytest.mark.parametrize("seed", range(2))
def test_what_is_kept_is_what_was_told_however_it_came(now: datetime, seed: int) -> None:
    live(seed)
    told = naive.everything(now)
    for facts in (each for each in FACTS if each.clock is not Clock.PERIOD):
        assert {name for each in told[facts.code] for name in each.values} <= set(facts.dimensions)
        for cube in facts.cubes:
            for grain in "hd" if cube in facts.hourly else "d":
                by_hand = rows_by_hand(facts, cube, told[facts.code], grain)
                assert rows_kept(facts, cube, grain) == by_hand, (facts.code, cube, grain)
    kept = kept_rows()
    derive_buyers()
    rebuild()
    assert kept_rows() == kept


@pytest.mark.parametrize("seed", [10, 11])
def test_every_metric_is_what_a_count_by_hand_gives(now: datetime, seed: int) -> None:
    live(seed)
    told = naive.everything(now)
    for metric in METRICS.values():
        if metric.facts.clock is Clock.PERIOD:
            continue
        facts = told[metric.facts.code]
        for split in splits_of(metric):
            found = asked(metric, SEOUL, split)
            assert found.source is Source.KEPT
            compare(found, facts)
        for zone in ZONES:
            for period in [PERIOD] if cube_for(metric, frozenset(), is_hourly=True) else MONTHS:
                compare(asked(metric, zone, period=period), facts)


@pytest.mark.parametrize("seed", [30, 31])
def test_every_kind_of_question_is_what_a_count_by_hand_gives(now: datetime, seed: int) -> None:
    """By dimensions that are not kept, in zones far away, narrowed, by the hour, the week and the month."""
    live(seed)
    told, dice = naive.everything(now), random.Random(seed)
    for metric in (each for each in METRICS.values() if each.facts.clock is not Clock.PERIOD):
        facts = told[metric.facts.code]
        is_placed = metric.facts.clock is Clock.INSTANT
        by = [*combinations(metric.facts.dimensions, 1), *([("hour",), ("weekday", "currency")] if is_placed else [])]
        for split in by:
            compare(answer(Question(metric, *MONTHS[0], dice.choice(ZONES), {}, split)), facts)
        for step in (Step.WEEK, Step.MONTH):
            compare(answer(Question(metric, *PERIOD, SEOUL, {}, (), step)), facts)
        if is_placed:
            days = date(2026, 10, 31), date(2026, 11, 1)
            compare(answer(Question(metric, *days, dice.choice(ZONES), {}, (), Step.HOUR)), facts)
        for _ in range(3):
            names = dice.sample(metric.facts.dimensions, 2)
            narrowed = {name: tuple({dice.choice(facts).values[name] for _ in range(2)}) for name in names}
            split = (dice.choice(metric.facts.dimensions),)
            compare(answer(Question(metric, *MONTHS[0], dice.choice(ZONES), narrowed, split)), facts)


def compare(found: Answer, told: Sequence[Fact]) -> None:
    """The whole, step by step, by the values of a split, and by both."""
    question, metric, split = found.question, found.question.metric, found.question.split
    facts = naive.asked_about(told, question)
    cells, whole, empty = naive.cells(facts, question), naive.figure(metric.code, facts), naive.Counted(0, 0, 0)
    assert same(found.whole, whole, metric.unit), (metric.code, found.whole, whole)
    shown = found.cells if split else {(point, ()): figure for point, figure in found.steps.items()}
    # Of times by step and value nobody asks: they are told by step, and by value.
    told_cells = set() if split and isinstance(metric, Distribution) else {*shown, *cells}
    for cell in told_cells:
        figure, counted = shown.get(cell, NOTHING), cells.get(cell, empty)
        if metric.code == "payment_mix":
            all_of_step = sum(each.whole for (point, _), each in cells.items() if point == cell[0])
            counted = naive.Counted(counted.part, all_of_step, all_of_step)
        assert same(figure, counted, metric.unit), (metric.code, split, cell, figure, counted)
    by_values: dict[tuple[str, ...], list[Fact]] = defaultdict(list)
    for fact in facts:
        by_values[naive.values_of(fact, question)].append(fact)
    for values, figure in found.parts.items():
        counted = naive.figure(metric.code, by_values[values])
        if metric.code == "payment_mix":
            counted = naive.Counted(counted.part, whole.part, whole.part)
        assert same(figure, counted, metric.unit), (metric.code, split, values, figure, counted)


def test_people_count_once_in_a_week_and_once_in_a_month(now: datetime) -> None:
    dice = random.Random(20)
    for batch in town.batches(town.orders(range(90), dice), dice, 2):
        town.tell(batch)
        compute_dirty()
    again = 0
    for step in (Step.WEEK, Step.MONTH):
        for is_split in (False, True):
            by_hand = naive.people(str(step), is_split)
            for code in ("customers_not_completed", "customers_again"):
                found = asked_of_people(METRICS[code], step, is_split)
                names = naive.RULES[code]
                counted = {cell: (each[names.above[0]], each[names.below[0]]) for cell, each in by_hand.items()}
                assert found == counted, (step, is_split, code)
                again += sum(part for part, _ in counted.values()) if code == "customers_again" else 0
    assert again > 10


def asked_of_people(metric: Metric, step: Step, is_split: bool) -> dict[tuple[date, str], tuple[int, int]]:
    found = answer(Question(metric, *PERIOD, SEOUL, {}, ("method",) if is_split else (), step))
    if is_split:
        return {(day, value): (each.part, each.whole) for (day, (value,)), each in found.cells.items()}
    return {(day, ""): (each.part, each.whole) for day, each in found.steps.items() if each.sample}


@pytest.mark.parametrize(
    ("sold_on", "paid_on", "business_days"),
    [
        (date(2026, 7, 1), date(2026, 7, 1), 0),
        (date(2026, 7, 3), date(2026, 7, 6), 1),  # over a weekend
        (date(2026, 2, 13), date(2026, 2, 19), 1),  # over the three days of Seollal and a weekend
        (date(2026, 9, 23), date(2026, 9, 28), 1),  # over Chuseok
        (date(2026, 9, 18), date(2026, 10, 8), 11),  # over Chuseok and a substitute holiday
    ],
)
def test_the_time_to_cash_leaves_out_the_holidays_of_the_provider(
    now: datetime, sold_on: date, paid_on: date, business_days: int
) -> None:
    provider = Provider.objects.get(code="toss")
    books.sold(provider, sold_on, paid_on)
    compute_dirty()
    question = Question(METRICS["time_to_cash"], sold_on, sold_on, SEOUL, {}, ("method",))
    found = answer(question)
    assert (found.whole.sample, found.whole.times[50], list(found.parts)) == (1, business_days, [("card",)])
    cost = answer(Question(METRICS["payment_cost"], sold_on, sold_on, SEOUL)).whole
    assert (cost.part, cost.whole, cost.sample) == (33, 1000, 1)
