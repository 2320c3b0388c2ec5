"""Attempts without an answer in time: those of the failed ones, by step, of all attempts that came to an end."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from analytics.charts import PERCENT, Chart, Column, Mark, Row, Series, line
from analytics.dashboards.asking import Asked
from analytics.dashboards.labels import STEPS, value_label
from analytics.dashboards.names import translated as _
from analytics.dashboards.notes import is_whole, note_of, with_points, with_state
from analytics.dashboards.wording import percent_text, point_text
from analytics.metrics.catalogue.failure import ATTEMPT_FAILURE_RATE
from analytics.rollups.questions import Answer, Figure
from payments.facts import AttemptResult

CAUSE: Final = (AttemptResult.TECHNICAL_TIMEOUT.value,)


def timeouts(asked: Asked) -> Chart:
    """How many attempts were given up waiting for the provider, and at which provider most."""
    metric = ATTEMPT_FAILURE_RATE
    ended, late = asked.ask(metric), asked.ask(metric, ("provider",), cause=CAUSE)
    told = replace(asked, narrowed={**asked.narrowed, "cause": CAUSE})
    name = _("Attempts without an answer in time")
    marks, rows = [], []
    for point, all_of in ended.steps.items():
        many = late.steps[point].part
        share = Figure(many, all_of.whole, all_of.sample).share
        is_complete = is_whole(point, ended)
        url = told.rows_url(metric, at=point) if many else ""
        text = with_state(point_text(point), is_complete=is_complete)
        marks.append(Mark(share, sample=all_of.sample, url=url, is_complete=is_complete))
        rows.append(Row([text, percent_text(share), f"{many:,}", f"{all_of.whole:,}"], url=url))
    return Chart(
        code="timeouts-time",
        title=name,
        reading=_in_words(ended.whole, late),
        figure=line(list(ended.steps), [Series(name, marks)], PERCENT),
        columns=[Column(str(STEPS[ended.question.step]), is_number=False), Column(name), Column(_("Above the line")),
                 Column(_("Counted"))],
        rows=rows,
        csv_url=told.csv_url(metric, ("provider",)),
        more_files=asked.files((metric,)),
        note=with_points(note_of(asked, metric, ended), marks),
    )  # fmt: skip


def _in_words(ended: Figure, late: Answer) -> str:
    if not ended.whole:
        return _("Nothing was counted in this period.")
    many = late.whole.part
    if not many:
        return _("Every one of %(whole)s attempts was answered in time.") % {"whole": f"{ended.whole:,}"}
    (provider,), most = max(late.parts.items(), key=lambda item: item[1].part)
    words = _(
        "Of %(whole)s attempts %(late)s had no answer in time, which is %(share)s; most at %(provider)s: %(most)s."
    )
    return words % {
        "whole": f"{ended.whole:,}", "late": f"{many:,}", "most": f"{most.part:,}",
        "share": percent_text(Figure(many, ended.whole, ended.whole).share),
        "provider": value_label("provider", provider),
    }  # fmt: skip
