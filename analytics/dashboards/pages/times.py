"""The page of times: how long providers, customers and payouts take, told by percentiles and never by a mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final

from analytics.charts import COUNT, Chart, Column, Mark, Row, Scale, Series, Threshold, bars, histogram
from analytics.dashboards.asking import Asked
from analytics.dashboards.drawing import (
    by_value,
    columns_for,
    figure_cells,
    over_time,
    percentiles_over_time,
    titled,
    whole_of,
)
from analytics.dashboards.labels import DIMENSIONS, value_label
from analytics.dashboards.names import translated as _
from analytics.dashboards.notes import note_of, told_label, with_hatching
from analytics.dashboards.pages.timeouts import timeouts
from analytics.dashboards.wording import (
    figure_text,
    percent_text,
    reading_of,
    scale_of,
    seconds_text,
    time_text,
    value_of,
)
from analytics.metrics.catalogue.times import (
    CUSTOMER_TIME,
    PROVIDER_LATENCY,
    SLOW_SHARE,
    TIME_TO_CASH,
    TIME_TO_PAY,
    UNKNOWN_SHARE,
    WAITING_TIME,
)
from analytics.metrics.declarations import Distribution, Metric, Unit
from analytics.metrics.facts.pieces import SLOW_MILLISECONDS
from analytics.rollups.histograms import GROWTH
from analytics.rollups.questions import Answer, Figure

SHOWN: Final = (50, 95)
"""Percentiles side by side where bars are compared; the table has all."""
MOST_VALUES: Final = 10
MOST_BARS: Final = 32
FIRST_BUCKET: Final = 100
"""Up to fifty milliseconds: what took less stands in the first bar too."""
HOURS_OF: Final = 7
"""Days at most of which the hours of the day are told, each weekday once: they are added up from single hours."""


def latency(asked: Asked) -> Chart:
    """The percentiles of the providers' answers by step."""
    return percentiles_over_time(asked, PROVIDER_LATENCY)


def latency_spread(asked: Asked) -> Chart:
    """How the answers are spread, with the percentiles and the seven seconds."""
    found = asked.ask(PROVIDER_LATENCY)
    limits = [Threshold(SLOW_MILLISECONDS, seconds_text(SLOW_MILLISECONDS))]
    limits += [Threshold(time, f"p{percent}") for percent in SHOWN if (time := found.whole.times.get(percent))]
    return spread_of(asked, PROVIDER_LATENCY, found, limits)


def spread_of(asked: Asked, metric: Distribution, found: Answer, limits: Sequence[Threshold]) -> Chart:
    """A distribution of milliseconds in bars that grow by a factor."""
    ends, counts = gathered(found.spread)
    bounds = [int(GROWTH**end) for end in ends]
    labels = ["0" if not place else _short(each) for place, each in enumerate(bounds)]
    sample = found.whole.sample
    return Chart(
        code=f"{metric.code}-spread".replace("_", "-"),
        title=_("%(metric)s: how it is spread") % {"metric": _(metric.name)},
        reading=reading_of(metric, found.whole),
        figure=histogram(bounds, labels, [Mark(many if sample else None) for many in counts], limits),
        columns=[Column(_("From")), Column(_("To")), Column(_("Counted")), Column(_("Share"))],
        rows=[
            Row([low, high, f"{many:,}", percent_text(many * 10_000 // sample if sample else None)])
            for low, high, many in zip(labels, labels[1:], counts, strict=False)
        ],
        csv_url=asked.csv_url(metric),
        note=note_of(asked, metric, found, has_steps=False),
    )


def _short(milliseconds: int) -> str:
    """A bound as an axis has room for it."""
    if milliseconds < 1_000:
        return f"{milliseconds} ms"
    return (
        f"{milliseconds // 1_000}.{milliseconds % 1_000 // 100} s"
        if milliseconds < 60_000
        else seconds_text(milliseconds)
    )


def gathered(spread: Mapping[int, int]) -> tuple[list[int], list[int]]:
    """Buckets of `histograms` gathered into at most `MOST_BARS`: the buckets they end with, and how many in each.

    The first of the ends is where the first bar begins, so there is one more of them than of counts.
    """
    high = max(FIRST_BUCKET + MOST_BARS, *spread, 0)
    each = -(-(high - FIRST_BUCKET) // MOST_BARS)
    counts = [0] * -(-(high - FIRST_BUCKET) // each)
    for bucket, many in spread.items():
        counts[max(0, bucket - FIRST_BUCKET - 1) // each] += many
    return [FIRST_BUCKET + each * number for number in range(len(counts) + 1)], counts


def by_provider(asked: Asked) -> Chart:
    """How long each provider takes."""
    return percentiles_by(asked, PROVIDER_LATENCY, "provider")


def by_hour(asked: Asked) -> Chart:
    """At which hours of the day answers take longer, in the last weeks of the period."""
    first = max(asked.first_on, asked.last_on - timedelta(days=HOURS_OF - 1))
    told = replace(asked, first_on=first)
    chart = percentiles_by(told, PROVIDER_LATENCY, "hour", is_upright=True)
    if first == asked.first_on:
        return chart
    words = _("Of the last %(days)s days of the period.") % {"days": HOURS_OF}
    return replace(chart, note=f"{words} {chart.note}".strip())


def percentiles_by(asked: Asked, metric: Distribution, dimension: str, *, is_upright: bool = False) -> Chart:
    """The median and the slow end by the values of a dimension; upright ones stand in the order of the values."""
    found = whole_of(asked, metric, (dimension,))
    counted = [(values[0], figure) for values, figure in found.parts.items() if figure.sample]
    if not is_upright:
        counted = sorted(counted, key=lambda item: -item[1].sample)[:MOST_VALUES]
    urls = [asked.rows_url(metric, {dimension: value}) for value, _figure in counted]
    note = note_of(asked, metric, found, has_steps=False)
    series = [
        Series(
            f"p{percent}", [_bar(metric, figure, percent, url) for (_v, figure), url in zip(counted, urls, strict=True)]
        )
        for percent in SHOWN
    ]
    labels = [value_label(dimension, value) for value, _figure in counted]
    return Chart(
        code=f"{metric.code}-by-{dimension}".replace("_", "-"),
        title=titled(metric, dimension),
        reading=_slowest(metric, dimension, counted),
        figure=bars(
            labels, series if not is_upright else _unlabelled(series), _scale(metric), is_horizontal=not is_upright
        ),
        columns=columns_for(asked, metric, str(DIMENSIONS[dimension])),
        rows=[
            Row([told_label(label, figure), *figure_cells(metric, figure, "")], url=url)
            for label, (_value, figure), url in zip(labels, counted, urls, strict=True)
        ],
        csv_url=asked.csv_url(metric, (dimension,)),
        note=with_hatching(note, (mark for each in series for mark in each.marks)),
    )


def _bar(metric: Distribution, figure: Figure, percent: int, url: str) -> Mark:
    value = value_of(metric, figure, percent)
    # At a bar on a narrow screen there is no room to say that they are business days; the sentence above it does.
    text = time_text(value, Unit.DAYS) if metric is TIME_TO_CASH else figure_text(metric, figure, percent=percent)
    return Mark(value, sample=figure.sample, url=url, text=text, is_complete=figure.is_decided)


def _unlabelled(series: Sequence[Series]) -> list[Series]:
    """Over twenty-four upright bars no words find room."""
    return [replace(each, marks=[mark._replace(text="") for mark in each.marks]) for each in series]


def _scale(metric: Distribution) -> Scale:
    if metric is TIME_TO_PAY:
        return Scale(3_600_000, ",.2~f", ",.1f", _("%(number)s h") % {"number": ""})
    return scale_of(metric)


def _slowest(metric: Distribution, dimension: str, counted: Sequence[tuple[str, Figure]]) -> str:
    sound = [(value, figure) for value, figure in counted if not figure.is_small]
    if not sound:
        return _("No value rests on 30 or more.")
    value, figure = max(sound, key=lambda item: item[1].times.get(95) or 0)
    words = _("Slowest: %(value)s, where half took at most %(half)s and 95 %% at most %(most)s.")
    half, most = (time_text(figure.times.get(each), metric.unit) for each in SHOWN)
    return words % {"value": value_label(dimension, value), "half": half, "most": most}


def customers(asked: Asked) -> Chart:
    """How long customers take by method, and how much of it is waiting for them."""
    whole, waiting = (whole_of(asked, metric, ("method",)) for metric in (CUSTOMER_TIME, WAITING_TIME))
    shown = sorted(((values, figure) for values, figure in whole.parts.items() if figure.sample),
                   key=lambda item: -item[1].sample)[:MOST_VALUES]  # fmt: skip
    labels = [value_label("method", values[0]) for values, _figure in shown]
    urls = [asked.rows_url(CUSTOMER_TIME, {"method": values[0]}) for values, _figure in shown]
    beside = [waiting.parts.get(values) for values, _figure in shown]
    series = [
        Series(_("Whole time, p50"), [_half(figure, url) for (_v, figure), url in zip(shown, urls, strict=True)]),
        Series(_("Waiting for the customer, p50"), [_half(figure, "") for figure in beside]),
    ]
    texts = [[time_text(figure.times.get(each) if figure else None, Unit.MILLISECONDS) for each in (50, 95)]
             for figure in beside]  # fmt: skip
    return Chart(
        code="customer-time-waiting",
        title=_("Time of the customer and what of it is waiting"),
        reading=_waiting_in_words(whole.whole, waiting.whole),
        figure=bars(labels, series, scale_of(CUSTOMER_TIME), is_horizontal=True),
        columns=[*columns_for(asked, CUSTOMER_TIME, str(DIMENSIONS["method"])), Column(_("Waiting p50")),
                 Column(_("Waiting p95"))],
        rows=[
            Row([label, *figure_cells(CUSTOMER_TIME, figure, ""), *text], url=url)
            for label, (_values, figure), text, url in zip(labels, shown, texts, urls, strict=True)
        ],
        csv_url=asked.csv_url(CUSTOMER_TIME, ("method",)),
        more_files=asked.files((WAITING_TIME,), ("method",)),
        note=with_hatching(note_of(asked, CUSTOMER_TIME, whole, has_steps=False),
                           (mark for each in series for mark in each.marks)),
    )  # fmt: skip


def _waiting_in_words(whole: Figure, waiting: Figure) -> str:
    if not whole.sample:
        return _("Nothing was counted in this period.")
    words = _(
        "Half of %(sample)s payments took at most %(half)s; of that half waited at most %(waited)s for the customer."
    )
    half, waited = (time_text(each.times.get(50), Unit.MILLISECONDS) for each in (whole, waiting))
    return words % {"sample": f"{whole.sample:,}", "half": half, "waited": waited}


def _half(figure: Figure | None, url: str) -> Mark:
    if figure is None:
        return Mark(None)
    half = figure.times.get(50)
    return Mark(half, sample=figure.sample, url=url, text=time_text(half, Unit.MILLISECONDS))


def vouchers(asked: Asked) -> Chart:
    """How long vouchers wait to be paid."""
    return percentiles_by(asked, TIME_TO_PAY, "method")


def cash(asked: Asked) -> Chart:
    """In how many business days sales are paid out."""
    found = asked.ask(TIME_TO_CASH)
    days = range(min(found.spread, default=0), max(found.spread, default=0) + 1)
    labels = [time_text(each, TIME_TO_CASH.unit) for each in days]
    counts = [found.spread.get(each, 0) for each in days]
    marks = [Mark(many if found.spread else None, text=f"{many:,}") for many in counts]
    return Chart(
        code="time-to-cash-spread",
        title=_("%(metric)s: how it is spread") % {"metric": _(TIME_TO_CASH.name)},
        reading=reading_of(TIME_TO_CASH, found.whole),
        figure=bars([str(each) for each in days], [Series(_("Sales"), marks)], COUNT),
        columns=[Column(_("Business days"), is_number=False), Column(_("Sales"))],
        rows=[Row([label, f"{many:,}"]) for label, many in zip(labels, counts, strict=True)],
        csv_url=asked.csv_url(TIME_TO_CASH),
        note=note_of(asked, TIME_TO_CASH, found, has_steps=False),
    )


def cash_by_provider(asked: Asked) -> Chart:
    """How long each provider keeps the money."""
    return percentiles_by(asked, TIME_TO_CASH, "provider")


def slow(asked: Asked) -> Chart:
    """How many answers took longer than seven seconds."""
    return over_time(asked, SLOW_SHARE)


def slow_by_method(asked: Asked) -> Chart:
    """With which methods."""
    return by_value(asked, SLOW_SHARE, "method")


def unknown(asked: Asked) -> Chart:
    """Of how many attempts nobody knows the result."""
    return over_time(asked, UNKNOWN_SHARE)


TILES: Final[Sequence[Metric]] = (
    PROVIDER_LATENCY, SLOW_SHARE, CUSTOMER_TIME, TIME_TO_CASH, UNKNOWN_SHARE,
)  # fmt: skip
MORE: Final[Sequence[Metric]] = (WAITING_TIME, TIME_TO_PAY)
PANELS: Final = (
    latency, latency_spread, by_provider, slow_by_method, by_hour, slow, timeouts, unknown, customers, vouchers, cash,
    cash_by_provider,
)  # fmt: skip
