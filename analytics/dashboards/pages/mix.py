"""The page of the payment mix: what is paid with, by whom, in which season, and what grows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from django.utils.translation import gettext as _

from analytics.charts import PERCENT, Chart, Column, Mark, Row, Series, Slot, bars, heat_map, stacked
from analytics.dashboards.asking import Asked
from analytics.dashboards.drawing import note_of, whole_of
from analytics.dashboards.labels import DIMENSIONS, STEPS, value_label
from analytics.dashboards.told import is_over
from analytics.dashboards.wording import NOTHING, money_text, percent_text, point_text
from analytics.metrics.catalogue.abandonment import REACHED
from analytics.metrics.catalogue.mix import PAID_AMOUNT, PAYMENT_MIX
from analytics.metrics.declarations import Metric
from analytics.rollups.questions import Answer, Figure, Point, Step

SEASONS: Final = 13
"""Months of the seasons: a year and the month it is held against."""
MOST: Final = 6
"""Methods told apart in one chart over time; the rest is drawn as one."""
MOST_SEGMENTS: Final = 8


def trend(asked: Asked) -> Chart:
    """The shares of the methods over time."""
    return _over_time(asked, _("Payment mix over time"), "payment-mix-time")


def seasons(asked: Asked) -> Chart:
    """The same by month over a year, whatever the period of the page begins with."""
    last = asked.last_on
    month = last.year * 12 + last.month - SEASONS
    year = replace(asked, first_on=date(month // 12, month % 12 + 1, 1), step=Step.MONTH)
    chart = _over_time(year, _("Payment mix by season"), "payment-mix-seasons")
    remark = _("By month of the last thirteen, not of the period asked for.")
    return replace(chart, note=f"{remark} {chart.note}".strip())


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
            Row([point_text(point), *(_share_text(each.marks[place], figure.whole) for each in series),
                 f"{figure.whole:,}"], url=asked.rows_url(PAYMENT_MIX, at=point) if figure.whole else "")
            for place, (point, figure) in enumerate(found.steps.items())
        ],
        csv_url=asked.csv_url(PAYMENT_MIX, ("method",)),
        note=note_of(asked, PAYMENT_MIX, found),
    )  # fmt: skip


def _part(asked: Asked, found: Answer, point: Point, values: Sequence[str]) -> Mark:
    """What was paid with some methods in a step; only one of them has rows to show."""
    many = sum(found.cells[point, (each,)].part for each in values if (point, (each,)) in found.cells)
    url = asked.rows_url(PAYMENT_MIX, {"method": values[0]}, point) if many and len(values) == 1 else ""
    return Mark(many, url=url, is_complete=is_over(point, found.question))


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
class Grown:
    """One method in the period and in the one before."""

    value: str
    now: Figure
    before: Figure
    amount: int
    """Minor units of the page's currency."""
    amount_before: int

    @property
    def moved(self) -> int | None:
        """Basis points of share won or lost."""
        if self.now.share is None or self.before.share is None:
            return None
        return self.now.share - self.before.share


def growth(asked: Asked) -> Chart:
    """Share and growth of each method against the period before."""
    now, before = asked.ask(PAYMENT_MIX, ("method",)), asked.ask_before(PAYMENT_MIX, Step.PERIOD, ("method",))
    grown = _grown(asked, now, before)
    rows = [
        Row([value_label("method", each.value), percent_text(each.now.share), percent_text(each.before.share),
             points_text(each.moved), f"{each.now.part:,}", growth_text(each.now.part, each.before.part),
             money_text(each.amount, asked.currency), growth_text(each.amount, each.amount_before)],
            url=asked.rows_url(PAYMENT_MIX, {"method": each.value}) if each.now.part else "")
        for each in grown
    ]  # fmt: skip
    columns = (_("Method"), _("Share"), _("Before"), _("Change"), _("Payments"), _("Growth"),
               _("Amount in %(currency)s") % {"currency": asked.currency}, _("Growth of the amount"))  # fmt: skip
    drawn = grown[:MOST_SEGMENTS]
    series = [Series(_("Share"), [_share(asked, each.now, {"method": each.value}) for each in drawn])]
    if before is not None:
        was = [Mark(each.before.share, sample=each.before.sample) for each in drawn]
        series.append(Series(_("Before"), was, Slot.COMPARED))
    return Chart(
        code="payment-mix-growth",
        title=_("Share and growth by method"),
        reading=_grown_in_words(grown),
        figure=bars([value_label("method", each.value) for each in drawn], series, PERCENT, is_horizontal=True),
        columns=[Column(name, is_number=place > 0) for place, name in enumerate(columns)],
        rows=rows,
        csv_url=asked.csv_url(PAYMENT_MIX, ("method",)),
        note=note_of(asked, PAYMENT_MIX, now, has_steps=False),
    )


def _grown(asked: Asked, now: Answer, before: Answer | None) -> list[Grown]:
    amounts = _amounts(whole_of(asked, PAID_AMOUNT, ("method",)))
    earlier = _amounts(asked.ask_before(PAID_AMOUNT, Step.PERIOD, ("method",)))
    was = before.parts if before else {}
    none_now = Figure(0, now.whole.whole, now.whole.sample)
    none_was = Figure(0, before.whole.whole, before.whole.sample) if before else Figure(0, 0, 0)
    found = [
        Grown(values[0], now.parts.get(values, none_now), was.get(values, none_was), amounts.get(values[0], 0),
              earlier.get(values[0], 0))
        for values in {*now.parts, *was}
    ]  # fmt: skip
    kept = [each for each in found if each.now.part or each.before.part]
    return sorted(kept, key=lambda each: (-each.now.part, -each.before.part, each.value))


def _amounts(found: Answer | None) -> dict[str, int]:
    return {values[0]: figure.part for values, figure in found.parts.items()} if found else {}


def points_text(basis_points: int | None) -> str:
    """A difference of two shares."""
    if basis_points is None:
        return NOTHING
    sign = "+" if basis_points > 0 else "−" if basis_points < 0 else "±"
    tenths = (abs(basis_points) + 5) // 10
    return _("%(sign)s%(points)s points") % {"sign": sign, "points": f"{tenths // 10}.{tenths % 10}"}


def growth_text(now: int, before: int) -> str:
    """How much more it is than before, in percent of that; `new` where there was nothing."""
    if not before:
        return _("new") if now else NOTHING
    moved = (abs(now - before) * 20_000 + before) // (2 * before)
    return f"{'+' if now > before else '−' if now < before else '±'}{percent_text(moved)}"


def _grown_in_words(grown: Sequence[Grown]) -> str:
    if not grown or not grown[0].now.whole:
        return _("Nothing was paid in this period.")
    sound = [each for each in grown if each.moved is not None and not each.before.is_small]
    first = grown[0]
    words = _("%(method)s leads with %(share)s.") % {
        "method": value_label("method", first.value), "share": percent_text(first.now.share)
    }  # fmt: skip
    if not sound:
        return words
    most = max(sound, key=lambda each: abs(each.moved or 0))
    moved = _("Moved most: %(method)s by %(points)s.")
    return f"{words} {moved % {'method': value_label('method', most.value), 'points': points_text(most.moved)}}"


def by_customer(asked: Asked) -> Chart:
    """What new and returning customers pay with."""
    return _by_segment(asked, "method", "customer_kind")


def by_currency(asked: Asked) -> Chart:
    """What is paid with in each currency."""
    return _by_segment(asked, "method", "currency")


def by_device(asked: Asked) -> Chart:
    """What each device pays with, of the checkouts that a shop told of."""
    return _by_segment(asked, "method", "device", REACHED["paid"])


def by_provider(asked: Asked) -> Chart:
    """Through whom each method is paid."""
    return _by_segment(asked, "provider", "method")


def _by_segment(asked: Asked, preferred: str, segment: str, metric: Metric = PAYMENT_MIX) -> Chart:
    """How each segment spreads over what it may prefer: every column adds up to all of the segment."""
    found = whole_of(asked, metric, (preferred, segment))
    counts = {values: figure.part for values, figure in found.parts.items() if figure.part}
    sizes = _sums(counts, 1)
    columns = sorted(sizes, key=lambda value: (-sizes[value], value))[:MOST_SEGMENTS]
    weights = _sums(counts, 0)
    rows = sorted(weights, key=lambda value: (-weights[value], value))

    def figure(row: str, column: str) -> Figure:
        return Figure(counts.get((row, column), 0), sizes[column], sizes[column])

    cells = [[_share(asked, figure(row, column), {preferred: row, segment: column}, metric)
              if (row, column) in counts else Mark(None) for column in columns] for row in rows]  # fmt: skip
    names = (DIMENSIONS[segment], DIMENSIONS[preferred], _("Share in the segment"), _("Payments"), _("Of the segment"))
    return Chart(
        code=f"payment-mix-{preferred}-{segment}".replace("_", "-"),
        title=" · ".join((_("What is preferred"), f"{DIMENSIONS[preferred]} × {DIMENSIONS[segment]}")),
        reading=_preferred_in_words(cells, (preferred, segment), rows, columns),
        figure=heat_map(_labels(preferred, rows), _labels(segment, columns), cells),
        columns=[Column(str(name), is_number=place > 1) for place, name in enumerate(names)],
        rows=[
            Row([value_label(segment, column), value_label(preferred, row), percent_text(figure(row, column).share),
                 f"{many:,}", f"{sizes[column]:,}"],
                url=asked.rows_url(metric, {preferred: row, segment: column}))
            for (row, column), many in sorted(counts.items(), key=lambda item: (-sizes[item[0][1]], -item[1]))
        ],
        csv_url=asked.csv_url(metric, (preferred, segment)),
        note=note_of(asked, metric, found, has_steps=False),
    )  # fmt: skip


def _share(asked: Asked, figure: Figure, narrowed: Mapping[str, str], metric: Metric = PAYMENT_MIX) -> Mark:
    url = asked.rows_url(metric, narrowed) if figure.part else ""
    return Mark(figure.share, sample=figure.sample, url=url, text=percent_text(figure.share))


def _sums(counts: Mapping[tuple[str, ...], int], place: int) -> dict[str, int]:
    found: dict[str, int] = {}
    for values, many in counts.items():
        found[values[place]] = found.get(values[place], 0) + many
    return found


def _labels(dimension: str, values: Sequence[str]) -> list[str]:
    return [value_label(dimension, value) for value in values]


def _preferred_in_words(
    cells: Sequence[Sequence[Mark]], names: tuple[str, str], rows: Sequence[str], columns: Sequence[str]
) -> str:
    """What each of the two largest segments prefers."""
    told = []
    for place, column in enumerate(columns[:2]):
        best = max(range(len(rows)), key=lambda row: cells[row][place].value or 0)
        words = _("%(segment)s: mostly %(preferred)s, %(share)s.")
        told.append(words % {"segment": value_label(names[1], column), "preferred": value_label(names[0], rows[best]),
                             "share": cells[best][place].text})  # fmt: skip
    return " ".join(told) or _("Nothing was paid in this period.")


TILES: Final[Sequence[Metric]] = (PAID_AMOUNT,)
MORE: Final[Sequence[Metric]] = (PAYMENT_MIX, REACHED["paid"])
PANELS: Final = (growth, trend, seasons, by_customer, by_device, by_currency, by_provider)
