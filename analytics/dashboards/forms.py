"""What may be asked of a metric: period, step, zone, filters and a split, from an address of a page or of the API."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from analytics.dashboards.labels import DIMENSIONS, STEPS
from analytics.metrics.declarations import Clock, Metric
from analytics.rollups.questions import CLOCK_DIMENSIONS, LONGEST, LONGEST_BY_HOUR, Question, Step

DAYS: Final = 28
"""Four whole weeks, today included, when nobody names a period."""
FILTERED: Final = (
    "provider", "method", "family", "currency", "country", "device", "channel", "campaign", "customer_kind", "cause",
    "decline_code", "provider_decline_code", "first_attempt_failed", "refunded", "left_step", "brand", "bin", "hour",
    "weekday",
)  # fmt: skip
"""Every dimension of any metric; one that a metric has not is refused."""
MOST_SPLITS: Final = 2
ZONES: Final = ("Asia/Seoul", "Asia/Tokyo", "UTC")


def day_field(label: Any) -> forms.DateField:
    """A calendar day of which the neighbours are days too, whatever is asked around it."""
    bounds = [MinValueValidator(date(1990, 1, 1)), MaxValueValidator(date(2200, 1, 1))]
    return forms.DateField(
        label=label, required=False, widget=forms.DateInput(attrs={"type": "date"}), validators=bounds
    )


class QuestionForm(forms.Form):
    """A question about one metric; everything may be left out. Lists are written with commas."""

    first_on = day_field(_("From"))
    last_on = day_field(_("To"))
    step = forms.ChoiceField(label=_("By"), required=False, choices=[("", ""), *STEPS.items()])
    zone = forms.CharField(label=_("Zone"), required=False, max_length=64)
    split = forms.CharField(label=_("Split by"), required=False, max_length=80)

    def __init__(self, metric: Metric, data: Any) -> None:
        super().__init__(data)
        self.metric = metric
        for name in FILTERED:
            self.fields[name] = forms.CharField(label=str(DIMENSIONS[name]), required=False, max_length=400)

    @property
    def shown(self) -> list[forms.BoundField]:
        """The fields that mean something to the metric."""
        known = dimensions_of(self.metric)
        return [self[name] for name in self.fields if name not in FILTERED or name in known]

    def clean_zone(self) -> str:
        """An IANA name, of a zone whose hours begin with those of UTC: what is kept by the hour fits no other."""
        name = str(self.cleaned_data["zone"] or settings.REPORTING_ZONE)
        if name not in available_timezones():
            raise forms.ValidationError(_("This is no time zone. Write it like Asia/Seoul."))
        offset = datetime.combine(date(2026, 1, 1), time(), ZoneInfo(name)).utcoffset() or timedelta(0)
        if offset % timedelta(hours=1):
            raise forms.ValidationError(_("The hours of this zone begin between those of UTC; nothing is kept for it."))
        return name

    def clean_split(self) -> tuple[str, ...]:
        """At most two dimensions of the metric."""
        names = tuple(dict.fromkeys(_listed(self.cleaned_data["split"])))
        known = dimensions_of(self.metric)
        if unknown := [name for name in names if name not in known]:
            words = _("%(name)s is no dimension of this metric. It has: %(known)s.")
            raise forms.ValidationError(words % {"name": unknown[0], "known": ", ".join(known)})
        if len(names) > MOST_SPLITS:
            raise forms.ValidationError(_("Split by at most two dimensions."))
        return names

    def clean(self) -> dict[str, Any]:
        """First and last day, in order and not too far apart; filters that the metric has."""
        given = super().clean() or self.cleaned_data
        today = timezone.now().astimezone(ZoneInfo(given.get("zone") or settings.REPORTING_ZONE)).date()
        last: date = given.get("last_on") or max(today, given.get("first_on") or today)
        first: date = given.get("first_on") or last - timedelta(days=DAYS - 1)
        if last < first:
            self.add_error("last_on", _("The period ends before it begins."))
        elif (last - first).days >= LONGEST:
            self.add_error("first_on", _("Ask for at most three years."))
        if given.get("step") == Step.HOUR and (last - first).days >= LONGEST_BY_HOUR:
            self.add_error("first_on", _("By the hour, ask for at most two weeks."))
        known = dimensions_of(self.metric)
        for name in FILTERED:
            if given.get(name) and name not in known:
                self.add_error(name, _("This metric knows nothing of it."))
        if self.metric.is_per_currency and ("currency" in given.get("split", ()) or "," in given.get("currency", "")):
            self.add_error("currency", _("Ask for money in one currency at a time: currencies do not add up."))
        return given | {"first_on": first, "last_on": last}

    def question(self) -> Question:
        """The question; the form must be valid."""
        given = self.cleaned_data
        narrowed = {name: tuple(dict.fromkeys(_listed(given[name]))) for name in FILTERED if given[name].strip(" ,")}
        if self.metric.is_per_currency and "currency" not in narrowed:
            narrowed["currency"] = (settings.REPORTING_CURRENCY,)
        return Question(
            self.metric, given["first_on"], given["last_on"], ZoneInfo(given["zone"]), narrowed, given["split"],
            step_of(self.metric, given["step"]),
        )  # fmt: skip


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


def _listed(text: str) -> list[str]:
    # "-" stands for what nobody told, which is kept as nothing.
    return ["" if part.strip() == "-" else part.strip() for part in text.split(",") if part.strip()]
