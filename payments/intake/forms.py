"""What people fill in about keys of the merchant API."""

from __future__ import annotations

import ipaddress
from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from payments.intake.scopes import Scope
from payments.intake.services.keys import LONGEST_OVERLAP, NewKey
from payments.web.words import without_card_data

_MOST_DAYS = 3650
_MOST_NETWORKS = 50


class NewKeyForm(forms.Form):
    """A key to be made."""

    name = forms.CharField(
        label=_("Name"),
        max_length=80,
        validators=[without_card_data],
        help_text=_("Which machine shows it, for example: shop, production."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": True}),
    )
    scopes = forms.MultipleChoiceField(
        label=_("What it may do"), choices=Scope.choices, widget=forms.CheckboxSelectMultiple
    )
    days = forms.IntegerField(
        label=_("Days it is valid"),
        required=False,
        min_value=1,
        max_value=_MOST_DAYS,
        help_text=_("Empty: until it is revoked."),
    )
    networks = forms.CharField(
        label=_("Networks it may be used from"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
        help_text=_("One a line, like 203.0.113.0/24. Empty: from anywhere."),
    )

    def clean_name(self) -> str:
        """The name, which people read in lists and logs."""
        name = str(self.cleaned_data["name"])
        if not name.isprintable():
            raise forms.ValidationError(_("Use printable characters only."))
        return name

    def clean_networks(self) -> tuple[str, ...]:
        """The networks, each as it is kept."""
        lines = self.cleaned_data["networks"].split()
        try:
            networks = tuple(str(ipaddress.ip_network(line)) for line in lines)
        except ValueError:
            raise forms.ValidationError(_("A network is written like 203.0.113.0/24 or 2001:db8::/32.")) from None
        if len(networks) > _MOST_NETWORKS:
            raise forms.ValidationError(_("There are more than 50 networks."))
        return networks

    def wanted(self) -> NewKey:
        """The filled-in form as the service takes it."""
        values: dict[str, Any] = self.cleaned_data
        expires_at = timezone.now() + timedelta(days=values["days"]) if values["days"] else None
        return NewKey(values["name"], values["scopes"], values["networks"], expires_at)


class RotateForm(forms.Form):
    """How long the old key goes on to hold."""

    hours = forms.IntegerField(
        label=_("Hours the old key stays valid"),
        min_value=0,
        max_value=int(LONGEST_OVERLAP.total_seconds()) // 3600,
        initial=24,
    )
