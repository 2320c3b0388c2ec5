"""How the entries of lists are narrowed."""

from __future__ import annotations

from typing import Final

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_filters import ChoiceFilter, FilterSet

from fraud.features.keys import key_of
from fraud.features.models import KeyKind
from fraud.lists.awaiting import awaiting
from fraud.lists.days import is_over
from fraud.lists.labels import STATES
from fraud.lists.models import ListEntry, ListName
from payments.web import SearchFilter, actor

FOR_ME: Final = "for_me"
"""Of states: waits for a second person other than who added it, who is the one that asks."""


class EntryFilters(FilterSet):
    """By value (its hash is looked for), list, kind of key and state."""

    q = SearchFilter(method="with_value", label=_("Value"))
    list_name = ChoiceFilter(label=_("List"), choices=ListName.choices, empty_label=_("Any list"))
    kind = ChoiceFilter(label=_("What it is"), choices=KeyKind.choices, empty_label=_("Anything"))
    state = ChoiceFilter(
        method="in_state", label=_("State"),
        choices=[*((state, badge.label) for state, badge in STATES.items()), (FOR_ME, _("Waits for your word"))],
        empty_label=_("Any state"),
    )  # fmt: skip

    class Meta:
        model = ListEntry
        fields: list[str] = []

    def with_value(self, queryset: QuerySet[ListEntry], name: str, value: str) -> QuerySet[ListEntry]:
        """Whatever kind of key it is."""
        keys = {kind: key_of(kind, value) for kind in KeyKind}
        found = Q()
        for kind, key in keys.items():
            if key is not None:
                found |= Q(kind=kind, key=key)
        return queryset.filter(found) if found else queryset.none()

    def in_state(self, queryset: QuerySet[ListEntry], name: str, value: str) -> QuerySet[ListEntry]:
        """In force, waiting, expired or removed; or what the person who asks may approve."""
        if value == FOR_ME:
            return queryset.filter(pk__in=awaiting(by=actor(self.request)).values("pk"))
        if value == "removed":
            return queryset.filter(removed_at__isnull=False)
        over = is_over(timezone.now())
        waits = Q(list_name=ListName.ALLOW, approved_at__isnull=True)
        open_ones = queryset.filter(removed_at=None)
        if value == "expired":
            return open_ones.filter(over)
        standing = open_ones.exclude(over)
        return standing.filter(waits) if value == "waiting" else standing.exclude(waits)
