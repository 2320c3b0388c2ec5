"""The page of the payment mix: what is paid with, by whom, in which season, and what grows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from analytics.charts import PERCENT, Chart, Column, Mark, Row, Series, Slot, bars, heat_map
from analytics.dashboards.asking import Asked
from analytics.dashboards.drawing import placed, whole_of
from analytics.dashboards.labels import DIMENSIONS, value_label
from analytics.dashboards.names import translated as _
from analytics.dashboards.notes import began_within, compared_note, has_any, note_of, with_hatching
from analytics.dashboards.pages.seasons import seasons, seasons_by_customer, trend
from analytics.dashboards.wording import NOTHING, money_text, percent_text
from analytics.metrics.catalogue.abandonment import REACHED
from analytics.metrics.catalogue.mix import PAID_AMOUNT, PAYMENT_MIX
from analytics.metrics.declarations import Metric
from analytics.rollups.questions import Answer, Figure, Step

MOST_SEGMENTS: Final = 8


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
    now, before = asked.ask(PAYMENT_MIX, ("method",)), asked.ask_before(PAYMENT_MIX, split=("method",))
    is_new = began_within(now, before)
    # The same for the currency of the page, which the tile of the page asks too.
    is_new_money = began_within(asked.ask(PAID_AMOUNT), asked.ask_before(PAID_AMOUNT))
    grown = _grown(asked, now, before)
    rows = [
        Row([value_label("method", each.value), percent_text(each.now.share), percent_text(each.before.share),
             points_text(each.moved), f"{each.now.part:,}",
             NOTHING if is_new else growth_text(each.now.part, each.before.part),
             money_text(each.amount, asked.currency),
             NOTHING if is_new_money else growth_text(each.amount, each.amount_before)],
            url=asked.rows_url(PAYMENT_MIX, {"method": each.value}) if each.now.part else "")
        for each in grown
    ]  # fmt: skip
    columns = (_("Method"), _("Share"), _("Before"), _("Change"), _("Payments"), _("Growth"),
               _("Amount in %(currency)s") % {"currency": asked.currency}, _("Growth of the amount"))  # fmt: skip
    drawn = grown[:MOST_SEGMENTS]
    series = [Series(_("Share"), [_share(asked, each.now, {"method": each.value}) for each in drawn])]
    if before is not None and has_any(before):
        was = [Mark(each.before.share, sample=each.before.sample) for each in drawn]
        series.append(Series(_("Before"), was, Slot.COMPARED))
    notes = (
        note_of(asked, PAYMENT_MIX, now, has_steps=False),
        compared_note(now, before),
        _("No growth is told: on most days of the period that it is compared with nothing was counted yet.")
        if is_new or is_new_money else "",
    )  # fmt: skip
    return Chart(
        code="payment-mix-growth",
        title=_("Share and growth by method"),
        reading=_grown_in_words(grown),
        figure=bars([value_label("method", each.value) for each in drawn], series, PERCENT, is_horizontal=True),
        columns=[Column(name, is_number=place > 0) for place, name in enumerate(columns)],
        rows=rows,
        csv_url=asked.csv_url(PAYMENT_MIX, ("method",)),
        more_files=asked.files((PAID_AMOUNT,), ("method",)),
        note=with_hatching(" ".join(filter(None, notes)), (mark for each in series for mark in each.marks)),
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


def by_country(asked: Asked) -> Chart:
    """What each country pays with."""
    return _by_segment(asked, "method", "country")


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
        note=with_hatching(note_of(asked, metric, found, has_steps=False), placed(cells)),
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
PANELS: Final = (
    growth, trend, seasons, seasons_by_customer, by_country, by_customer, by_device, by_currency, by_provider,
)  # fmt: skip
