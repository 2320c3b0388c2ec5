"""What may be asked of a metric: period, step, zone, filters and a split, from an address of a page or of the API."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from functools import cache, lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from analytics.dashboards.labels import DIMENSIONS, STEPS, USUAL, choices_of
from analytics.dashboards.values import listed, written
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


class SuggestingInput(forms.TextInput):
    """A text with usual values to choose from."""

    template_name = "components/suggesting.html"

    def __init__(self, usual: Mapping[str, Any]) -> None:
        super().__init__()
        self.usual = usual

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        """The widget's, and the values with what people call them."""
        of_list = {"list": f"{name}-values"}
        return super().get_context(name, value, (attrs or {}) | of_list) | {"usual": self.usual} | of_list


def filter_field(dimension: str) -> forms.CharField:
    """Values of a dimension as `values` writes them; a space at their end is theirs."""
    usual = USUAL.get(dimension)
    widget = SuggestingInput(usual) if usual else forms.TextInput()
    return forms.CharField(label=str(DIMENSIONS[dimension]), required=False, max_length=400, strip=False, widget=widget)


class SomeField(forms.ChoiceField):
    """One of the choices, or several of them as `values` writes them."""

    def valid_value(self, value: str) -> bool:
        """Whether each of them is a choice."""
        is_choice = super().valid_value
        return all(is_choice(written((each,))) for each in listed(value))


class PeriodForm(forms.Form):
    """A period in a zone; both days may be left out. Whoever has a `step` is held to few hours."""

    first_on = day_field(_("First day"))
    last_on = day_field(_("Last day"))
    days = DAYS
    """How long the period is when nobody names its first day."""

    def clean_zone(self) -> str:
        """An IANA name."""
        name = str(self.cleaned_data["zone"] or settings.REPORTING_ZONE)
        if name not in _zones():
            raise forms.ValidationError(_("This is no time zone. Write it like Asia/Seoul."))
        return name

    def clean_country(self) -> str:
        """Countries are kept in capitals."""
        return str(self.cleaned_data["country"]).upper()

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
        if (zone := given.get("zone")) and not _has_whole_hours(ZoneInfo(zone), first, last):
            words = _("The hours of this zone begin between those of UTC; nothing is kept for it.")
            self.add_error("zone", words)
        shown: Any = {name: self.data.get(name) for name in self.data}
        for name, on in (("first_on", first), ("last_on", last)):
            shown[name] = shown.get(name) or on.isoformat()
            if name in self.errors:
                # Where days are chosen nothing is shown that is none; there it can be mended.
                self.fields[name].widget.input_type = "text"
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
        offered = [*([("", "–")] if nothing else []), *choices]
        self.fields[name].widget = forms.Select(choices=with_asked(self.data, name, offered))

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


def with_asked(data: Mapping[str, Any], name: str, choices: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
    """Choices, and what was asked where it is none of them or several: it stays to be seen."""
    asked = str(data.get(name) or "")
    if not asked or asked in dict(choices):
        return choices
    words = dict(choices)
    return [*choices, (asked, ", ".join(str(words.get(written((each,)), each)) for each in listed(asked)) or asked)]


@lru_cache(maxsize=256)
def _has_whole_hours(zone: ZoneInfo, first: date, last: date) -> bool:
    """Whether the hours of a zone begin with those of UTC, on every day of a period: some put their clocks forward by
    half an hour."""
    days = range((min(last, first + timedelta(days=LONGEST)) - first).days + 1)
    offsets = {datetime.combine(first + timedelta(days=each), time(), zone).utcoffset() for each in days}
    return not any((each or timedelta(0)) % timedelta(hours=1) for each in offsets)


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
