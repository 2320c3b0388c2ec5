"""What people fill in to write a rule: sentences in groups, without any script."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django import forms
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fraud.features.declarations import Source
from fraud.features.models import KeyKind
from fraud.lists.days import end_of
from fraud.lists.models import ListName
from fraud.rules.ast import Node
from fraud.rules.composing import Composed, Group, Row, RowRefused, to_json
from fraud.rules.labels import REFUSALS, field_words
from fraud.rules.models import RuleAction
from fraud.rules.parsing import ConditionRefused, parse
from fraud.rules.selectors import SOURCES, VOCABULARY
from fraud.rules.services.drafting import Draft
from payments.web.words import without_card_data

_DAYS: Final = {
    7: _("7 days"), 30: _("30 days"), 90: _("90 days"), 180: _("180 days"), 365: _("365 days"),
}  # fmt: skip
MOST_GROUPS: Final = 5
MOST_ROWS: Final = 10
NEW_ROWS: Final = 3
JOINTS: Final = (("all", _("all of these are true")), ("any", _("at least one of these is true")))
OPERATORS: Final = (
    ("", "–"),
    (
        _("Numbers"),
        (
            (">=", _("is at least")), (">", _("is more than")), ("<=", _("is at most")), ("<", _("is less than")),
            ("between", _("is from … to …, like 3 – 5")),
        ),
    ),
    (
        _("Numbers and texts"),
        (("=", _("is")), ("!=", _("is not")), ("one_of", _("is one of")), ("none_of", _("is none of"))),
    ),
    (_("Texts"), (("starts_with", _("begins with")), ("contains", _("has in it")))),
    (_("Yes or no"), (("yes", _("is so")), ("no", _("is not so")))),
    (_("All"), (("known", _("is known")), ("missing", _("is not known")))),
)  # fmt: skip


def field_choices() -> list[tuple[Any, Any]]:
    """Everything a sentence may be about: the payment, whose history, then lists."""
    groups: dict[str, list[tuple[str, Promise]]] = {}
    for name, field in VOCABULARY.items():
        heading = _("Payment") if not field.position else _SOURCES[SOURCES[name]]
        groups.setdefault(str(heading), []).append((name, field_words(name)))
    lists = [
        (f"list:{name.value}:{kind.value}", _("%(kind)s: %(list)s") % {"kind": kind.label, "list": name.label})
        for name in ListName
        for kind in KeyKind
    ]
    return [("", "–"), *groups.items(), (_("Lists"), lists)]


def other_choices() -> list[tuple[Any, Any]]:
    """Everything that something else may be compared with: what has its unit; amounts go with a currency alone."""
    units = Counter(field.unit for field in VOCABULARY.values())
    comparable = {name for name, field in VOCABULARY.items() if units[field.unit] > 1}
    first, *groups = field_choices()[:-1]
    kept = [(heading, [each for each in fields if each[0] in comparable]) for heading, fields in groups]
    return [first, *(group for group in kept if group[1])]


_SOURCES: Final[Mapping[Source, Promise]] = {
    Source.PAYMENT: _("Payment"),
    **{source: KeyKind[source.name].label for source in Source if source is not Source.PAYMENT},
}


class RowForm(forms.Form):
    """One sentence; empty when it has no field."""

    field = forms.ChoiceField(label=_("What"), required=False, choices=field_choices)
    op = forms.ChoiceField(label=_("How"), required=False, choices=OPERATORS)
    value = forms.CharField(
        label=_("Value"), required=False, max_length=4000, validators=[without_card_data],
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip

    other = forms.ChoiceField(label=_("or another figure"), required=False, choices=other_choices)

    def row(self) -> Row | None:
        """The sentence; None of an empty one."""
        given = self.cleaned_data
        return Row(given["field"], given["op"], given["value"], given["other"]) if given.get("field") else None


class GroupForm(forms.Form):
    """How the sentences of one group are joined, and how many there are."""

    joint = forms.ChoiceField(label=_("In this group"), choices=JOINTS)
    rows = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=MOST_ROWS)


class RuleForm(forms.Form):
    """A whole rule but for its sentences."""

    name = forms.CharField(label=_("Name"), max_length=80, validators=[without_card_data])
    action = forms.TypedChoiceField(
        label=_("What it does"), choices=RuleAction.choices, coerce=int, initial=RuleAction.REVIEW
    )
    description = forms.CharField(
        label=_("Description"), required=False, max_length=300, validators=[without_card_data]
    )
    ends_on = forms.DateField(
        label=_("Last day"), required=False, help_text=_("A rule that allows must end."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )  # fmt: skip
    joint = forms.ChoiceField(label=_("Between the groups"), choices=JOINTS)
    groups = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=MOST_GROUPS)

    def clean_ends_on(self) -> datetime | None:
        """The instant at which the last day is over, in the zone of the house's reports."""
        day = self.cleaned_data["ends_on"]
        if day is None:
            return None
        end = end_of(day)
        if end <= timezone.now():
            raise forms.ValidationError(_("This day is over."))
        return end

    def clean(self) -> dict[str, Any]:
        """What allows must end."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if given.get("action") == RuleAction.ALLOW and not given.get("ends_on") and "ends_on" not in self.errors:
            self.add_error("ends_on", _("A rule that allows must end."))
        return given


class Writing:
    """The rule form with the forms of its groups and rows, as one thing that is filled in and read."""

    def __init__(self, data: Mapping[str, Any] | None, initial: Mapping[str, Any], composed: Composed | None) -> None:
        composed = composed or Composed(True, (Group(True, ()),))
        start = {**initial, "joint": _joint(composed.is_all), "groups": len(composed.groups)}
        self.rule = RuleForm(data, initial=start)
        self.node: Node | None = None
        self.groups: list[tuple[GroupForm, list[RowForm]]] = []
        for g in range(_asked(data, "groups", start["groups"], MOST_GROUPS)):
            group = composed.groups[g] if g < len(composed.groups) else Group(True, ())
            size = min(MOST_ROWS, max(NEW_ROWS, len(group.rows) + 1))
            head = GroupForm(data, prefix=f"g{g}", initial={"joint": _joint(group.is_all), "rows": size})
            rows = [
                RowForm(data, prefix=f"g{g}-r{r}", initial=_initial(group.rows[r]) if r < len(group.rows) else {})
                for r in range(_asked(data, f"g{g}-rows", size, MOST_ROWS))
            ]
            self.groups.append((head, rows))

    def is_valid(self) -> bool:
        """Whether everything can be read; what cannot says so where it stands."""
        forms_of = [self.rule, *(form for head, rows in self.groups for form in (head, *rows))]
        # Each says what is wrong with it, so all are asked.
        if not all([form.is_valid() for form in forms_of]):  # noqa: C419
            return False
        places: list[list[RowForm]] = []
        groups = []
        for head, rows in self.groups:
            filled = [(form, row) for form in rows if (row := form.row()) is not None]
            if filled:
                places.append([form for form, _row in filled])
                groups.append(Group(head.cleaned_data["joint"] == "all", tuple(row for _form, row in filled)))
        try:
            json = to_json(Composed(self.rule.cleaned_data["joint"] == "all", tuple(groups)), VOCABULARY)
            self.node = parse(json, VOCABULARY)
        except RowRefused as refusal:
            places[refusal.place[0]][refusal.place[1]].add_error("value", str(REFUSALS[refusal.code]))
        except ConditionRefused as refusal:
            self.rule.add_error(None, str(REFUSALS[refusal.code]))
        return self.node is not None

    def draft(self) -> Draft:
        """What was filled in, as the service takes it; only after `is_valid`."""
        assert self.node is not None
        given = self.rule.cleaned_data
        return Draft(RuleAction(given["action"]), self.node, given["description"], given["ends_on"])


def grown(data: Mapping[str, Any], *, by_group: bool) -> Writing:
    """What was filled in so far, with room for one sentence more in each group, or with one group more."""
    groups = []
    for g in range(_asked(data, "groups", 1, MOST_GROUPS)):
        rows = [
            Row(*(str(data.get(f"g{g}-r{r}-{part}", "")) for part in ("field", "op", "value", "other")))
            for r in range(_asked(data, f"g{g}-rows", 1, MOST_ROWS))
        ]
        groups.append(Group(data.get(f"g{g}-joint") != "any", tuple(row for row in rows if row.field)))
    if by_group and len(groups) < MOST_GROUPS:
        groups.append(Group(True, ()))
    initial = {name: data.get(name, "") for name in ("name", "action", "description", "ends_on")}
    return Writing(None, initial, Composed(data.get("joint") != "any", tuple(groups)))


def _asked(data: Mapping[str, Any] | None, name: str, otherwise: int, most: int) -> int:
    """How many groups or rows there are; what is sent is bounded before it is believed."""
    if data is None:
        return otherwise
    text = str(data.get(name, ""))
    return min(most, max(1, int(text))) if text.isascii() and text.isdigit() and len(text) < 4 else 1


def _joint(is_all: bool) -> str:
    return "all" if is_all else "any"


def _initial(row: Row) -> dict[str, str]:
    return {"field": row.field, "op": row.op, "value": row.value, "other": row.other}


class PeriodForm(forms.Form):
    """How far back a rule is tried."""

    days = forms.TypedChoiceField(
        label=_("Tried on the last"), coerce=int, required=False,
        choices=[(days, _DAYS[days]) for days in _DAYS],
    )  # fmt: skip


class TrialForm(forms.Form):
    """Until when a draft runs beside the live rules."""

    until = forms.DateField(label=_("Last day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))

    def clean_until(self) -> datetime:
        """The instant at which the day is over."""
        return end_of(self.cleaned_data["until"])


class ReasonForm(forms.Form):
    """Why a rule is taken out, or a draft refused."""

    reason = forms.CharField(label=_("Reason"), max_length=300, validators=[without_card_data])
