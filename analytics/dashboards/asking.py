"""What a page asks: one period, one comparison, one set of filters; all of it lives in the address."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import starmap
from typing import Any, Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _text
from django.utils.translation import gettext_lazy as _

from analytics.charts import File
from analytics.dashboards.forms import (
    DAYS,
    ZONES,
    PeriodForm,
    SomeField,
    dimensions_of,
    filter_field,
    step_of,
    with_asked,
)
from analytics.dashboards.labels import STEPS, choices_of
from analytics.dashboards.late import marked
from analytics.dashboards.values import listed, pair, path, written
from analytics.metrics.declarations import Clock, Distribution, Metric
from analytics.rollups.questions import LONGEST_FROM_FACTS, Answer, Figure, Point, Question, Source, Step, points_of
from analytics.rollups.selectors import Prepared, answered, prepare
from analytics.rollups.together import Statement, Together

FILTERS: Final = ("provider", "method", "currency", "country", "device", "channel", "campaign", "customer_kind")
"""What a page narrows by; a chart whose facts know nothing of one leaves it out and says so."""
COMPARISONS: Final = {
    "weeks": _("Same weekdays before"), "previous": _("The period before"), "year": _("A year before"),
    "none": _("Nothing"),
}  # fmt: skip
WINDOWS: Final = {"60m": _("60 minutes"), "6h": _("6 hours"), "24h": _("24 hours")}
"""After how long a checkout counts as abandoned."""
ALL_OF: Final = {
    "provider": _("All providers"), "method": _("All methods"), "currency": _("All currencies"),
    "customer_kind": _("All customers"),
}  # fmt: skip
"""What a page offers to choose among, and what it is called to choose nothing."""
LONG_DAYS: Final = 62
"""From so many days on a point of a line is a week, when nobody says."""


class NotReadYet(Exception):
    """What a chart or a tile needs is still to be read: it is begun again when that is here."""

    def __init__(self, statements: list[Statement]) -> None:
        super().__init__()
        self.statements = statements


@dataclass(frozen=True)
class Asked:
    """A valid question of a page."""

    first_on: date
    last_on: date
    zone: ZoneInfo
    step: Step
    currency: str
    """Of the amounts on the page."""
    narrowed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    compare: str = "weeks"
    now_on: date | None = None
    """Today, in the zone."""
    window: str = "60m"
    """One of `WINDOWS`."""
    source: Source | None = Source.KEPT
    """Where answers come from: what is kept; with FACTS also the facts, which take their time; with None nowhere, so
    that nothing is found: who only wants to know what a chart is called."""
    together: Together = field(default_factory=Together, compare=False, repr=False)
    """The metrics of the page."""
    _known: dict[tuple[object, ...], Answer] = field(default_factory=dict, compare=False, repr=False)
    _prepared: dict[tuple[object, ...], Prepared] = field(default_factory=dict, init=False, compare=False, repr=False)
    _addresses: dict[tuple[object, ...], str] = field(default_factory=dict, init=False, compare=False, repr=False)
    """Each question has its own, also one made of another by `replace`: they lead to its period and step."""

    @property
    def days(self) -> int:
        """How many."""
        return (self.last_on - self.first_on).days + 1

    @property
    def distance(self) -> timedelta | None:
        """How far back lies what it is compared with; None where nothing is."""
        weeks = timedelta(days=-(-self.days // 7) * 7)
        return {
            "previous": timedelta(days=self.days), "weeks": weeks, "year": timedelta(days=364), "none": None,
        }[self.compare]  # fmt: skip

    def question(
        self, metric: Metric, split: tuple[str, ...] = (), step: Step | None = None, **narrowed: tuple[str, ...]
    ) -> Question:
        """The question to one metric: what its facts know nothing of is left out."""
        known = dimensions_of(metric)
        kept = {name: values for name, values in {**self.narrowed, **narrowed}.items() if name in known}
        if metric.is_per_currency and "currency" not in split:
            kept["currency"] = (self.currency,)
        wanted = step_of(metric, str(step or self.step))
        return Question(metric, self.first_on, self.last_on, self.zone, kept, split, wanted)

    def ask(
        self, metric: Metric, split: tuple[str, ...] = (), step: Step | None = None, **narrowed: tuple[str, ...]
    ) -> Answer:
        """The answer. Raises PeriodTooLong as `answer` does, and NotReadYet where the page is drawn `in_turns`."""
        return self._answered(self.question(metric, split, step, **narrowed))

    def ask_before(
        self, metric: Metric, step: Step | None = None, split: tuple[str, ...] = (), **narrowed: tuple[str, ...]
    ) -> Answer | None:
        """The answer for the period that this one is compared with; None where it is compared with nothing."""
        if self.distance is None:
            return None
        now = self.question(metric, split, step, **narrowed)
        before = (now.first_on - self.distance, now.last_on - self.distance)
        return self._answered(Question(metric, *before, now.zone, now.narrowed, split, now.step))

    def _answered(self, question: Question) -> Answer:
        """Tiles and charts of a page ask the same: it is answered once."""
        key = _key(question)
        if key not in self._known:
            self._known[key] = self._found(question, key)
        return self._known[key]

    def _found(self, question: Question, key: tuple[object, ...]) -> Answer:
        if self.source is None:
            return nothing(question)
        if key not in self._prepared:
            is_kept, has_cells = self.source is Source.KEPT, question.step is not Step.PERIOD
            self._prepared[key] = prepare(question, self.together, only_kept=is_kept, has_cells=has_cells)
        prepared = self._prepared[key]
        if self.together.is_ahead and not self.together.has(prepared.statements):
            raise NotReadYet(prepared.statements)
        return marked(answered(prepared, self.together))

    def beside(self, metrics: Iterable[Metric]) -> Asked:
        """The same question, asked of these metrics side by side, which takes fewer statements."""
        return replace(self, together=Together(tuple(metrics)))

    def unfounded(self) -> Asked:
        """The same question, asked of nothing."""
        return replace(self, source=None, _known={})

    @property
    def may_count(self) -> bool:
        """Whether facts answer all that was asked so far."""
        return all(each.question.metric.facts.clock is not Clock.PERIOD and each.question.days <= LONGEST_FROM_FACTS
                   for each in self._known.values())  # fmt: skip

    def know(self, found: Answer) -> None:
        """Take an answer that is known already: it tells the whole, its steps and its parts, each asked alone too."""
        question = found.question
        for split in {(), question.split}:
            for step in {question.step, Step.PERIOD} if split else {question.step}:
                self._known[_key(replace(question, split=split, step=step))] = found

    def left_out(self, metric: Metric) -> tuple[str, ...]:
        """Filters of the page of which the facts of a metric know nothing."""
        return tuple(name for name in self.narrowed if name not in dimensions_of(metric))

    def query(
        self,
        metric: Metric,
        split: tuple[str, ...] = (),
        more: Mapping[str, str] | None = None,
        but: Collection[str] = (),
    ) -> str:
        """The same question as the query of the metric's own page, its file and the API, `but` some of its filters."""
        known = dimensions_of(metric)
        narrowed = {name: written(values) for name, values in self.narrowed.items() if name in known}
        given = {"first_on": self.first_on, "last_on": self.last_on, "zone": self.zone.key, "step": self.step}
        given |= {"split": ",".join(split)} if split else {}
        given |= {"currency": self.currency} if metric.is_per_currency else {}
        given |= narrowed
        return urlencode({name: value for name, value in given.items() if name not in but} | dict(more or {}))

    def csv_url(self, metric: Metric, split: tuple[str, ...] = ()) -> str:
        """Where the same figures are a file."""
        return f"{path('insights:metric', metric.code)}?{self.query(metric, split, {'format': 'csv'})}"

    def files(self, metrics: Iterable[Metric], split: tuple[str, ...] = ()) -> list[File]:
        """The files of some metrics by name: for charts that tell several."""
        return [File(_text(metric.name), self.csv_url(metric, split)) for metric in metrics]

    def metric_url(self, metric: Metric, split: tuple[str, ...] = ()) -> str:
        """The metric's own page with the same question."""
        return f"{path('insights:metric', metric.code)}?{self.query(metric, split)}"

    def rows_url(
        self, metric: Metric, narrowed: Mapping[str, str] | None = None, at: Point | None = None, side: str = ""
    ) -> str:
        """The payments or checkouts behind a figure; '' where its facts have none to show.

        `side` is `part` for what is above the line and `whole` for what is below, of times by default all that were
        told; `narrowed` are single values.
        """
        if not metric.facts.reference:
            return ""
        # Every percentile of a point and the row of its table lead to the same place: a page has a thousand such links.
        key = (metric.code, at, side, *(narrowed or {}).items())
        if key not in self._addresses:
            self._addresses[key] = self._rows_url(metric, narrowed or {}, at, side)
        return self._addresses[key]

    def _rows_url(self, metric: Metric, narrowed: Mapping[str, str], at: Point | None, side: str) -> str:
        side = side or ("whole" if isinstance(metric, Distribution) else "part")
        more = [pair("side", side), *([pair("at", at.isoformat())] if at else [])]
        key = (metric.code, *narrowed)
        if key not in self._addresses:
            self._addresses[key] = f"{path('insights:rows', metric.code)}?{self.query(metric, but=narrowed)}"
        return "&".join((self._addresses[key], *more, *starmap(pair, narrowed.items())))


def nothing(question: Question) -> Answer:
    """The answer of a house in which nothing ever happened."""
    none = Figure(0, 0, 0)
    steps = dict.fromkeys(points_of(question), none)
    return Answer(question, Source.KEPT, none, steps, {}, {}, {}, timezone.now())


def asked_again(found: Answer) -> Asked:
    """The question of an answer as a page asks it, which so need not be answered again; compared with nothing."""
    question = found.question
    currency = next(iter(question.narrowed.get("currency", ())), settings.REPORTING_CURRENCY)
    asked = Asked(
        question.first_on, question.last_on, question.zone, question.step, currency, question.narrowed, "none"
    )
    asked.know(found)
    return asked


def _key(question: Question) -> tuple[object, ...]:
    return (question.metric.code, question.first_on, question.last_on, tuple(sorted(question.narrowed.items())),
            question.split, question.step)  # fmt: skip


class PageForm(PeriodForm):
    """The question of a page; everything may be left out."""

    compare = forms.ChoiceField(label=_("Compare with"), required=False, choices=list(COMPARISONS.items()))
    step = forms.ChoiceField(label=_("Step"), required=False, choices=[("", _("Fitting")), *STEPS.items()])
    zone = forms.CharField(label=_("Zone"), required=False, max_length=64)
    provider = SomeField(label=_("Provider"), required=False)
    method = SomeField(label=_("Method"), required=False)
    currency = SomeField(label=_("Currency"), required=False)
    customer_kind = SomeField(label=_("Customers"), required=False)
    window = forms.ChoiceField(label=_("Abandoned after"), required=False, choices=list(WINDOWS.items()))

    def __init__(self, data: Any, days: int = DAYS, *, has_window: bool = False) -> None:
        """`days` is how long the period is when nobody names one."""
        super().__init__(data)
        self.days = days
        if not has_window:
            del self.fields["window"]
        for name, nothing in ALL_OF.items():
            chosen: Any = self.fields[name]
            chosen.choices = [("", nothing), *choices_of(name)]
        zones = [(each, each) for each in dict.fromkeys((settings.REPORTING_ZONE, *ZONES))]
        self.fields["zone"].widget = forms.Select(choices=zones)
        for name, each in self.fields.items():
            if isinstance(each.widget, forms.Select):
                each.widget.choices = with_asked(self.data, name, list(each.widget.choices))
        for name in FILTERS:
            if name not in self.fields:
                self.fields[name] = filter_field(name)

    def clean_currency(self) -> str:
        """One, or none."""
        asked = str(self.cleaned_data["currency"])
        if len(listed(asked)) > 1:
            raise forms.ValidationError(_("Ask for money in one currency at a time: currencies do not add up."))
        return asked

    def asked(self) -> Asked:
        """The question; the form must be valid."""
        given = self.cleaned_data
        days = (given["last_on"] - given["first_on"]).days + 1
        fitting = Step.WEEK if days >= LONG_DAYS else Step.HOUR if days <= 2 else Step.DAY
        return Asked(
            first_on=given["first_on"],
            last_on=given["last_on"],
            zone=ZoneInfo(given["zone"] or settings.REPORTING_ZONE),
            step=Step(given["step"]) if given["step"] else fitting,
            currency=next(iter(listed(given["currency"])), settings.REPORTING_CURRENCY),
            narrowed={name: values for name in FILTERS if (values := tuple(dict.fromkeys(listed(given[name]))))},
            compare=given["compare"] or "weeks",
            now_on=given["today"],
            window=given.get("window") or "60m",
        )
