"""The payment mix over time: its trend, its seasons, and the seasons of new and of returning customers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import dropwhile
from typing import Final

from analytics.charts import Chart, Column, Mark, Row, Series, Slot, heat_map, stacked
from analytics.dashboards.asking import Asked
from analytics.dashboards.drawing import placed
from analytics.dashboards.forms import dimensions_of
from analytics.dashboards.labels import DIMENSIONS, STEPS, value_label
from analytics.dashboards.names import translated as _
from analytics.dashboards.notes import is_whole, note_of, with_hatching, with_state
from analytics.dashboards.told import is_over
from analytics.dashboards.wording import percent_text, point_text
from analytics.metrics.catalogue.mix import PAYMENT_MIX
from analytics.rollups.questions import Answer, Figure, Point, Step

SEASONS: Final = 13
"""Months of the seasons: a year and the month it is held against."""
MOST: Final = 6
"""Methods told apart in one chart over time; the rest is drawn as one."""
MOST_OF_A_KIND: Final = 4
"""Methods whose seasons are drawn for each kind of customer; the table has all."""


def trend(asked: Asked) -> Chart:
    """The shares of the methods over time."""
    return _over_time(asked, _("Payment mix over time"), "payment-mix-time")


def seasons(asked: Asked) -> Chart:
    """The same by month over a year, whatever the period of the page begins with, of whom it is narrowed to."""
    chart = _over_time(_year(asked), _titled(asked), "payment-mix-seasons")
    return replace(chart, note=f"{_remark()} {chart.note}".strip())


def _year(asked: Asked) -> Asked:
    """The question by month of the last thirteen."""
    month = asked.last_on.year * 12 + asked.last_on.month - SEASONS
    return replace(asked, first_on=date(month // 12, month % 12 + 1, 1), step=Step.MONTH)


def _remark() -> str:
    return _("By month of the last thirteen, not of the period asked for.")


def _titled(asked: Asked, *more: str) -> str:
    """The title, with the segment that the page is narrowed to."""
    known = dimensions_of(PAYMENT_MIX)
    segment = [", ".join(value_label(name, value) for value in values)
               for name, values in asked.narrowed.items() if name in known]  # fmt: skip
    return " · ".join((_("Payment mix by season"), *more, *segment))


def _over_time(asked: Asked, title: str, code: str) -> Chart:
    """The methods that are used most, and all others together, by step."""
    found = asked.ask(PAYMENT_MIX, ("method",))
    ordered = [
        values[0] for values, figure in sorted(found.parts.items(), key=lambda item: -item[1].part) if figure.part
    ]
    told, rest = ordered[:MOST], ordered[MOST:]
    series = [Series(value_label("method", each), [_part(asked, found, point, [each]) for point in found.steps])
              for each in told]  # fmt: skip
    if rest:
        others = [_part(asked, found, point, rest) for point in found.steps]
        series.append(Series(_("All others"), others, Slot.COMPARED))
    step = str(STEPS[found.question.step])
    return Chart(
        code=code,
        title=title,
        reading=_leading_in_words(found, ordered),
        figure=stacked(list(found.steps), series),
        columns=[Column(step, is_number=False), *(Column(each.name) for each in series), Column(_("Payments"))],
        rows=[
            Row([with_state(point_text(point), is_complete=is_whole(point, found)),
                 *(_share_text(each.marks[place], figure.whole) for each in series),
                 f"{figure.whole:,}"], url=asked.rows_url(PAYMENT_MIX, at=point) if figure.whole else "")
            for place, (point, figure) in enumerate(found.steps.items())
        ],
        csv_url=asked.csv_url(PAYMENT_MIX, ("method",)),
        note=with_hatching(note_of(asked, PAYMENT_MIX, found),
                           (mark for each in series for mark in each.marks if mark.value)),
    )  # fmt: skip


def _part(asked: Asked, found: Answer, point: Point, values: Sequence[str]) -> Mark:
    """What was paid with some methods in a step; only one of them has rows to show."""
    many = sum(found.cells[point, (each,)].part for each in values if (point, (each,)) in found.cells)
    url = asked.rows_url(PAYMENT_MIX, {"method": values[0]}, point) if many and len(values) == 1 else ""
    return Mark(many, sample=found.steps[point].whole or None, url=url, is_complete=is_whole(point, found))


def _share_text(mark: Mark, whole: int) -> str:
    return percent_text(Figure(mark.value or 0, whole, whole).share)


def _leading_in_words(found: Answer, ordered: Sequence[str]) -> str:
    """The two largest of the whole period."""
    if not ordered:
        return _("Nothing was paid in this period.")
    shares = [(value_label("method", each), percent_text(found.parts[each,].share)) for each in ordered[:2]]
    words = _("%(method)s leads with %(share)s.") % {"method": shares[0][0], "share": shares[0][1]}
    if len(shares) == 1:
        return words
    then = _("Then comes %(method)s with %(share)s.") % {"method": shares[1][0], "share": shares[1][1]}
    return f"{words} {then}"


@dataclass(frozen=True, slots=True)
class _Line:
    """One method of one kind of customers, month by month."""

    kind: str
    method: str
    figures: Mapping[Point, Figure]
    """What of all that this kind paid in a month was paid with the method; no month in which it paid nothing."""

    @property
    def many(self) -> int:
        """Payments of all months."""
        return sum(each.part for each in self.figures.values())

    @property
    def narrowed(self) -> Mapping[str, str]:
        """What leads to its rows."""
        return {"method": self.method, "customer_kind": self.kind}

    @property
    def words(self) -> tuple[str, str]:
        """The kind of customers and the method."""
        return value_label("customer_kind", self.kind), value_label("method", self.method)


def seasons_by_customer(asked: Asked) -> Chart:
    """What new and what returning customers pay with, by month: each month of a kind adds up to all that it paid."""
    year = _year(asked)
    found = year.ask(PAYMENT_MIX, ("method", "customer_kind"))
    lines = _lines(found)
    drawn = [line for place, line in _numbered(lines) if place < MOST_OF_A_KIND]
    months = [*dropwhile(lambda point: not found.steps[point].whole, found.steps)]
    cells = [[_cell(year, found, line, point) for point in months] for line in drawn]
    names = (STEPS["month"], DIMENSIONS["customer_kind"], DIMENSIONS["method"], _("Share in the segment"),
             _("Payments"), _("Of the segment"))  # fmt: skip
    return Chart(
        code="payment-mix-seasons-customers",
        title=_titled(asked, str(DIMENSIONS["customer_kind"])),
        reading=_seasons_in_words(found, lines),
        figure=heat_map([" · ".join(line.words) for line in drawn], [f"{point:%Y-%m}" for point in months], cells),
        columns=[Column(str(name), is_number=place > 2) for place, name in enumerate(names)],
        rows=[
            Row([f"{point:%Y-%m}", *line.words, percent_text(one.share), f"{one.part:,}", f"{one.whole:,}"],
                url=year.rows_url(PAYMENT_MIX, line.narrowed, point))
            for point in found.steps for line in lines if (one := line.figures.get(point)) and one.part
        ],
        csv_url=year.csv_url(PAYMENT_MIX, ("method", "customer_kind")),
        note=with_hatching(f"{_remark()} {note_of(year, PAYMENT_MIX, found)}".strip(), placed(cells)),
    )  # fmt: skip


def _lines(found: Answer) -> list[_Line]:
    """Kinds with most payments first, and within each the methods with most."""
    sizes: dict[tuple[Point, str], int] = {}
    for (point, (_method, kind)), figure in found.cells.items():
        sizes[point, kind] = sizes.get((point, kind), 0) + figure.part
    weights: dict[str, int] = {}
    for (_point, kind), many in sizes.items():
        weights[kind] = weights.get(kind, 0) + many
    lines = [
        _Line(kind, method, {
            point: Figure(cell.part if (cell := found.cells.get((point, (method, kind)))) else 0, whole, whole)
            for point in found.steps if (whole := sizes.get((point, kind), 0))
        })
        for (method, kind), figure in found.parts.items() if figure.part
    ]  # fmt: skip
    return sorted(lines, key=lambda line: (-weights[line.kind], line.kind, -line.many, line.method))


def _numbered(lines: Sequence[_Line]) -> Iterator[tuple[int, _Line]]:
    """Each with its place among those of its kind, from 0."""
    counted: dict[str, int] = {}
    for line in lines:
        place = counted.get(line.kind, 0)
        counted[line.kind] = place + 1
        yield place, line


def _cell(year: Asked, found: Answer, line: _Line, point: Point) -> Mark | None:
    figure = line.figures.get(point)
    if figure is None:
        return None
    url = year.rows_url(PAYMENT_MIX, line.narrowed, point) if figure.part else ""
    return Mark(figure.share, sample=figure.whole, url=url, text=percent_text(figure.share),
                is_complete=is_over(point, found))  # fmt: skip


def _seasons_in_words(found: Answer, lines: Sequence[_Line]) -> str:
    """Of each of the two largest kinds the method that moves most, among months that are over and rest on enough."""
    words = _("%(segment)s: %(method)s moves most, from %(least)s in %(low)s to %(most)s in %(high)s.")
    told = []
    for kind in list(dict.fromkeys(line.kind for line in lines))[:2]:
        sound = [(line, {point: share for point, each in line.figures.items() if (share := each.share) is not None
                         and not each.is_small and is_over(point, found)})
                 for line in lines if line.kind == kind]  # fmt: skip
        moving = [(line, shares) for line, shares in sound if len(shares) > 1]
        if not moving:
            continue
        line, shares = max(moving, key=lambda item: max(item[1].values()) - min(item[1].values()))
        low, high = min(shares, key=lambda at: shares[at]), max(shares, key=lambda at: shares[at])
        segment, method = line.words
        told.append(words % {"segment": segment, "method": method, "low": f"{low:%Y-%m}", "high": f"{high:%Y-%m}",
                             "least": percent_text(shares[low]), "most": percent_text(shares[high])})  # fmt: skip
    return " ".join(told) or _nothing(lines)


def _nothing(lines: Sequence[_Line]) -> str:
    return _("No value rests on 30 or more.") if lines else _("Nothing was paid in this period.")
