"""What people fill in about lists."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from fraud.features.models import KeyKind
from fraud.lists.days import end_of
from fraud.lists.models import ListName
from fraud.lists.services.entries import NewEntry
from payments.web.words import without_card_data


class EntryForm(forms.Form):
    """A key to be put on a list."""

    list_name = forms.TypedChoiceField(label=_("List"), choices=ListName.choices, coerce=int, initial=ListName.BLOCK)
    kind = forms.TypedChoiceField(label=_("What it is"), choices=KeyKind.choices, coerce=int, initial=KeyKind.EMAIL)
    text = forms.CharField(
        label=_("Value"),
        max_length=300,
        validators=[without_card_data],
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_(
            "Only its hash is kept. A card is its fingerprint at the provider, or brand|BIN|last four; "
            "a customer is the number your shop uses."
        ),
    )
    reason = forms.CharField(label=_("Reason"), max_length=200, validators=[without_card_data])
    ends_on = forms.DateField(
        label=_("Last day"),
        required=False,
        help_text=_("An entry of the allow list must end."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def clean_ends_on(self) -> datetime | None:
        """The instant at which the last day is over, in the zone of the house's reports."""
        day = self.cleaned_data["ends_on"]
        if day is None:
            return None
        end = end_of(day)
        if end <= timezone.now():
            raise forms.ValidationError(_("This day is over."))
        return end

    def wanted(self) -> NewEntry:
        """The filled-in form as the service takes it."""
        given: dict[str, Any] = self.cleaned_data
        return NewEntry(
            ListName(given["list_name"]), KeyKind(given["kind"]), given["text"], given["reason"], given["ends_on"]
        )


class RemoveForm(forms.Form):
    """Why an entry is taken off."""

    reason = forms.CharField(label=_("Reason"), max_length=200, validators=[without_card_data])


class FileForm(forms.Form):
    """A file of entries."""

    file = forms.FileField(label=_("CSV file"))
