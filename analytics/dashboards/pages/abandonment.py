"""The page of abandonment: how many checkouts are not paid, where they are left, and what comes back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final

from analytics.charts import COUNT, PERCENT, Chart, Column, Mark, Row, Series, Slot, bars, funnel
from analytics.dashboards.asking import Asked
from analytics.dashboards.drawing import by_value, over_time, whole_of
from analytics.dashboards.labels import DIMENSIONS, value_label
from analytics.dashboards.names import translated as _
from analytics.dashboards.notes import note_of, with_hatching
from analytics.dashboards.wording import percent_text
from analytics.metrics.catalogue.abandonment import (
    ABANDONMENT,
    CUSTOMERS_NOT_COMPLETED,
    PAYMENT_STEP_ABANDONMENT,
    REACHED,
    RECOVERED_CHECKOUTS,
    VOUCHER_EXPIRY,
)
from analytics.metrics.declarations import Metric
from analytics.rollups.questions import Answer, Figure, Step

FEW_WEEKS: Final = 92
"""Days; people of longer periods are told by the month."""


def rate_over_time(asked: Asked) -> Chart:
    """The rate for the window that was chosen, beside the period before."""
    return over_time(asked, ABANDONMENT[asked.window])


def steps(asked: Asked) -> Chart:
    """How far checkouts get: started, method chosen, submitted, paid."""
    found = {code: whole_of(asked, metric, ()) for code, metric in REACHED.items()}
    started = next(iter(found.values())).whole.whole
    counts = [started, *(each.whole.part for each in found.values())]
    urls = [asked.rows_url(REACHED["method"], side="whole"), *(asked.rows_url(each) for each in REACHED.values())]
    labels = [_("Started"), *(_(each.name) for each in REACHED.values())]
    marks, rows = [], []
    for place, (label, many, url) in enumerate(zip(labels, counts, urls, strict=True)):
        of_all, of_last = _percent(many, started), _percent(many, counts[max(0, place - 1)])
        way = url if many else ""
        marks.append(Mark(many if started else None, sample=started, url=way, text=f"{many:,} · {of_all}"))
        rows.append(Row([label, f"{many:,}", of_all, of_last], url=way))
    return Chart(
        code="checkout-funnel",
        title=_("How far checkouts get"),
        reading=_steps_in_words(labels, counts),
        figure=funnel(labels, marks),
        columns=[Column(_("Stage"), is_number=False), Column(_("Checkouts")), Column(_("Of all that were started")),
                 Column(_("Of the step before"))],
        rows=rows,
        csv_url=asked.csv_url(REACHED["paid"]),
        more_files=asked.files((REACHED["method"], REACHED["submit"])),
        note=with_hatching(note_of(asked, REACHED["paid"], found["paid"], has_steps=False), marks),
    )  # fmt: skip


def steps_by_device(asked: Asked) -> Chart:
    """The same by device, as shares of what was started on each."""
    return _steps_by(asked, "device", _("How far checkouts get, by device"), "")


def steps_by_method(asked: Asked) -> Chart:
    """The same by method; before one is chosen a checkout has none."""
    return _steps_by(
        asked,
        "method",
        _("How far checkouts get, by method"),
        _("Checkouts that were left before a method was chosen have none: those are in the line without a name."),
    )


def _steps_by(asked: Asked, dimension: str, title: str, remark: str) -> Chart:
    found = {code: whole_of(asked, metric, (dimension,)) for code, metric in REACHED.items()}
    wholes = next(iter(found.values())).parts
    values = [values for values, figure in sorted(wholes.items(), key=lambda item: -item[1].whole) if figure.whole]
    labels = [value_label(dimension, values[0]) for values in values]
    drawn = [values for values in values if dimension != "method" or values[0]][:8]
    series = [
        Series(_(REACHED[code].name), [_share_mark(asked, REACHED[code], answer.parts[each], dimension, each[0])
                                       for each in drawn])
        for code, answer in found.items()
        if dimension != "method" or code != "method"
    ]  # fmt: skip
    rows = [
        Row(
            [label, f"{wholes[each].whole:,}", *(f"{answer.parts[each].part:,}" for answer in found.values()),
             percent_text(found["paid"].parts[each].share)],
            url=asked.rows_url(REACHED["method"], {dimension: each[0]}, side="whole"),
        )
        for label, each in zip(labels, values, strict=True)
    ]  # fmt: skip
    notes = (remark, note_of(asked, REACHED["paid"], found["paid"], has_steps=False))
    columns = [DIMENSIONS[dimension], _("Started"), *(_(each.name) for each in REACHED.values()), _("Paid of started")]
    return Chart(
        code=f"checkout-funnel-{dimension}",
        title=title,
        reading=_best_in_words(found["paid"], dimension),
        figure=bars([value_label(dimension, each[0]) for each in drawn], series, PERCENT, is_horizontal=True),
        columns=[Column(str(name), is_number=place > 0) for place, name in enumerate(columns)],
        rows=rows,
        csv_url=asked.csv_url(REACHED["paid"], (dimension,)),
        more_files=asked.files((REACHED["method"], REACHED["submit"]), (dimension,)),
        note=with_hatching(" ".join(filter(None, notes)), (mark for each in series for mark in each.marks)),
    )


def _share_mark(asked: Asked, metric: Metric, figure: Figure, dimension: str, value: str) -> Mark:
    url = asked.rows_url(metric, {dimension: value}) if figure.part else ""
    return Mark(figure.share, sample=figure.sample, url=url, text=percent_text(figure.share))


def _percent(part: int, whole: int) -> str:
    return percent_text(Figure(part, whole, whole).share)


def _steps_in_words(labels: Sequence[str], counts: Sequence[int]) -> str:
    if not counts[0]:
        return _("No checkout was started in this period.")
    losses = [(before - after, place) for place, (before, after) in enumerate(pairwise(counts))]
    lost, place = max(losses, key=lambda item: (item[0], -item[1]))
    words = _("Of %(started)s checkouts %(paid)s were paid; most are lost before “%(step)s”: %(lost)s.")
    return words % {
        "started": f"{counts[0]:,}", "paid": _percent(counts[-1], counts[0]), "step": labels[place + 1],
        "lost": f"{lost:,}",
    }  # fmt: skip


def _best_in_words(found: Answer, dimension: str) -> str:
    sound = [(values[0], figure) for values, figure in found.parts.items() if values[0] and not figure.is_small]
    if not sound:
        return _("No value rests on 30 or more.")
    (low, least), (high, most) = (pick(sound, key=lambda item: item[1].share or 0) for pick in (min, max))
    if len(sound) == 1:
        return _("Paid in the end: %(share)s with %(value)s.") % {
            "share": percent_text(least.share), "value": value_label(dimension, low)
        }  # fmt: skip
    words = _("Paid in the end: fewest with %(low)s, %(least)s; most with %(high)s, %(most)s.")
    return words % {
        "low": value_label(dimension, low), "least": percent_text(least.share),
        "high": value_label(dimension, high), "most": percent_text(most.share),
    }  # fmt: skip


def where_they_left(asked: Asked) -> Chart:
    """At which step the abandoned ones were left."""
    metric = ABANDONMENT[asked.window]
    found = whole_of(asked, metric, ("left_step",))
    lost = found.whole.part
    ordered = sorted(found.parts.items(), key=lambda item: -item[1].part)
    shown = [(values[0], figure.part) for values, figure in ordered if figure.part]
    urls = [asked.rows_url(metric, {"left_step": value}) for value, _many in shown]
    labels = [value_label("left_step", value) for value, _many in shown]
    marks = [
        Mark(many, sample=lost, url=url, text=f"{many:,} · {_percent(many, lost)}")
        for (_value, many), url in zip(shown, urls, strict=True)
    ]
    return Chart(
        code="left-step",
        title=_("Where abandoned checkouts were left"),
        reading=_left_in_words(labels, shown, lost),
        figure=bars(labels, [Series(_("Abandoned"), marks, Slot.BAD)], COUNT, is_horizontal=True),
        columns=[Column(_("Left at"), is_number=False), Column(_("Abandoned")), Column(_("Of all abandoned"))],
        rows=[
            Row([label, f"{many:,}", _percent(many, lost)], url=url)
            for label, (_value, many), url in zip(labels, shown, urls, strict=True)
        ],
        csv_url=asked.csv_url(metric, ("left_step",)),
        note=with_hatching(note_of(asked, metric, found, has_steps=False), marks),
    )


def _left_in_words(labels: Sequence[str], shown: Sequence[tuple[str, int]], lost: int) -> str:
    if not shown:
        return _("Nothing was abandoned in this period.")
    words = _("%(many)s of %(all)s abandoned checkouts were left here: %(step)s.")
    return words % {"many": f"{shown[0][1]:,}", "all": f"{lost:,}", "step": labels[0]}


def at_the_payment_step(asked: Asked) -> Chart:
    """Apart from the rest: those that had a method chosen."""
    return over_time(asked, PAYMENT_STEP_ABANDONMENT)


def recovered(asked: Asked) -> Chart:
    """Beside, and never subtracted."""
    chart = over_time(asked, RECOVERED_CHECKOUTS)
    remark = _("They stay abandoned in the rate above: this is shown beside it, not subtracted.")
    return replace(chart, note=f"{remark} {chart.note}".strip())


def vouchers(asked: Asked) -> Chart:
    """How many vouchers lapse."""
    return over_time(asked, VOUCHER_EXPIRY)


def by_device(asked: Asked) -> Chart:
    """On which devices."""
    return by_value(asked, ABANDONMENT[asked.window], "device")


def by_country(asked: Asked) -> Chart:
    """From where."""
    return by_value(asked, ABANDONMENT[asked.window], "country")


def by_channel(asked: Asked) -> Chart:
    """In which channels."""
    return by_value(asked, ABANDONMENT[asked.window], "channel")


def by_campaign(asked: Asked) -> Chart:
    """After which campaigns."""
    return by_value(asked, ABANDONMENT[asked.window], "campaign")


def customers(asked: Asked) -> Chart:
    """The plain form: customers who tried and completed nothing, by week or month."""
    return over_time(by_people(asked), CUSTOMERS_NOT_COMPLETED)


def by_people(asked: Asked) -> Asked:
    """The question by the steps in which people are counted once."""
    return replace(asked, step=Step.MONTH if asked.step is Step.MONTH or asked.days > FEW_WEEKS else Step.WEEK)


TILES: Final[Sequence[Metric]] = (*ABANDONMENT.values(), PAYMENT_STEP_ABANDONMENT, RECOVERED_CHECKOUTS)
MORE: Final[Sequence[Metric]] = (*REACHED.values(), VOUCHER_EXPIRY, CUSTOMERS_NOT_COMPLETED)
PANELS: Final = (
    rate_over_time, steps, where_they_left, at_the_payment_step, recovered, vouchers, steps_by_device, steps_by_method,
    by_device, by_country, by_channel, by_campaign, customers,
)  # fmt: skip
