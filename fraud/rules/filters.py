"""How the list of rules is narrowed."""

from __future__ import annotations

from typing import Final

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django_filters import ChoiceFilter, FilterSet

from fraud.rules.awaiting import awaiting
from fraud.rules.models import RuleAction, RuleState, RuleVersion
from payments.web import SearchFilter, actor

FOR_ME: Final = "for_me"
"""Of states: submitted by somebody else than who asks."""


class RuleFilters(FilterSet):
    """By name, by where a version stands, by what it does."""

    q = SearchFilter(field_name="rule__name", lookup_expr="icontains", label=_("Rule"))
    state = ChoiceFilter(
        method="in_state", label=_("State"), choices=[*RuleState.choices, (FOR_ME, _("Waits for your word"))],
        empty_label=_("Any state"),
    )  # fmt: skip
    action = ChoiceFilter(label=_("What it does"), choices=RuleAction.choices, empty_label=_("Anything"))

    class Meta:
        model = RuleVersion
        fields: list[str] = []

    def in_state(self, queryset: QuerySet[RuleVersion], name: str, value: str) -> QuerySet[RuleVersion]:
        """Where a version stands, or what the person who asks may publish."""
        if value == FOR_ME:
            return queryset.filter(pk__in=awaiting(by=actor(self.request)).values("pk"))
        return queryset.filter(state=value)
