"""Each method and currency at each provider: success, speed and cost beside each other, each with its interval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from analytics.charts import Chart, Column, Mark, Row, Series, intervals
from analytics.dashboards.asking import Asked
from analytics.dashboards.drawing import whole_of
from analytics.dashboards.labels import DIMENSIONS, value_label
from analytics.dashboards.names import translated as _
from analytics.dashboards.notes import late_words, note_of, told_label, with_points
from analytics.dashboards.pages.costs import COSTLY, MOST_DRAWN, PLACE, cost_by_step, days_of
from analytics.dashboards.within import apart_text, cost_text, counted_text, success_text, time_ends, time_text_within
from analytics.dashboards.wording import NOTHING, percent_text, scale_of, seconds_text
from analytics.metrics.catalogue.costs import PAYMENT_COST
from analytics.metrics.catalogue.failure import ATTEMPT_FAILURE_RATE
from analytics.metrics.catalogue.times import PROVIDER_LATENCY
from analytics.metrics.intervals import FEWEST_DAYS, ratio
from analytics.rollups.questions import Figure, Values

SHOWN: Final = (50, 95)


@dataclass(frozen=True, slots=True)
class Place:
    """One method in one currency at one provider."""

    values: Values
    """In the order of `PLACE`."""
    attempts: Figure
    latency: Figure
    spread: Mapping[int, int]
    """Bucket of `histograms` → attempts."""
    cost: Figure
    days: Sequence[tuple[int, int]]
    """Fees and gross of each step in which the provider booked some."""

    @property
    def cost_ends(self) -> tuple[int, int] | None:
        """Of its cost."""
        return ratio(self.days)

    @property
    def label(self) -> str:
        """All of it in words."""
        return " · ".join(value_label(name, value) for name, value in zip(PLACE, self.values, strict=True))

    @property
    def narrowed(self) -> Mapping[str, str]:
        """What leads to its rows."""
        return dict(zip(PLACE, self.values, strict=True))

    def late(self, percent: int, url: str = "") -> Mark:
        """A percentile of its latency."""
        low, high = time_ends(self.spread, percent)
        return Mark(self.latency.times.get(percent), sample=self.latency.sample, url=url, low=low, high=high)


_NOTHING: Final = Figure(0, 0, 0)


def found_at(asked: Asked) -> list[Place]:
    """Every place with attempts, what is alike beneath each other and most attempts first."""
    attempts, latency = (whole_of(asked, metric, PLACE) for metric in (ATTEMPT_FAILURE_RATE, PROVIDER_LATENCY))
    cost = cost_by_step(asked)
    days = days_of(cost)
    found = [
        Place(values, figure, latency.parts.get(values, _NOTHING), latency.spreads.get(values, {}),
              cost.parts.get(values, _NOTHING), days.get(values, ()))
        for values, figure in attempts.parts.items() if figure.whole and all(values)
    ]  # fmt: skip
    weights: dict[Values, int] = {}
    for each in found:
        weights[each.values[:2]] = weights.get(each.values[:2], 0) + each.attempts.whole
    return sorted(
        found, key=lambda each: (-weights[each.values[:2]], each.values[:2], -each.attempts.whole, each.label)
    )


def places(asked: Asked) -> Chart:
    """Success, speed and cost of each provider at each method in each currency; drawn is its speed."""
    found = found_at(asked)
    urls = [asked.rows_url(ATTEMPT_FAILURE_RATE, each.narrowed, side="whole") for each in found]
    drawn = [each for each in found if each.latency.sample][:MOST_DRAWN]
    ways = [asked.rows_url(PROVIDER_LATENCY, each.narrowed) for each in drawn]
    series = [Series(f"p{percent}", [each.late(percent, url) for each, url in zip(drawn, ways, strict=True)])
              for percent in SHOWN]  # fmt: skip
    remarks = (
        _("In brackets: where the true figure lies with 95 in 100."),
        _("Of a percentile an end is missing where too few were seen; a cost has none below %(days)s days or weeks.")
        % {"days": FEWEST_DAYS},
        note_of(asked, PROVIDER_LATENCY, whole_of(asked, PROVIDER_LATENCY, PLACE), has_steps=False),
        late_words(asked.question(PAYMENT_COST, PLACE)),
    )
    return Chart(
        code="places",
        title=_("Method and currency at each provider"),
        reading=_slow_and_fast(found),
        figure=intervals([each.label for each in drawn], series, scale_of(PROVIDER_LATENCY)),
        columns=[*(Column(str(DIMENSIONS[name]), is_number=False) for name in PLACE), *map(Column, _columns())],
        rows=[Row(_cells(each), url=url) for each, url in zip(found, urls, strict=True)],
        csv_url=asked.csv_url(PROVIDER_LATENCY, PLACE),
        # Amounts of several currencies make no share: the cost is that of the currency of the page.
        more_files=[*asked.files((ATTEMPT_FAILURE_RATE,), PLACE), *asked.files((PAYMENT_COST,), COSTLY)],
        note=with_points(" ".join(filter(None, remarks)), (mark for each in series for mark in each.marks)),
        is_table_open=True,
    )


def _columns() -> list[str]:
    return [_("Attempts"), _("Success of attempts"), "p50", "p95", _("Over 7 s"), _("Cost of payments"), _("Sales")]


def _cells(place: Place) -> list[str]:
    latency, cost = place.latency, place.cost
    return [
        *(value_label(name, value) for name, value in zip(PLACE, place.values, strict=True)),
        counted_text(place.attempts.whole), success_text(place.attempts),
        *(time_text_within(latency.times.get(each), time_ends(place.spread, each)) for each in SHOWN),
        percent_text(latency.share) if latency.sample else NOTHING, told_label(cost_text(cost, place.cost_ends), cost),
        counted_text(cost.sample) if cost.whole else NOTHING,
    ]  # fmt: skip


def _alike(found: Sequence[Place]) -> list[Place]:
    """Those of the method and currency with most attempts that two providers have with enough to say."""
    for _values, group in groupby(found, key=lambda each: each.values[:2]):
        sound = list(group)
        if len(sound) > 1:
            return sound
    return []


def _called(place: Place) -> str:
    return " · ".join(value_label(name, value) for name, value in zip(PLACE[:2], place.values, strict=False))


def _slow_and_fast(found: Sequence[Place]) -> str:
    """Who is fastest and who slowest at what is alike, and whether the figures can tell them apart."""
    sound = _alike([each for each in found if not each.latency.is_small])
    if not sound:
        return _("Nothing is offered by two providers with 30 or more attempts each.")
    ordered = sorted(sound, key=lambda each: each.latency.times.get(95) or 0)
    fast, slow = ordered[0], ordered[-1]
    words = _("%(place)s: 95 %% of the answers of %(fast)s take at most %(least)s, those of %(slow)s %(most)s.")
    (_least, high), (low, _most) = time_ends(fast.spread, 95), time_ends(slow.spread, 95)
    called = {
        "place": _called(fast), "fast": value_label("provider", fast.values[2]),
        "slow": value_label("provider", slow.values[2]), "least": seconds_text(fast.latency.times.get(95)),
        "most": seconds_text(slow.latency.times.get(95)),
    }  # fmt: skip
    return f"{words % called} {apart_text(is_apart=high is not None and low is not None and high < low)}"
