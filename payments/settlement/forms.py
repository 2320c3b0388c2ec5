"""What people fill in: how a break is explained, and which files come from where."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from payments.intake.models import ImportKind
from payments.intake.routing import Route
from payments.methods.models import BankAccount, Provider
from payments.settlement.labels import IMPORT_KINDS, REASONS
from payments.settlement.services.breaks import allowed_reasons
from payments.web.words import without_card_data


class ResolveForm(forms.Form):
    """An explanation; which reasons there are depends on the kind of break."""

    reason = forms.ChoiceField(label=_("Reason"))
    explanation = forms.CharField(
        label=_("Explanation"),
        max_length=2000,
        validators=[without_card_data],
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Whom you asked, what they said, what happens next. It stays with the break."),
    )

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reasons = [("", _("Choose a reason")), *((each.value, REASONS[each]) for each in allowed_reasons(kind))]
        self.fields["reason"].choices = reasons  # type: ignore[attr-defined]


class NoteForm(forms.Form):
    """What changed in a mapping, in a few words."""

    note = forms.CharField(required=False, max_length=200, validators=[without_card_data])

    @property
    def refusal(self) -> str:
        """Why the words can't be kept; '' when they can."""
        return "" if self.is_valid() else str(self.errors["note"][0])


class SeveralFilesInput(forms.ClearableFileInput):
    """A file field for any number of files."""

    allow_multiple_selected = True


class SeveralFilesField(forms.FileField):
    """Any number of files, at least one; empty ones are refused where they are received, with their name."""

    widget = SeveralFilesInput

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[bytes]]:
        """The files, as a list. Raises ValidationError when there is none."""
        files = data if isinstance(data, (list, tuple)) else [data] if data else []
        if not files:
            raise forms.ValidationError(_("Choose at least one file."))
        return list(files)


class UploadForm(forms.Form):
    """Files, and whose they are."""

    uploads = SeveralFilesField(label=_("Files"))
    source = forms.ChoiceField(label=_("These are"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        providers = list(Provider.objects.filter(is_enabled=True).order_by("name"))
        accounts = list(BankAccount.objects.order_by("name"))
        self._owners: dict[str, Route] = {}
        choices: list[Any] = [("", _("Find out from each file"))]
        for kind, owners in (
            (ImportKind.STATEMENT, providers),
            (ImportKind.MOVEMENTS, providers),
            (ImportKind.BANK, accounts),
        ):
            group = [(f"{kind.value}:{owner.code}", owner.name) for owner in owners]
            choices.append((IMPORT_KINDS[kind], group))
            self._owners |= {f"{kind.value}:{owner.code}": Route(kind, owner) for owner in owners}
        self.fields["source"].choices = choices  # type: ignore[attr-defined]

    def route(self) -> Route | None:
        """Where the person says the files belong; None to find it out. Call it on a valid form."""
        return self._owners.get(self.cleaned_data["source"])
