"""What each method costs at each provider, from the fees that they took, with how far other days like these may lie."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Final

from analytics.charts import PERCENT, Chart, Column, Mark, Row, Series, intervals
from analytics.dashboards.asking import LONG_DAYS, Asked
from analytics.dashboards.labels import DIMENSIONS, value_label
from analytics.dashboards.names import translated as _
from analytics.dashboards.notes import note_of, told_label, with_points
from analytics.dashboards.within import apart_text, cost_text, counted_text, hundredths
from analytics.dashboards.wording import money_text
from analytics.metrics.catalogue.costs import PAYMENT_COST
from analytics.metrics.intervals import FEWEST_DAYS, ratio
from analytics.rollups.questions import Answer, Figure, Step, Values

PLACE: Final = ("method", "currency", "provider")
"""What is alike comes first: providers stand beneath each other."""
COSTLY: Final = ("method", "provider")
"""The same of one currency."""
MOST_DRAWN: Final = 24
"""Places; the table has all."""
_Costly = tuple[str, str, Figure, Sequence[tuple[int, int]]]
"""Method, provider, their cost, and fees and gross of each of their days."""


def cost_by_step(asked: Asked) -> Answer:
    """The cost of each place by the day; over long periods by the week, or there is too much to add up."""
    return asked.ask(PAYMENT_COST, PLACE, Step.WEEK if asked.days >= LONG_DAYS else Step.DAY)


def days_of(found: Answer) -> Mapping[Values, list[tuple[int, int]]]:
    """By place: fees and gross of each step in which there are any."""
    days: dict[Values, list[tuple[int, int]]] = {}
    for (_at, values), figure in found.cells.items():
        if figure.part or figure.whole:
            days.setdefault(values, []).append((figure.part, figure.whole))
    return days


def cost_alike(asked: Asked) -> Chart:
    """What each method costs at each provider in the currency of the page, with its interval."""
    cost = cost_by_step(asked)
    found = _most_first(cost, asked.currency)
    drawn = found[:MOST_DRAWN]
    columns = (DIMENSIONS["method"], DIMENSIONS["provider"], _("Cost of payments"), _("Fees and their VAT"),
               _("Gross of the sales"), _("Sales"), _("Days or weeks"))  # fmt: skip
    remark = _("In brackets: where the cost of other days like these lies with 95 in 100; none of fewer than %(days)s.")
    marks = [_mark(*each[2:]) for each in drawn]
    notes = (remark % {"days": FEWEST_DAYS}, note_of(asked, PAYMENT_COST, cost, has_steps=False))
    return Chart(
        code="payment-cost-alike",
        title=_("Cost by method and provider, in %(currency)s") % {"currency": asked.currency},
        reading=_cheap_and_dear(found),
        figure=intervals([f"{value_label('method', each[0])} · {value_label('provider', each[1])}" for each in drawn],
                         [Series(_("Cost of payments"), marks)], PERCENT),
        columns=[Column(str(name), is_number=place > 1) for place, name in enumerate(columns)],
        rows=[
            Row([value_label("method", method), told_label(value_label("provider", provider), figure),
                 cost_text(figure, ratio(days)),
                 money_text(figure.part, asked.currency), money_text(figure.whole, asked.currency),
                 counted_text(figure.sample), f"{len(days):,}"])
            for method, provider, figure, days in found
        ],
        csv_url=asked.csv_url(PAYMENT_COST, COSTLY),
        note=with_points(" ".join(filter(None, notes)), marks),
    )  # fmt: skip


def _most_first(cost: Answer, currency: str) -> list[_Costly]:
    """What a currency has, a method's providers beneath each other and most sales first."""
    days = days_of(cost)
    found = [(values[0], values[2], figure, days[values]) for values, figure in cost.parts.items()
             if figure.whole and values[1] == currency]  # fmt: skip
    weights: dict[str, int] = {}
    for method, _provider, figure, _days in found:
        weights[method] = weights.get(method, 0) + figure.sample
    return sorted(found, key=lambda each: (-weights[each[0]], each[0], -each[2].sample, each[1]))


def _mark(figure: Figure, days: Sequence[tuple[int, int]]) -> Mark:
    low, high = ratio(days) or (None, None)
    return Mark(figure.share, sample=figure.sample, low=low, high=high, is_complete=figure.is_decided)


def _cheap_and_dear(found: Sequence[_Costly]) -> str:
    """Who is cheapest and who dearest at the method with most sales that two have, and whether that may be chance."""
    sound = [each for each in found if not each[2].is_small]
    for method, group in groupby(sound, key=lambda each: each[0]):
        ordered = sorted(group, key=lambda each: each[2].share or 0)
        if len(ordered) > 1:
            return _told(value_label("method", method), ordered[0], ordered[-1])
    return _("No method is settled by two providers with 30 or more sales each.")


def _told(method: str, cheap: _Costly, dear: _Costly) -> str:
    words = _("%(method)s costs %(least)s at %(cheap)s, %(most)s at %(dear)s.")
    called = {
        "method": method, "cheap": value_label("provider", cheap[1]), "dear": value_label("provider", dear[1]),
        "least": hundredths(cheap[2].part, cheap[2].whole), "most": hundredths(dear[2].part, dear[2].whole),
    }  # fmt: skip
    low, high = ratio(cheap[3]), ratio(dear[3])
    if low is None or high is None:
        return words % called
    return f"{words % called} {apart_text(is_apart=low[1] < high[0])}"
