"""A person says which version of a statement counts: where no file says so itself, or where the file is wrong."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import TYPE_CHECKING, Final, TypeVar

from django.db import transaction

from payments.cards import holds_card_data
from payments.intake.adapters import owner_of
from payments.records.services import audit
from payments.settlement.models import (
    BankStatement,
    DayState,
    DepositPayout,
    LineTotal,
    SettlementDay,
    Statement,
)
from payments.settlement.posting.banking import settle_interim
from payments.settlement.posting.locks import lock_books
from payments.settlement.posting.renamed import count_now, note, tell
from payments.settlement.posting.statements import Placed, rank
from payments.settlement.services import supersede
from payments.settlement.versions import ranked

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser

Row = TypeVar("Row", Statement, BankStatement)
SUBJECTS: Final = {Statement: "statement", BankStatement: "bank_statement"}
"""What they are called in the audit trail."""
VERB: Final = "statement.chosen"


class CountsAlready(Exception):
    """The version is one of those that count."""


class OthersCountMeanwhile(Exception):
    """Other versions count than those that the person had in view."""


class ReasonMissing(Exception):
    """Whoever makes another version count says why."""


class CardDataTold(Exception):
    """The words hold a card number or a security code, which is kept nowhere."""


class HeldByStatement(Exception):
    """A booked statement holds the day of this interim report, so that it would not count."""


class DayIsClosed(Exception):
    """A day whose figures would change is submitted or signed off."""

    def __init__(self, provider: str, day: date) -> None:
        super().__init__(f"{provider} {day}")
        self.provider = provider
        self.day = day


@transaction.atomic
def make_count(chosen: Statement | BankStatement, *, seen: Collection[int], reason: str, by: AbstractBaseUser) -> None:
    """Make a version count instead of the one that does; what comes with a later sequence counts again.

    `seen` are the keys of the versions of its statement that counted when the person decided. Matches move and reopen
    as with a newer version that arrives.

    Raises:
        ReasonMissing, CardDataTold: the words say nothing, or what is kept nowhere.
        CountsAlready, OthersCountMeanwhile: somebody was faster.
        DayIsClosed, HeldByStatement: it may not, or would not, count.
    """
    if not reason.strip():
        raise ReasonMissing
    if holds_card_data(reason):
        raise CardDataTold
    lock_books(owner_of(chosen.file_import))
    replaced = _choose_of_provider(chosen, seen) if isinstance(chosen, Statement) else _choose_of_bank(chosen, seen)
    detail = {"statement": chosen.statement_key, "file": chosen.file_import.file_name, "instead_of": replaced}
    audit.record(VERB, by=by, about=(SUBJECTS[type(chosen)], chosen.pk), detail=detail, reason=reason.strip())


def _choose_of_provider(chosen: Statement, seen: Collection[int]) -> list[int]:
    rows = list(Statement.objects.filter(provider=chosen.provider_id, statement_key=chosen.statement_key))
    _prefer(chosen, rows, seen)
    placed = Placed([], [], [])
    rank(rows, placed)
    changed = [*placed.superseded, *(row.pk for row in placed.revived)]
    days = {
        *LineTotal.objects.filter(statement__in=changed).values_list("booked_on", flat=True),
        *(row.booked_on for row in rows if row.pk in changed),
    }
    _refuse_closed({(chosen.provider_id, day) for day in days})
    count_now(placed, chosen.file_import)
    return placed.superseded


def _choose_of_bank(chosen: BankStatement, seen: Collection[int]) -> list[int]:
    rows = list(BankStatement.objects.filter(account=chosen.account_id, statement_key=chosen.statement_key))
    mine = _prefer(chosen, rows, seen)
    superseded = [row.pk for row in rows if row.is_current]
    places = {version.row_id: place for place, version in enumerate(ranked(row.as_version for row in rows), start=1)}
    # Whoever steps back goes first: there is never more than one current version.
    for row in sorted(rows, key=lambda each: each is mine):
        row.version, row.is_current = places[row.pk], row is mine
        row.save(update_fields=["version", "is_current"])
    retired = settle_interim(chosen.account_id, superseded, [mine])
    if mine.pk in retired:
        raise HeldByStatement
    gone = [*superseded, *retired]
    paid = DepositPayout.objects.filter(deposit__bank_lines__bank_line__bank_statement__in=gone)
    _refuse_closed(set(paid.values_list("payout__provider", "payout__booked_on")))
    supersede.release_bank(superseded=gone, current=[mine.pk])
    note(chosen.file_import, [mine], {})
    tell(chosen.file_import)
    return superseded


def _prefer(chosen: Row, rows: Sequence[Row], seen: Collection[int]) -> Row:
    """Put the chosen one of all versions before the others; as it is in the books now."""
    mine = next(row for row in rows if row.pk == chosen.pk)
    if mine.is_current:
        raise CountsAlready
    if {row.pk for row in rows if row.is_current} != set(seen):
        raise OthersCountMeanwhile
    mine.choice = max(row.choice for row in rows) + 1
    mine.chosen_over = max(max(row.sequence, row.chosen_over) for row in rows)
    mine.save(update_fields=["choice", "chosen_over"])
    return mine


def _refuse_closed(days: set[tuple[int, date]]) -> None:
    """What a day was signed on stays until somebody reopens it."""
    closed = SettlementDay.objects.exclude(state=DayState.OPEN).select_related("provider").order_by("booked_on")
    closed = closed.filter(provider__in={provider for provider, _ in days}, booked_on__in={day for _, day in days})
    for row in closed:
        if (row.provider_id, row.booked_on) in days:
            raise DayIsClosed(row.provider.name, row.booked_on)
