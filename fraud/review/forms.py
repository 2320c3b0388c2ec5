"""What people fill in about a case: why they decide so, until when it rests, what they want to say."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from django import forms
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fraud.review.models import Verdict
from fraud.review.reasons import REASONS
from payments.web.words import without_card_data

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

_MORNING: Final = 9
HOURS: Final = {"1": timedelta(hours=1), "4": timedelta(hours=4)}
RESTS: Final = (("1", _("for one hour")), ("4", _("for four hours")), ("morning", _("until tomorrow at 9")))


_NOTE: Final = _("Note")


def _note(label: _StrPromise = _NOTE, *, is_required: bool = False) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=500, required=is_required, validators=[without_card_data],
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip


class DecideForm(forms.Form):
    """One verdict with its reason; `verdict` is fixed by the part of the page that the form stands in."""

    ticket = forms.UUIDField(initial=uuid4, widget=forms.HiddenInput)
    """Of this form as it was shown: sent twice, it decides once."""
    verdict = forms.TypedChoiceField(choices=Verdict.choices, coerce=int, widget=forms.HiddenInput)
    reason_code = forms.ChoiceField(label=_("Why"), widget=forms.RadioSelect)
    note = _note()

    def __init__(self, *args: Any, verdict: int, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", f"v{verdict}_%s")
        super().__init__(*args, **kwargs)
        self.fields["verdict"].initial = verdict
        reason = self.fields["reason_code"]
        assert isinstance(reason, forms.ChoiceField)
        reason.choices = [(each.value, each.label) for each in REASONS[Verdict(verdict)]]

    def clean_verdict(self) -> Verdict:
        """As the model has it."""
        return Verdict(self.cleaned_data["verdict"])


class OpenForm(forms.Form):
    """Why somebody wants a payment looked at."""

    note = _note(_("Why it should be looked at"), is_required=True)


class RestForm(forms.Form):
    """Until when a case is put off; its hold stands meanwhile."""

    until = forms.ChoiceField(label=_("Put off"), choices=RESTS, initial="1", widget=forms.RadioSelect)

    def clean_until(self) -> datetime:
        """The instant: 9 o’clock is that of the viewer."""
        chosen = self.cleaned_data["until"]
        if chosen in HOURS:
            return timezone.now() + HOURS[chosen]
        morning = timezone.localtime() + timedelta(days=1)
        return morning.replace(hour=_MORNING, minute=0, second=0, microsecond=0)


class EscalateForm(forms.Form):
    """Why somebody else should decide."""

    note = _note(is_required=True)


class AskForm(forms.Form):
    """What the customer is asked."""

    note = _note(_("Question"), is_required=True)


class NoteForm(forms.Form):
    """What the next reader should know."""

    note = _note(is_required=True)


_Choice = tuple[str | Promise, str | list[tuple[str, str | Promise]]]


def _grouped() -> list[_Choice]:
    """Nothing is chosen beforehand: what many cases are decided by is somebody's word."""
    return [("", "–")] + [
        (verdict.label, [(f"{verdict.value}:{each.value}", each.label) for each in REASONS[verdict]])
        for verdict in Verdict
    ]


class BulkForm(forms.Form):
    """One decision for the chosen cases."""

    ticket = forms.UUIDField(initial=uuid4, widget=forms.HiddenInput)
    choice = forms.ChoiceField(label=_("Decide"), choices=_grouped)
    note = forms.CharField(label=_("Note"), max_length=500, required=False, validators=[without_card_data])

    def clean_choice(self) -> tuple[Verdict, str]:
        """Verdict and reason code."""
        verdict, _colon, code = self.cleaned_data["choice"].partition(":")
        return Verdict(int(verdict)), code


class PerformanceForm(forms.Form):
    """Of which time figures are shown."""

    days = forms.TypedChoiceField(
        label=_("Of the last"), coerce=int, required=False,
        choices=[(30, _("30 days")), (90, _("90 days")), (365, _("365 days"))],
    )  # fmt: skip
