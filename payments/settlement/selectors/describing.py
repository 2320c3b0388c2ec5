"""The desk of the mapping editor: a file's columns, what they are said to mean, and what comes of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from payments.facts import BankLineFact, FileRefused, LineFact, Problem, ReadingTerms, SourceFile
from payments.intake.adapters import Owner
from payments.intake.describing.description import SIDE, Description
from payments.intake.describing.proposing import Proposal
from payments.intake.describing.sampling import Sample
from payments.intake.describing.trying import Trial, try_mapping, validate
from payments.methods.models import Provider
from payments.settlement.labels import LINE_KINDS
from payments.settlement.selectors.imports import ProblemLine, filled, translated

SHOWN_FACTS: Final = 10


@dataclass(frozen=True, slots=True)
class ColumnRow:
    """One column of the file on the page."""

    key: str
    name: str
    first: tuple[str, ...]
    meaning: str
    confidence: int | None
    """How sure it was, 0 to 95, when it still means what was proposed."""
    reason: str
    """By what it was proposed, in the viewer's language."""


@dataclass(frozen=True, slots=True)
class FactRow:
    """One line of the file as it would be posted; minor units."""

    line: int
    kind: str | Promise
    reference: str
    day: Any
    currency: str
    gross: int
    fee: int
    fee_vat: int
    net: int


@dataclass(frozen=True, slots=True)
class Bench:
    """All that the page shows."""

    description: Description
    columns: tuple[ColumnRow, ...]
    encoding: str
    mapping: dict[str, Any] | None
    """None while the description makes none."""
    refusal: ProblemLine | None
    """Why there is no mapping, or why the file can't be read with it."""
    trial: Trial
    facts: tuple[FactRow, ...]
    problems: tuple[ProblemLine, ...]
    gives_net: bool
    """Whether the file states its net amounts, so that the sums check something."""

    @property
    def is_keepable(self) -> bool:
        """Whether there is a mapping and at least one line can be read with it."""
        return self.mapping is not None and self.refusal is None and bool(self.trial.facts)

    @property
    def tried_count(self) -> int:
        """Lines that were tried."""
        return len(self.trial.facts) + self.trial.problem_count

    @property
    def kind_column(self) -> str:
        """The column whose words are kinds."""
        return self.description.column_of("kind")

    @property
    def side_column(self) -> str:
        """The column whose words are sides."""
        return self.description.column_of(SIDE)


def bench(owner: Owner, source: SourceFile, sample: Sample, proposal: Proposal, description: Description) -> Bench:
    """Try a description on the file it was made for; nothing is kept."""
    mapping, refused, trial = None, None, Trial()
    positions = frozenset(str(column.key) for column in sample.columns if isinstance(column.key, int))
    try:
        mapping = description.as_mapping(positions)
        validate(mapping, is_bank=description.is_bank)
        trial = try_mapping(source, mapping, terms_for(owner), is_bank=description.is_bank)
        refused = trial.refusal
    except FileRefused as refusal:
        mapping, refused = None, refusal.problem
    return Bench(
        description=description,
        columns=tuple(_column_rows(sample, proposal, description)),
        encoding=sample.encoding,
        mapping=mapping,
        refusal=_problem_line(refused) if refused else None,
        trial=trial,
        facts=tuple(_fact_row(fact) for fact in islice(trial.facts, SHOWN_FACTS)),
        problems=tuple(_problem_line(problem) for problem in trial.problems),
        gives_net="net" in description.meanings.values() and "gross" in description.meanings.values(),
    )


def terms_for(owner: Owner) -> ReadingTerms:
    """What readers are told of an owner."""
    currencies = tuple(owner.currencies) if isinstance(owner, Provider) else (owner.currency,)
    return ReadingTerms(zone=owner.zone, currencies=currencies)


def _column_rows(sample: Sample, proposal: Proposal, description: Description) -> Sequence[ColumnRow]:
    rows = []
    for column in sample.columns:
        key = str(column.key)
        meaning, guess = description.meanings.get(key, ""), proposal.guesses.get(key)
        if guess is not None and guess.meaning == meaning:
            row = ColumnRow(key, column.name, column.first, meaning, guess.confidence, translated(guess.reason))
        else:
            row = ColumnRow(key, column.name, column.first, meaning, None, "")
        rows.append(row)
    return rows


def _fact_row(fact: LineFact | BankLineFact) -> FactRow:
    if isinstance(fact, BankLineFact):
        words = " · ".join(filter(None, (fact.counterparty, fact.remittance))) or fact.bank_reference
        kind = _("Credit") if fact.amount >= 0 else _("Debit")
        return FactRow(
            fact.line_number, kind, words[:80], fact.booked_on, fact.currency, fact.amount, 0, 0, fact.amount
        )
    reference = fact.provider_key or fact.merchant_reference or fact.payment_reference
    return FactRow(
        line=fact.line_number,
        kind=LINE_KINDS[fact.kind],
        reference=reference,
        day=fact.booked_on,
        currency=fact.net_currency,
        gross=fact.gross_settled,
        fee=fact.fee,
        fee_vat=fact.fee_vat,
        net=fact.net,
    )


def _problem_line(problem: Problem) -> ProblemLine:
    return ProblemLine(problem.line, problem.record, problem.field, filled(problem.template, problem.values))
