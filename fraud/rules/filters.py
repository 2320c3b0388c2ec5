"""How the list of rules is narrowed."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django_filters import ChoiceFilter, FilterSet

from fraud.rules.models import RuleAction, RuleState, RuleVersion
from payments.web import SearchFilter


class RuleFilters(FilterSet):
    """By name, by where a version stands, by what it does."""

    q = SearchFilter(field_name="rule__name", lookup_expr="icontains", label=_("Rule"))
    state = ChoiceFilter(label=_("State"), choices=RuleState.choices, empty_label=_("Any state"))
    action = ChoiceFilter(label=_("What it does"), choices=RuleAction.choices, empty_label=_("Anything"))

    class Meta:
        model = RuleVersion
        fields: list[str] = []
