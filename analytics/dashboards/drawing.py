"""Charts that several pages show, made from answers: over time, by value, as a grid, as a histogram, as a mix."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from analytics.charts import Chart, Column, Mark, Row, Series, bars, heat_map, line
from analytics.dashboards.asking import Asked
from analytics.dashboards.labels import DIMENSIONS, STEPS, value_label
from analytics.dashboards.names import translated as _
from analytics.dashboards.notes import (
    compared_note,
    has_any,
    is_whole,
    note_of,
    told_label,
    with_hatching,
    with_points,
    with_state,
)
from analytics.dashboards.told import is_over
from analytics.dashboards.wording import (
    NOTHING,
    figure_text,
    money_text,
    percent_text,
    point_text,
    reading_in,
    reading_of,
    scale_of,
    time_text,
    value_of,
)
from analytics.metrics.declarations import Amount, Clock, Distribution, Metric, Mix
from analytics.rollups.questions import PERCENTILES, Answer, Figure, Point, Step, Values


def over_time(asked: Asked, metric: Metric, percent: int = 95) -> Chart:
    """One metric by step, beside the period that it is compared with."""
    found, before = asked.ask(metric), asked.ask_before(metric)
    marks = marks_of(asked, found, percent)
    compared: Series | None = None
    earlier: list[str] = []
    if before is not None:
        # A line without points can't mark what rests on little: a day with one payment would be its peak. A sum is a
        # fact however little it is of.
        is_sum = isinstance(metric, Amount)
        was = [
            Mark(value if is_sum or not figure.is_small else None, sample=figure.sample)
            for value, figure in zip(_values(before, percent), before.steps.values(), strict=True)
        ]
        compared = Series(_("Before"), _as_long(was, len(marks))) if has_any(before) else None
        earlier = [figure_text(metric, figure, asked.currency, percent) for figure in before.steps.values()]
    name = f"{_(metric.name)} p{percent}" if isinstance(metric, Distribution) else _(metric.name)
    return Chart(
        code=f"{metric.code}-time".replace("_", "-"),
        title=_(metric.name),
        reading=reading_in(found, asked.currency),
        figure=line(list(found.steps), [Series(name, marks)], scale_of(metric, asked.currency), compared=compared),
        columns=[*columns_for(asked, metric), *([Column(_("Before"))] if before is not None else [])],
        rows=_beside([row_at(asked, metric, found, *step) for step in found.steps.items()], earlier),
        csv_url=asked.csv_url(metric),
        note=" ".join(filter(None, (with_points(note_of(asked, metric, found), marks), compared_note(found, before)))),
    )


def percentiles_over_time(asked: Asked, metric: Distribution) -> Chart:
    """The percentiles of a distribution by step."""
    found = asked.ask(metric)
    marks = list(zip(marks_of(asked, found, PERCENTILES[0]), found.steps.values(), strict=True))
    series = [
        Series(f"p{percent}", [mark if mark.value is None else _at_percent(mark, figure, percent)
                               for mark, figure in marks])
        for percent in PERCENTILES
    ]  # fmt: skip
    return Chart(
        code=f"{metric.code}-percentiles".replace("_", "-"),
        title=_(metric.name),
        reading=reading_of(metric, found.whole),
        figure=line(list(found.steps), series, scale_of(metric)),
        columns=columns_for(asked, metric),
        rows=[row_at(asked, metric, found, point, figure) for point, figure in found.steps.items()],
        csv_url=asked.csv_url(metric),
        note=with_points(note_of(asked, metric, found), (mark for mark, _figure in marks)),
    )


def _at_percent(mark: Mark, figure: Figure, percent: int) -> Mark:
    return Mark(figure.times[percent], mark.sample, mark.url, is_complete=mark.is_complete)


def by_value(asked: Asked, metric: Metric, dimension: str, percent: int = 95, most: int = 12) -> Chart:
    """One metric by the values of a dimension, those that rest on most first."""
    found = whole_of(asked, metric, (dimension,))
    ordered = sorted(found.parts.items(), key=lambda item: -item[1].sample)
    shown = [(values[0], figure) for values, figure in ordered if figure.sample][:most]
    marks = [
        Mark(value_of(metric, figure, percent), sample=figure.sample, text=figure_text(metric, figure, asked.currency,
             percent), url=asked.rows_url(metric, {dimension: value}), is_complete=figure.is_decided)
        for value, figure in shown
    ]  # fmt: skip
    labels = [value_label(dimension, value) for value, _figure in shown]
    return Chart(
        code=f"{metric.code}-by-{dimension}".replace("_", "-"),
        title=titled(metric, dimension),
        reading=reading_of_parts(metric, dimension, shown, asked.currency, percent),
        figure=bars(labels, [Series(_(metric.name), marks)], scale_of(metric, asked.currency), is_horizontal=True),
        columns=columns_for(asked, metric, str(DIMENSIONS[dimension])),
        rows=[
            Row([told_label(label, figure), *figure_cells(metric, figure, asked.currency)], url=mark.url)
            for label, (_value, figure), mark in zip(labels, shown, marks, strict=True)
        ],
        csv_url=asked.csv_url(metric, (dimension,)),
        note=with_hatching(note_of(asked, metric, found, has_steps=False), marks),
    )


def charts_of(asked: Asked, found: Answer) -> list[Chart]:
    """What an answer looks like: by its split of one or two, and by step. All of a mix is always all of it."""
    metric, split = found.question.metric, found.question.split
    charts = []
    match split:
        case (dimension,):
            charts.append(by_value(asked, metric, dimension))
        case (down, across):
            charts.append(grid(asked, metric, down, across))
    if isinstance(metric, Distribution):
        charts.append(percentiles_over_time(asked, metric))
    elif not isinstance(metric, Mix):
        charts.append(over_time(asked, metric))
    return charts


def whole_of(asked: Asked, metric: Metric, split: tuple[str, ...]) -> Answer:
    """The answer of a chart without steps: long ones are fewer to add up. People are counted in those of the page."""
    return asked.ask(metric, split, None if metric.facts.clock is Clock.PERIOD else Step.PERIOD)


def titled(metric: Metric, *dimensions: str) -> str:
    """A metric and by what it is told apart."""
    return f"{_(metric.name)} · {' × '.join(str(DIMENSIONS[each]) for each in dimensions)}"


def grid(asked: Asked, metric: Metric, down: str, across: str, percent: int = 95) -> Chart:
    """One metric by two dimensions at once."""
    found = whole_of(asked, metric, (down, across))
    counted = {values: figure for values, figure in found.parts.items() if figure.sample}
    rows, columns = (_by_weight(counted, place) for place in (0, 1))

    def cell(row: str, column: str) -> Mark | None:
        figure = counted.get((row, column))
        if figure is None:
            return None
        url = asked.rows_url(metric, {down: row, across: column})
        text = figure_text(metric, figure, asked.currency, percent)
        value = value_of(metric, figure, percent)
        return Mark(value, sample=figure.sample, text=text, url=url, is_complete=figure.is_decided)

    cells = [[cell(row, column) for column in columns] for row in rows]
    return Chart(
        code=f"{metric.code}-{down}-{across}".replace("_", "-"),
        title=titled(metric, down, across),
        reading=_reading_of_cells(metric, (down, across), counted, asked.currency, percent),
        figure=heat_map(_labels(down, rows), _labels(across, columns), cells),
        columns=[Column(str(DIMENSIONS[down]), is_number=False), Column(str(DIMENSIONS[across]), is_number=False),
                 *figure_columns(metric)],
        rows=[
            Row([value_label(down, one), told_label(value_label(across, other), figure),
                 *figure_cells(metric, figure, asked.currency)], url=asked.rows_url(metric, {down: one, across: other}))
            for (one, other), figure in sorted(counted.items(), key=lambda item: -item[1].sample)
        ],
        csv_url=asked.csv_url(metric, (down, across)),
        note=with_hatching(note_of(asked, metric, found, has_steps=False), placed(cells)),
    )  # fmt: skip


def placed(cells: Sequence[Sequence[Mark | None]]) -> list[Mark]:
    """The cells of a grid that there are."""
    return [each for line_of in cells for each in line_of if each is not None and each.value is not None]


def _labels(dimension: str, values: Sequence[str]) -> list[str]:
    return [value_label(dimension, value) for value in values]


def marks_of(asked: Asked, found: Answer, percent: int) -> list[Mark]:
    """The points of a line, each with the way to its rows."""
    metric = found.question.metric
    return [
        Mark(
            value,
            sample=figure.sample,
            url=asked.rows_url(metric, at=point) if figure.sample else "",
            is_complete=is_whole(point, found),
        )
        for value, (point, figure) in zip(_values(found, percent), found.steps.items(), strict=True)
    ]


def _values(found: Answer, percent: int) -> list[int | None]:
    """What is drawn of each step: nothing where nothing was counted. A sum is nought there, once counting has begun."""
    metric = found.question.metric
    values: list[int | None] = []
    has_begun = False
    for point, figure in found.steps.items():
        has_begun = has_begun or figure.sample > 0
        is_nought = isinstance(metric, Amount) and has_begun and is_over(point, found)
        values.append(value_of(metric, figure, percent) if figure.whole or figure.part or is_nought else None)
    return values


def row_at(asked: Asked, metric: Metric, found: Answer, point: Point, figure: Figure) -> Row:
    """One step as a row of a table."""
    text = with_state(point_text(point), is_complete=is_whole(point, found))
    return Row(
        [text, *figure_cells(metric, figure, asked.currency)],
        url=asked.rows_url(metric, at=point) if figure.sample else "",
    )


def columns_for(asked: Asked, metric: Metric, first: str = "") -> list[Column]:
    """The columns of a table of a metric; the first is the step when nothing else is named."""
    return [Column(first or str(STEPS[asked.question(metric).step]), is_number=False), *figure_columns(metric)]


def figure_columns(metric: Metric) -> list[Column]:
    """The columns of a figure: what it is and what it rests on."""
    if isinstance(metric, Distribution):
        slow = [Column(_("Over 7 s"))] if metric.slow else []
        return [*(Column(f"p{percent}") for percent in PERCENTILES), *slow, Column(_("Counted"))]
    above = [] if isinstance(metric, Amount) else [Column(_("Above the line"))]
    return [Column(_(metric.name)), *above, Column(_("Counted"))]


def figure_cells(metric: Metric, figure: Figure, currency: str) -> list[str]:
    """The cells behind the first, in the order of `figure_columns`."""
    sample = f"{figure.sample:,}"
    if isinstance(metric, Distribution):
        slow, unit = [percent_text(figure.share)] if metric.slow else [], metric.unit
        return [*[time_text(figure.times.get(percent), unit) for percent in PERCENTILES], *slow, sample]
    if isinstance(metric, Amount):
        return [figure_text(metric, figure, currency), sample]
    part = money_text(figure.part, currency) if metric.is_per_currency else f"{figure.part:,}"
    return [figure_text(metric, figure, currency), part, sample]


def _as_long(marks: Sequence[Mark], length: int) -> list[Mark]:
    return [*marks[:length], *(Mark(None) for _missing in range(length - len(marks)))]


def _beside(rows: Sequence[Row], earlier: Sequence[str]) -> list[Row]:
    """The rows with the figures of the period before in a last column, where there is one."""
    if not earlier:
        return list(rows)
    told = [*earlier[: len(rows)], *[NOTHING] * (len(rows) - len(earlier))]
    return [row._replace(cells=[*row.cells, text]) for row, text in zip(rows, told, strict=True)]


def _by_weight(counted: Mapping[Values, Figure], place: int) -> list[str]:
    """The values of one of the dimensions, those with the largest samples first."""
    weights: dict[str, int] = {}
    for values, figure in counted.items():
        weights[values[place]] = weights.get(values[place], 0) + figure.sample
    return sorted(weights, key=lambda value: (-weights[value], value))


def reading_of_parts(
    metric: Metric, dimension: str, shown: Sequence[tuple[str, Figure]], currency: str, percent: int = 95
) -> str:
    """Which value has least and which most; left out are those that rest on too little, and what nobody told."""
    sound = [(value, figure) for value, figure in shown if value and not figure.is_small]
    if not sound:
        return _("No value rests on 30 or more.")
    ordered = sorted(sound, key=lambda item: value_of(metric, item[1], percent) or 0)
    low, high = ordered[0], ordered[-1]
    if low is high:
        return f"{value_label(dimension, low[0])}: {figure_text(metric, low[1], currency, percent)}"
    words = _("Lowest: %(low)s with %(least)s; highest: %(high)s with %(most)s.")
    return words % {
        "low": value_label(dimension, low[0]), "least": figure_text(metric, low[1], currency, percent),
        "high": value_label(dimension, high[0]), "most": figure_text(metric, high[1], currency, percent),
    }  # fmt: skip


def _reading_of_cells(
    metric: Metric, dimensions: tuple[str, str], counted: Mapping[Values, Figure], currency: str, percent: int
) -> str:
    sound = {values: figure for values, figure in counted.items() if not figure.is_small}
    if not sound:
        return _("No value rests on 30 or more.")
    values, figure = max(sound.items(), key=lambda item: value_of(metric, item[1], percent) or 0)
    called = " · ".join(value_label(name, value) for name, value in zip(dimensions, values, strict=True))
    return _("Highest: %(high)s with %(most)s.") % {
        "high": called, "most": figure_text(metric, figure, currency, percent)
    }  # fmt: skip
