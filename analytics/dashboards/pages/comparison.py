"""The page that compares providers: success with its interval, speed, cost and time to cash, like with like."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from analytics.charts import PERCENT, Chart, Column, Mark, Row, Series, intervals
from analytics.dashboards.asking import Asked
from analytics.dashboards.drawing import by_value, whole_of
from analytics.dashboards.labels import DIMENSIONS, value_label
from analytics.dashboards.names import translated as _
from analytics.dashboards.notes import late_words, note_of, told_label, with_points
from analytics.dashboards.pages.costs import PLACE, cost_alike
from analytics.dashboards.pages.places import places
from analytics.dashboards.pages.times import percentiles_by
from analytics.dashboards.within import apart_text, hundredths, share_ends, success, success_text
from analytics.dashboards.wording import NOTHING, figure_text, percent_text, time_text
from analytics.metrics.catalogue.costs import PAYMENT_COST
from analytics.metrics.catalogue.failure import ATTEMPT_FAILURE_RATE, FAILURE_RATE
from analytics.metrics.catalogue.times import PROVIDER_LATENCY, SLOW_SHARE, TIME_TO_CASH
from analytics.metrics.declarations import Metric
from analytics.rollups.questions import Answer, Figure, PeriodTooLong, Values

MOST_LINES: Final = 24
"""Of one method and provider each; the table has all."""


def _point(figure: Figure | None, url: str = "") -> Mark:
    if figure is None or figure.share is None:
        return Mark(None)
    low, high = share_ends(figure)
    return Mark(success(figure), sample=figure.whole, url=url, low=low, high=high)


def providers(asked: Asked) -> Chart:
    """Everything about each provider in one table; drawn is the success of its attempts and of whole payments."""
    attempts, groups = (whole_of(asked, each, ("provider",)) for each in (ATTEMPT_FAILURE_RATE, FAILURE_RATE))
    others = [_parts(asked, each) for each in (PROVIDER_LATENCY, PAYMENT_COST, TIME_TO_CASH)]
    shown = _most_first(attempts)
    urls = [asked.rows_url(ATTEMPT_FAILURE_RATE, {"provider": values[0]}, side="whole") for values in shown]
    series = [
        Series(_("Attempts"), [_point(attempts.parts[each], url) for each, url in zip(shown, urls, strict=True)]),
        Series(_("Payments"), [_point(groups.parts.get(each)) for each in shown]),
    ]
    labels = [value_label("provider", values[0]) for values in shown]
    remarks = (
        _("In brackets: where the true share lies with 95 in 100."),
        note_of(asked, ATTEMPT_FAILURE_RATE, attempts, has_steps=False),
        late_words(asked.question(TIME_TO_CASH, ("provider",))),
    )
    return Chart(
        code="providers",
        title=_("Providers side by side"),
        reading=_best_and_worst(attempts, shown),
        figure=intervals(labels, series, PERCENT),
        columns=[Column(str(DIMENSIONS["provider"]), is_number=False), *map(Column, _columns(asked))],
        rows=[
            Row([label, f"{attempts.parts[each].whole:,}", success_text(attempts.parts[each]),
                 success_text(groups.parts.get(each)), *_others(each, others)], url=url)
            for label, each, url in zip(labels, shown, urls, strict=True)
        ],
        csv_url=asked.csv_url(ATTEMPT_FAILURE_RATE, ("provider",)),
        more_files=asked.files((FAILURE_RATE, PROVIDER_LATENCY, PAYMENT_COST, TIME_TO_CASH), ("provider",)),
        note=with_points(" ".join(filter(None, remarks)), (mark for each in series for mark in each.marks)),
        is_table_open=True,
    )  # fmt: skip


def _columns(asked: Asked) -> list[str]:
    cost = _("Cost in %(currency)s") % {"currency": asked.currency}
    return [_("Attempts"), _("Success of attempts"), _("Success of payments"), "p50", "p95", _("Over 7 s"), cost,
            _("Time to cash p50"), _("Time to cash p95")]  # fmt: skip


def _parts(asked: Asked, metric: Metric) -> Mapping[Values, Figure]:
    """By provider; nothing where the filters of the page can't be answered for such a period."""
    try:
        return whole_of(asked, metric, ("provider",)).parts
    except PeriodTooLong:
        return {}


def _others(provider: Values, others: Sequence[Mapping[Values, Figure]]) -> list[str]:
    latency, cost, cash = (each.get(provider) for each in others)
    slow = percent_text(latency.share) if latency and latency.sample else NOTHING
    return [
        *(figure_text(PROVIDER_LATENCY, latency, percent=each) if latency else NOTHING for each in (50, 95)), slow,
        told_label(hundredths(cost.part, cost.whole), cost) if cost else NOTHING,
        *(told_label(time_text(cash.times.get(each), TIME_TO_CASH.unit), cash) if cash else NOTHING
          for each in (50, 95)),
    ]  # fmt: skip


def _most_first(found: Answer) -> list[Values]:
    counted = [(values, figure) for values, figure in found.parts.items() if figure.whole and all(values)]
    return [values for values, _figure in sorted(counted, key=lambda item: -item[1].whole)]


def _best_and_worst(found: Answer, shown: Sequence[Values]) -> str:
    """Who is best and who worst, and whether the figures can tell them apart."""
    sound = [(values, found.parts[values]) for values in shown if not found.parts[values].is_small]
    if len(sound) < 2:
        return _("Fewer than two rest on 30 or more: there is nothing to compare.")
    ordered = sorted(sound, key=lambda item: success(item[1]) or 0)
    (worst, low), (best, high) = ordered[0], ordered[-1]
    words = _("Of the attempts at %(best)s %(most)s succeed, at %(worst)s %(least)s.")
    is_apart = share_ends(low)[1] < share_ends(high)[0]
    called = {"best": value_label("provider", best[-1]), "most": percent_text(success(high)),
              "worst": value_label("provider", worst[-1]), "least": percent_text(success(low))}  # fmt: skip
    return f"{words % called} {apart_text(is_apart=is_apart)}"


def _best_and_worst_alike(found: Answer, shown: Sequence[Values], name: str) -> str:
    """The same of the method or currency with most attempts that several providers have."""
    for value in dict.fromkeys(values[0] for values in shown):
        alike = [values for values in shown if values[0] == value and not found.parts[values].is_small]
        if len(alike) > 1:
            return f"{value_label(name, value)}: {_best_and_worst(found, alike)}"
    return _("Nothing is offered by two providers with 30 or more attempts each.")


def _called(names: Sequence[str], values: Values) -> str:
    return " · ".join(value_label(name, value) for name, value in zip(names, values, strict=True))


def like_with_like(asked: Asked, names: tuple[str, str], title: str, found: Answer) -> Chart:
    """Success of providers at the same method or currency, beneath each other."""
    metric = ATTEMPT_FAILURE_RATE
    shown = _most_first(found)
    weights = {values[0]: sum(found.parts[each].whole for each in shown if each[0] == values[0]) for values in shown}
    shown = sorted(shown, key=lambda values: (-weights[values[0]], values[0], -found.parts[values].whole))
    urls = [asked.rows_url(metric, dict(zip(names, each, strict=True)), side="whole") for each in shown]
    drawn = shown[:MOST_LINES]
    marks = [_point(found.parts[each], url) for each, url in zip(drawn, urls, strict=False)]
    return Chart(
        code=f"{metric.code}-like-{names[0]}".replace("_", "-"),
        title=title,
        reading=_best_and_worst_alike(found, shown, names[0]),
        figure=intervals([_called(names, each) for each in drawn], [Series(_("Attempts"), marks)], PERCENT),
        columns=[*(Column(str(DIMENSIONS[name]), is_number=False) for name in names), Column(_("Success of attempts")),
                 Column(_("Attempts"))],
        rows=[
            Row([*(value_label(name, value) for name, value in zip(names, each, strict=True)),
                 success_text(found.parts[each]), f"{found.parts[each].whole:,}"], url=url)
            for each, url in zip(shown, urls, strict=True)
        ],
        csv_url=asked.csv_url(metric, names),
        note=with_points(note_of(asked, metric, found, has_steps=False), marks),
    )  # fmt: skip


def by_method(asked: Asked) -> Chart:
    """The same method at several providers, in the currency of the page."""
    title = _("Success by method and provider, in %(currency)s") % {"currency": asked.currency}
    told = replace(asked, narrowed={**asked.narrowed, "currency": (asked.currency,)})
    # What lies apart by currency too is asked for the table of places: here it is only picked.
    found = whole_of(asked, ATTEMPT_FAILURE_RATE, PLACE)
    parts: dict[Values, Figure] = {
        (method, provider): figure for (method, currency, provider), figure in found.parts.items()
        if currency == asked.currency
    }  # fmt: skip
    part, whole = (sum(getattr(each, side) for each in parts.values()) for side in ("part", "whole"))
    picked = replace(found, parts=parts, whole=Figure(part, whole, whole))
    return like_with_like(told, ("method", "provider"), title, picked)


def by_currency(asked: Asked) -> Chart:
    """The same currency at several providers."""
    names = ("currency", "provider")
    found = whole_of(asked, ATTEMPT_FAILURE_RATE, names)
    return like_with_like(asked, names, _("Success by currency and provider"), found)


def latency(asked: Asked) -> Chart:
    """How long each provider takes."""
    return percentiles_by(asked, PROVIDER_LATENCY, "provider")


def cost(asked: Asked) -> Chart:
    """What each provider costs."""
    return by_value(asked, PAYMENT_COST, "provider")


def cash(asked: Asked) -> Chart:
    """How long each provider keeps the money."""
    return percentiles_by(asked, TIME_TO_CASH, "provider")


TILES: Final[Sequence[Metric]] = (ATTEMPT_FAILURE_RATE, PROVIDER_LATENCY, PAYMENT_COST, TIME_TO_CASH)
MORE: Final[Sequence[Metric]] = (FAILURE_RATE, SLOW_SHARE)
PANELS: Final = (providers, places, by_method, by_currency, latency, cost, cost_alike, cash)
