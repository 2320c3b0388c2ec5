"""What people fill in to ask for an act: the amount is typed, never preset, so that a slip of the hand does nothing."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from payments.acts.models import ActKind
from payments.money import UnreadableAmount, parse_minor
from payments.web.words import without_card_data


class ActForm(forms.Form):
    """One act on a payment."""

    kind = forms.ChoiceField(choices=ActKind.choices, widget=forms.HiddenInput)
    ticket = forms.UUIDField(initial=uuid4, widget=forms.HiddenInput)
    """Of this form as it was shown: sent twice, it asks once."""
    attempt_reference = forms.ChoiceField(label=_("Attempt"), required=False)
    amount = forms.CharField(
        label=_("Amount, typed"),
        max_length=40,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    reason = forms.CharField(label=_("Reason"), max_length=200, validators=[without_card_data])
    is_confirmed = forms.BooleanField(label=_("I have checked payment and amount"))

    def __init__(self, *args: Any, currency: str, attempts: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.currency = currency
        choice = self.fields["attempt_reference"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = [("", "–"), *((each, each) for each in attempts)]
        if len(attempts) < 2:
            choice.widget = forms.HiddenInput()

    def clean_amount(self) -> int:
        """Minor units."""
        try:
            return parse_minor(self.cleaned_data["amount"], self.currency)
        except UnreadableAmount:
            raise forms.ValidationError(_("This amount can’t be read.")) from None


class RejectForm(forms.Form):
    """Why a second person says no."""

    reason = forms.CharField(label=_("Reason"), max_length=300, validators=[without_card_data])
