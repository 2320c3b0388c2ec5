"""What is posted already in another form: statements of a provider that add up the same transactions as a file's."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.utils.translation import gettext

from payments.facts import Problem, StatementFact
from payments.intake.models import FileImport, ImportKind, ImportState
from payments.intake.summaries import statements_from_json
from payments.providers.forms import form_of
from payments.settlement.models import Statement
from payments.wording import translatable

TOLD_ALREADY: Final = translatable(
    "%(statement)s adds up the same transactions as %(other)s (from “%(file)s”), which is a statement of the same days "
    "in another form. Both would count them twice: import only one of the two forms of this account, or this one for "
    "days that the other does not cover."
)


@dataclass(frozen=True, slots=True)
class Told:
    """A statement and the days it tells of."""

    key: str
    form: str
    first_on: date
    last_on: date
    file_name: str


def told_in_other_forms(file_import: FileImport, facts: Sequence[StatementFact]) -> list[Problem]:
    """The statements of a file whose days another form tells of, posted or in the file itself; one query, or none."""
    name, adapter = file_import.file_name, file_import.adapter
    if file_import.kind != ImportKind.STATEMENT:
        return []
    coming = [
        Told(fact.statement_key, form, fact.period_from, fact.period_to, name)
        for fact in facts
        if (form := form_of(adapter, fact.statement_key))
    ]
    if not coming:
        return []
    known = [*_posted(file_import, coming), *coming]
    found = [(each, other) for each in coming if (other := _other(each, known))]
    return [
        Problem(TOLD_ALREADY, {"statement": each.key, "other": other.key, "file": other.file_name})
        for each, other in found
    ]


def objections_to(file_import: FileImport) -> tuple[str, ...]:
    """Why posting would refuse a previewed import, in the viewer's language; asked again when it is posted."""
    if file_import.state != ImportState.PREVIEWED:
        return ()
    found = told_in_other_forms(file_import, statements_from_json(file_import.summary))
    return tuple(gettext(problem.template) % problem.values for problem in found)


def _other(told: Told, known: Iterable[Told]) -> Told | None:
    return next(
        (
            each
            for each in known
            if each.form != told.form and each.first_on <= told.last_on and told.first_on <= each.last_on
        ),
        None,
    )


def _posted(file_import: FileImport, coming: Sequence[Told]) -> Iterable[Told]:
    rows = Statement.objects.filter(
        provider=file_import.provider,
        is_current=True,
        period_from__lte=max(each.last_on for each in coming),
        period_to__gte=min(each.first_on for each in coming),
    ).order_by("period_from", "pk")
    names = ("statement_key", "period_from", "period_to", "file_import__adapter", "file_import__file_name")
    for key, first, last, adapter, file_name in rows.values_list(*names):
        if form := form_of(adapter, key):
            yield Told(key, form, first, last, file_name)
