"""What people fill in about the addresses that are told what changed."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from payments.notices.labels import KINDS
from payments.web.words import without_card_data


class EndpointForm(forms.Form):
    """An endpoint to be added."""

    url = forms.CharField(
        label=_("Address"),
        max_length=500,
        validators=[without_card_data],
        help_text=_("Begins with https:// and leads to a public address."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "url"}),
    )
    description = forms.CharField(
        label=_("Description"), max_length=120, required=False, validators=[without_card_data]
    )
    kinds = forms.MultipleChoiceField(
        label=_("What it is told"),
        choices=list(KINDS.items()),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None: everything."),
    )


class ReplayForm(forms.Form):
    """From when on messages are sent again."""

    since = forms.DateTimeField(
        label=_("Since"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    )
