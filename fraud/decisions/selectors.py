"""Questions about decisions: what the rules are called that made them."""

from __future__ import annotations

from collections.abc import Sequence

from fraud.rules.models import RuleVersion


def rule_names(version_ids: Sequence[int]) -> list[str]:
    """The names of rules by their versions, in the order given."""
    if not version_ids:
        return []
    names = dict(RuleVersion.objects.filter(pk__in=version_ids).values_list("pk", "rule__name"))
    return [names[pk] for pk in version_ids if pk in names]
