"""How the list of people is narrowed."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_filters import ChoiceFilter, FilterSet

from config.staff.models import PeopleQuerySet, User
from config.staff.roles import Role
from payments.web import SearchFilter


class PeopleFilters(FilterSet):
    """By name or e-mail, by role, by whether they may sign in."""

    q = SearchFilter(method="search", label=_("Name or e-mail"))
    role = ChoiceFilter(method="with_role", label=_("Role"), choices=Role.choices, empty_label=_("Any role"))
    state = ChoiceFilter(
        method="in_state",
        label=_("State"),
        choices=[("active", _("Active")), ("disabled", _("Disabled"))],
        empty_label=_("Any state"),
    )

    class Meta:
        model = User
        fields: list[str] = []

    def search(self, queryset: PeopleQuerySet, name: str, value: str) -> PeopleQuerySet:
        """Part of a name or of an address; the table of people is small, so no index is needed."""
        return queryset.filter(Q(name__icontains=value) | Q(email__icontains=value))

    def with_role(self, queryset: PeopleQuerySet, name: str, value: str) -> PeopleQuerySet:
        """People who hold the role."""
        return queryset.holding(Role(value))

    def in_state(self, queryset: PeopleQuerySet, name: str, value: str) -> PeopleQuerySet:
        """People who may, or may not, sign in."""
        return queryset.filter(is_active=value == "active")
