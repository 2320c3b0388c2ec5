"""What limits a chart, in words: what is not over, what is not here, what rests on little, what it knows nothing of."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from analytics.charts import Mark
from analytics.dashboards.asking import Asked
from analytics.dashboards.labels import DIMENSIONS, value_label
from analytics.dashboards.late import spans_of
from analytics.dashboards.names import translated as _
from analytics.dashboards.told import is_over
from analytics.metrics.declarations import FEW, Clock, Metric
from analytics.rollups.questions import Answer, Figure, Point, Question, Step, end_of


def note_of(asked: Asked, metric: Metric, found: Answer, *, has_steps: bool = True) -> str:
    """What limits a chart: steps that the period cuts, filters that it does not know, where it was counted.

    What its dots, hatching and hollow points mean is said by `with_hatching` of bars and by `with_points` of points.
    """
    notes = []
    if has_steps and has_any(found) and any(is_cut(point, found.question) for point in found.steps):
        notes.append(_("The first or the last step lies only partly in the period."))
    late = late_words(found.question)
    if late:
        notes.append(late)
    elif not has_steps and not found.whole.is_decided:
        pending = ", ".join(_(metric.facts.measures[metric.facts.place_of(code)].name) for code in metric.pending)
        notes.append(
            _("Not complete yet: more than one in %(few)s is still: %(open)s.") % {"few": FEW, "open": pending}
        )
    if left := left_words(asked, metric):
        notes.append(left)
    if found.source == "facts":
        notes.append(_("Counted just now in the payments themselves."))
    if found.whole.is_small and found.whole.sample:
        notes.append(_("Fewer than 30 were counted: this says next to nothing."))
    return " ".join(notes)


def left_words(asked: Asked, metric: Metric) -> str:
    """The filters that a metric knows nothing of; '' where it knows all."""
    names = ", ".join(str(DIMENSIONS[name]) for name in asked.left_out(metric))
    return _("Not narrowed by %(names)s: these facts know nothing of it.") % {"names": names} if names else ""


def has_any(found: Answer) -> bool:
    """Whether anything was counted in any step."""
    return any(each.sample for each in found.steps.values())


def compared_note(found: Answer, before: Answer | None) -> str:
    """That there is nothing to compare with, where somebody looks for it."""
    is_missed = before is not None and has_any(found) and not has_any(before)
    return _("Nothing was counted in the period that it is compared with.") if is_missed else ""


def began_within(found: Answer, before: Answer | None) -> bool:
    """Whether counting began within the period compared with: nothing was counted in most of its steps.

    What adds up has grown then because counting began. Where nothing at all was counted there is nothing to grow from.
    """
    return before is not None and 0 < 2 * _counted(before) < _counted(found)


def _counted(found: Answer) -> int:
    """Steps in which anything was."""
    return sum(each.sample > 0 for each in found.steps.values())


def late_words(question: Question) -> str:
    """The statements that are not here yet, or not wholly, by provider and days; '' where all are."""
    spans = [
        f"{value_label('provider', code)} ({', '.join(_span(*each) for each in days)})"
        for code, days in spans_of(question).items()
    ]
    words = _("Statements that are not here yet, or lack a part, and so are not all counted: %(providers)s.")
    return words % {"providers": ", ".join(spans)} if spans else ""


def _span(first: date, last: date) -> str:
    return str(first) if first == last else f"{first} – {last}"


def with_hatching(note: str, marks: Iterable[Mark]) -> str:
    """A note that says too what the hatching and the dots of some bars and cells mean."""
    known = [each for each in marks if each.value is not None]
    small = _("Hatched: fewer than 30 were counted.") if any(each.is_small for each in known) else ""
    is_dotted = any(not each.is_complete and not each.is_small for each in known)
    dotted = _("Dotted: not complete yet.") if is_dotted else ""
    return " ".join(filter(None, (note, small, dotted)))


def with_points(note: str, marks: Iterable[Mark]) -> str:
    """A note that says too what dotted lines and the look of some points mean."""
    known = [each for each in marks if each.value is not None]
    is_hollow = any(each.is_complete and each.is_small for each in known)
    small = _("Hollow: fewer than 30 were counted.") if is_hollow else ""
    is_dotted = any(not each.is_complete for each in known)
    dotted = _("Dotted line, or a dot within the point: not complete yet.") if is_dotted else ""
    return " ".join(filter(None, (note, small, dotted)))


def told_label(label: str, figure: Figure) -> str:
    """What a row of parts is called: with a word where more may join."""
    return with_state(label, is_complete=figure.is_decided)


def with_state(text: str, *, is_complete: bool) -> str:
    """A text of a table, with a word behind it where more may join."""
    return text if is_complete else f"{text} · {_('not complete')}"


def is_whole(point: Point, found: Answer) -> bool:
    """Whether a step is over, and all of it in the period."""
    return is_over(point, found) and not is_cut(point, found.question)


def is_cut(point: Point, question: Question) -> bool:
    """Whether only some days of a week or month are in the period; people are always counted in whole ones."""
    if isinstance(point, datetime) or question.step is Step.DAY or question.metric.facts.clock is Clock.PERIOD:
        return False
    return point < question.first_on or end_of(point, question) > question.end
