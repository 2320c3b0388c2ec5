"""What may be asked of a metric: period, step, zone, filters and a split, from an address of a page or of the API."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any, Final
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from analytics.dashboards.labels import DIMENSIONS, STEPS, choices_of
from analytics.dashboards.values import listed
from analytics.metrics.declarations import Clock, Metric
from analytics.rollups.questions import CLOCK_DIMENSIONS, LONGEST, LONGEST_BY_HOUR, Question, Step

DAYS: Final = 28
"""Four whole weeks, today included, when nobody names a period."""
FILTERED: Final = (
    "provider", "method", "family", "currency", "country", "device", "channel", "campaign", "customer_kind", "cause",
    "decline_code", "provider_decline_code", "first_attempt_failed", "refunded", "left_step", "brand", "bin",
    "three_d_secure", "hour", "weekday",
)  # fmt: skip
"""Every dimension of any metric; one that a metric has not is refused."""
MOST_SPLITS: Final = 3
ZONES: Final = ("Asia/Seoul", "Asia/Tokyo", "UTC")


@cache
def _zones() -> frozenset[str]:
    """The names of all zones, which take five milliseconds to find: each is a file."""
    return frozenset(available_timezones())


def day_field(label: Any) -> forms.DateField:
    """A calendar day of which the neighbours are days too, whatever is asked around it."""
    bounds = [MinValueValidator(date(1990, 1, 1)), MaxValueValidator(date(2200, 1, 1))]
    return forms.DateField(
        label=label, required=False, widget=forms.DateInput(attrs={"type": "date"}), validators=bounds
    )


def filter_field(dimension: str) -> forms.CharField:
    """Values of a dimension as `values` writes them; a space at their end is theirs."""
    return forms.CharField(label=str(DIMENSIONS[dimension]), required=False, max_length=400, strip=False)


class PeriodForm(forms.Form):
    """A period in a zone; both days may be left out. Whoever has a `step` is held to few hours."""

    first_on = day_field(_("First day"))
    last_on = day_field(_("Last day"))
    days = DAYS
    """How long the period is when nobody names its first day."""

    def clean(self) -> dict[str, Any]:
        """First and last day, in order and not too far apart, and today in the zone; whoever asks sees which days."""
        given = super().clean() or self.cleaned_data
        today = timezone.now().astimezone(ZoneInfo(given.get("zone") or settings.REPORTING_ZONE)).date()
        last: date = given.get("last_on") or max(today, given.get("first_on") or today)
        first: date = given.get("first_on") or last - timedelta(days=self.days - 1)
        if last < first:
            self.add_error("last_on", _("The period ends before it begins."))
        elif (last - first).days >= LONGEST:
            self.add_error("first_on", _("Ask for at most three years."))
        if given.get("step") == Step.HOUR and (last - first).days >= LONGEST_BY_HOUR:
            self.add_error("first_on", _("By the hour, ask for at most two weeks."))
        shown: Any = {name: self.data.get(name) for name in self.data}
        for name, on in (("first_on", first), ("last_on", last)):
            shown[name] = shown.get(name) or on.isoformat()
        self.data = shown
        return given | {"first_on": first, "last_on": last, "today": today}


class QuestionForm(PeriodForm):
    """A question about one metric; everything may be left out. Lists are written with commas."""

    step = forms.ChoiceField(label=_("Step"), required=False, choices=[("", ""), *STEPS.items()])
    zone = forms.CharField(label=_("Zone"), required=False, max_length=64)
    split = forms.CharField(label=_("Split by"), required=False, max_length=80)

    def __init__(self, metric: Metric, data: Any) -> None:
        super().__init__(data)
        self.metric = metric
        for name in FILTERED:
            self.fields[name] = filter_field(name)

    def clean_zone(self) -> str:
        """An IANA name, of a zone whose hours begin with those of UTC: what is kept by the hour fits no other."""
        name = str(self.cleaned_data["zone"] or settings.REPORTING_ZONE)
        if name not in _zones():
            raise forms.ValidationError(_("This is no time zone. Write it like Asia/Seoul."))
        offset = datetime.combine(date(2026, 1, 1), time(), ZoneInfo(name)).utcoffset() or timedelta(0)
        if offset % timedelta(hours=1):
            raise forms.ValidationError(_("The hours of this zone begin between those of UTC; nothing is kept for it."))
        return name

    def clean_split(self) -> tuple[str, ...]:
        """At most three dimensions of the metric."""
        names = tuple(dict.fromkeys(listed(self.cleaned_data["split"])))
        known = dimensions_of(self.metric)
        if unknown := [name for name in names if name not in known]:
            words = _("%(name)s is no dimension of this metric. It has: %(known)s.")
            raise forms.ValidationError(words % {"name": unknown[0], "known": ", ".join(known)})
        if len(names) > MOST_SPLITS:
            raise forms.ValidationError(_("Split by at most three dimensions."))
        return names

    def clean(self) -> dict[str, Any]:
        """A period, and filters that the metric has."""
        given = super().clean()
        known = dimensions_of(self.metric)
        for name in FILTERED:
            if given.get(name) and name not in known:
                self.add_error(name, _("This metric knows nothing of it."))
        if self.metric.is_per_currency and ("currency" in given.get("split", ()) or "," in given.get("currency", "")):
            self.add_error("currency", _("Ask for money in one currency at a time: currencies do not add up."))
        return given

    def question(self) -> Question:
        """The question; the form must be valid."""
        given = self.cleaned_data
        narrowed = {name: values for name in FILTERED if (values := tuple(dict.fromkeys(listed(given[name]))))}
        if self.metric.is_per_currency and "currency" not in narrowed:
            narrowed["currency"] = (settings.REPORTING_CURRENCY,)
        return Question(
            self.metric, given["first_on"], given["last_on"], ZoneInfo(given["zone"]), narrowed, given["split"],
            step_of(self.metric, given["step"]),
        )  # fmt: skip


class MetricForm(QuestionForm):
    """The same question on the page of the metric: what has few values is chosen among them."""

    def __init__(self, metric: Metric, data: QueryDict) -> None:
        given = data.copy()
        for name, usual in (("zone", settings.REPORTING_ZONE), ("step", str(step_of(metric, "")))):
            given[name] = data.get(name) or usual
        # Two fields of one name choose the dimensions.
        given["split"] = ",".join(each for each in data.getlist("split") if each)
        super().__init__(metric, given)
        zones = dict.fromkeys((settings.REPORTING_ZONE, *ZONES))
        self._offer("zone", [(each, each) for each in zones], nothing=False)
        self._offer("step", [(str(step), str(name)) for step, name in STEPS.items()], nothing=False)
        for name in dimensions_of(metric):
            if choices := choices_of(name):
                self._offer(name, choices)

    def _offer(self, name: str, choices: list[tuple[str, str]], *, nothing: bool = True) -> None:
        """What was asked stays to be seen, also where it is no choice or several."""
        asked = str(self.data.get(name, ""))
        rest = [(asked, asked)] if asked and asked not in dict(choices) else []
        self.fields[name].widget = forms.Select(choices=[*([("", "–")] if nothing else []), *choices, *rest])

    @property
    def period(self) -> list[forms.BoundField]:
        """When, and by what steps."""
        return [self[name] for name in ("first_on", "last_on", "step", "zone")]

    @property
    def splits(self) -> list[str]:
        """The dimensions that were asked for, and nothing for each that may be named yet."""
        asked = str(self.data["split"]).split(",") if self.data["split"] else []
        return (asked + [""] * MOST_SPLITS)[:MOST_SPLITS]

    @property
    def dimensions(self) -> list[tuple[str, str]]:
        """What may be split by."""
        return [(name, str(DIMENSIONS[name])) for name in dimensions_of(self.metric)]

    @property
    def filters(self) -> list[forms.BoundField]:
        """By what may be narrowed."""
        return [self[name] for name in dimensions_of(self.metric) if name in self.fields]

    @property
    def is_narrowed(self) -> bool:
        """Whether a filter is set."""
        return any(field.value() for field in self.filters)


def dimensions_of(metric: Metric) -> tuple[str, ...]:
    """By what a metric may be split and narrowed."""
    clock = CLOCK_DIMENSIONS if metric.facts.clock is Clock.INSTANT else ()
    return (*metric.facts.dimensions, *clock)


def step_of(metric: Metric, name: str) -> Step:
    """The step that was asked for, or what the facts of the metric allow."""
    step = Step(name or Step.DAY)
    if metric.facts.clock is Clock.PERIOD:
        return step if step in (Step.WEEK, Step.MONTH) else Step.MONTH
    return Step.DAY if step is Step.HOUR and metric.facts.clock is Clock.DATE else step
