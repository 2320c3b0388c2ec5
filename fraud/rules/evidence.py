"""What rules saw of a payment when they were true of it: each figure they ask about, as it was then."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.utils.functional import Promise

from fraud.assessments.models import Assessment
from fraud.features.catalogue import CATALOGUE
from fraud.features.labels import show
from fraud.rules.ast import Compare, InList, leaves_of
from fraud.rules.labels import field_words
from fraud.rules.parsing import parse
from fraud.rules.selectors import VOCABULARY
from fraud.rules.vocabulary import Field, Kind

Figure = tuple[str | Promise, str | Promise]
"""What it is called, and its value as people read it."""


def figures_seen(row: Assessment, conditions: Iterable[Any]) -> tuple[Figure, ...]:
    """The figures that some conditions ask about, each once and in their order, with the values of an assessment.

    Amount and score are not among them: they are said wherever a payment is.
    """
    fields = {field.name: field for condition in conditions for field in _fields(condition)}
    return tuple((field_words(field.name), _shown(row, field)) for field in fields.values())


def _fields(condition: Any) -> Iterator[Field]:
    for leaf in leaves_of(parse(condition, VOCABULARY)):
        if isinstance(leaf, InList):
            continue
        both = [leaf.field]
        if isinstance(leaf, Compare) and isinstance(leaf.value, Field):
            both.append(leaf.value)
        yield from (field for field in both if field.kind in (Kind.FEATURE, Kind.TEXT))


def _shown(row: Assessment, field: Field) -> str | Promise:
    if field.kind is Kind.TEXT:
        return getattr(row, field.name) or "–"
    # Older assessments know fewer features.
    value = row.features[field.position - 1] if field.position <= len(row.features) else None
    return show(CATALOGUE[field.position - 1], value)
