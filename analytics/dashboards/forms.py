"""What may be asked of a metric: period, zone, filters and a split, from an address of a page or of the API."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from analytics.dashboards.labels import DIMENSIONS
from analytics.metrics.declarations import Metric
from analytics.rollups.selectors import LONGEST, Question

DAYS: Final = 28
"""Four whole weeks, today included, when nobody names a period."""
FILTERED: Final = ("provider", "method", "currency", "country", "device", "channel")
ZONES: Final = ("Asia/Seoul", "Asia/Tokyo", "UTC")


class QuestionForm(forms.Form):
    """A question about one metric; everything may be left out."""

    first_on = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    last_on = forms.DateField(label=_("To"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    split = forms.ChoiceField(label=_("Split by"), required=False)
    zone = forms.CharField(label=_("Zone"), required=False, max_length=64)

    def __init__(self, metric: Metric, data: Any) -> None:
        super().__init__(data)
        self.metric = metric
        names = [name for name in metric.facts.dimensions if name in DIMENSIONS]
        split: Any = self.fields["split"]
        split.choices = [("", _("Nothing")), *((name, DIMENSIONS[name]) for name in names)]
        zone = settings.REPORTING_ZONE
        self.fields["zone"].widget = forms.Select(choices=[(each, each) for each in dict.fromkeys((zone, *ZONES))])
        for name in FILTERED:
            self.fields[name] = forms.CharField(label=str(DIMENSIONS[name]), required=False, max_length=200)

    def clean_zone(self) -> str:
        """An IANA name."""
        name = str(self.cleaned_data["zone"] or settings.REPORTING_ZONE)
        if name not in available_timezones():
            raise forms.ValidationError(_("This is no time zone. Write it like Asia/Seoul."))
        return name

    def clean(self) -> dict[str, Any]:
        """First and last day, in order and not too far apart."""
        given = super().clean() or self.cleaned_data
        today = timezone.now().astimezone(ZoneInfo(given.get("zone") or settings.REPORTING_ZONE)).date()
        last: date = given.get("last_on") or max(today, given.get("first_on") or today)
        first: date = given.get("first_on") or last - timedelta(days=DAYS - 1)
        if last < first:
            self.add_error("last_on", _("The period ends before it begins."))
        elif (last - first).days >= LONGEST:
            self.add_error("first_on", _("Ask for at most three years."))
        return given | {"first_on": first, "last_on": last}

    def question(self) -> Question:
        """The question; the form must be valid. Several values of a filter are written with commas."""
        given = self.cleaned_data
        narrowed = {
            name: tuple(dict.fromkeys(part.strip() for part in given[name].split(",") if part.strip()))
            for name in FILTERED
            if given[name].strip(" ,")
        }
        return Question(
            self.metric, given["first_on"], given["last_on"], ZoneInfo(given["zone"]), narrowed, given["split"]
        )
