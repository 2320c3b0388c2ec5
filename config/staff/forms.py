"""What people fill in about people."""

from __future__ import annotations

import zoneinfo
from functools import cache
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from config.staff.models import Theme
from config.staff.roles import Role
from payments.web.words import without_card_data

_NEAR = ("Asia/Seoul", "Asia/Tokyo", "UTC")


@cache
def zone_choices() -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """The zones one can choose, ours first; only names with a place, not the old aliases."""
    places = sorted(
        name
        for name in zoneinfo.available_timezones()
        if "/" in name and not name.startswith(("Etc/", "SystemV/", "US/", "posix/", "right/"))
    )
    near = tuple((name, name) for name in _NEAR)
    areas: dict[str, list[tuple[str, str]]] = {}
    for name in places:
        areas.setdefault(name.partition("/")[0], []).append((name, name.replace("_", " ")))
    return (("★", near), *((area, tuple(names)) for area, names in areas.items()))


class RolesField(forms.TypedMultipleChoiceField):
    """Tick boxes for the seven roles; the clean value is a frozenset of `Role`."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=Role.choices, coerce=Role, label=_("Roles"), **kwargs)

    def clean(self, value: Any) -> frozenset[Role]:
        """The ticked roles; ValidationError for a name that is no role."""
        return frozenset(super().clean(value))


class InviteForm(forms.Form):
    """A new member of staff."""

    email = forms.EmailField(
        label=_("E-mail"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "off", "autofocus": True})
    )
    name = forms.CharField(
        label=_("Name"),
        max_length=120,
        validators=[without_card_data],
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    zone = forms.ChoiceField(label=_("Time zone"), choices=zone_choices, initial="Asia/Seoul")
    roles = RolesField(required=False, help_text=_("A person without a role can sign in and sees nothing."))


class RolesForm(forms.Form):
    """Which roles a person holds."""

    roles = RolesField(required=False)


class ProfileForm(forms.Form):
    """What a person says about themselves."""

    name = forms.CharField(
        label=_("Name"),
        max_length=120,
        validators=[without_card_data],
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    zone = forms.ChoiceField(
        label=_("Time zone"),
        choices=zone_choices,
        help_text=_("Times are shown in this zone. Settlement dates are not."),
    )
    theme = forms.ChoiceField(label=_("Appearance"), choices=Theme.choices)
