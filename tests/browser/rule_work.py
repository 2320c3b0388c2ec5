"""What the fraud team keeps, for the sweep: a rule that somebody submitted, and an entry that waits for approval."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from config.staff.models import User
from fraud.features.models import KeyKind
from fraud.lists.models import ListEntry, ListName
from fraud.lists.services.entries import NewEntry, add
from fraud.rules.models import RuleAction, RuleVersion
from fraud.rules.parsing import parse
from fraud.rules.selectors import VOCABULARY
from fraud.rules.services import drafting

_CONDITION = {
    "op": "and",
    "of": [
        {"op": "=", "left": ["field", "currency"], "right": "KRW"},
        {"op": ">=", "left": ["field", "amount"], "right": 50_000},
        {
            "op": "or",
            "of": [
                {"op": ">=", "left": ["field", "customer_count_1h"], "right": 5},
                {"op": "in_list", "list": 3, "kind": 4},
            ],
        },
    ],
}


def a_rule(author: User) -> RuleVersion:
    """A rule that waits for a second person and runs on trial."""
    found = RuleVersion.objects.filter(rule__name="심야 고액 / 深夜の高額").first()
    if found is not None:
        return found
    draft = drafting.Draft(RuleAction.REVIEW, parse(_CONDITION, VOCABULARY), "Card testing of July")
    made = drafting.create("심야 고액 / 深夜の高額", draft, by=author)
    return drafting.submit(made, by=author)


def an_entry(author: User) -> ListEntry:
    """An entry of the allow list that nobody approved yet."""
    found = ListEntry.objects.filter(list_name=ListName.ALLOW).first()
    end = timezone.now() + timedelta(days=90)
    new = NewEntry(ListName.ALLOW, KeyKind.EMAIL, "kim@example.com", "단골 고객", end)
    return found or add(new, by=author)
