"""What machines said of the payments of a case: scores, rules and lists by their names, reasons as sentences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils.text import format_lazy

from fraud.assessments.models import Assessment, Basis
from fraud.features.models import KeyKind
from fraud.lists.models import ListName
from fraud.review.pictures import Reason, Words
from fraud.rules.evidence import Figure, figures_seen
from fraud.rules.models import RuleVersion
from fraud.rules.starters import words_of
from fraud.rules.vocabulary import TEXTS
from fraud.scoring.sentences import sentence

_Rule = tuple[str, Any]
"""Name and condition of a version."""
KINDS_A_LIST: Final = 16
"""A hit is list × 16 + kind (`fraud.lists.hits.code_of`)."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """One assessment in words."""

    score_ppm: int | None
    outcome: int
    basis: int
    rules: tuple[str, ...]
    lists: tuple[Words, ...]
    reasons: tuple[Reason, ...] | None
    seen: tuple[Figure, ...]

    @property
    def top_reason(self) -> Words:
        """The one that is told in a list: the rule or list that decided, else the heaviest reason."""
        if self.basis == Basis.RULE and self.rules:
            return self.rules[0]
        if self.basis == Basis.LIST and self.lists:
            return self.lists[0]
        return self.reasons[0].sentence if self.reasons else Basis(self.basis).label


def judgements(assessment_ids: Iterable[int]) -> dict[int, Judgement]:
    """By assessment; two queries."""
    rows = list(
        Assessment.objects.filter(pk__in=set(assessment_ids)).only(
            "score_ppm", "outcome", "basis", "rule_ids", "list_hits", "reasons", "model_id", "features", *TEXTS
        )
    )
    rules = _rules({rule for row in rows for rule in row.rule_ids})
    return {row.pk: _judgement(row, rules) for row in rows}


def _judgement(row: Assessment, rules: Mapping[int, _Rule]) -> Judgement:
    fired = [rules[rule] for rule in row.rule_ids if rule in rules]
    return Judgement(
        score_ppm=row.score_ppm,
        outcome=row.outcome,
        basis=row.basis,
        rules=tuple(words_of(name) for name, _condition in fired),
        lists=tuple(_list_words(code) for code in row.list_hits),
        reasons=_reasons_of(row),
        seen=figures_seen(row, [condition for _name, condition in fired]),
    )


def _rules(version_ids: set[int]) -> dict[int, _Rule]:
    found = RuleVersion.objects.filter(pk__in=version_ids).values_list("pk", "rule__name", "condition")
    return {pk: (name, condition) for pk, name, condition in found}


def _list_words(code: int) -> Words:
    name, kind = divmod(code, KINDS_A_LIST)
    return format_lazy("{}: {}", ListName(name).label, KeyKind(kind).label)


def _reasons_of(row: Assessment) -> tuple[Reason, ...] | None:
    """What no model scored has no such reasons: nobody need wait for them."""
    if row.reasons is None:
        return () if row.model_id is None else None
    return tuple(_reasons(row.reasons))


def _reasons(told: Sequence[Mapping[str, Any]]) -> Iterable[Reason]:
    for each in told:
        yield Reason(sentence(each), int(each["weight_ppm"]))
