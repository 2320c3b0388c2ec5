"""The versions of a statement: which there are, what changed between two of them, and what the newer one reopened."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import connection
from django.db.models import Q, QuerySet

from payments.intake.models import FileImport, ImportKind
from payments.ledger.models import Movement
from payments.records.models import AuditEvent
from payments.settlement.models import BankStatement, BreakEvent, Statement, StatementPayout
from payments.settlement.versions import LINE_CONTENT, Parts, Version, parts_of

CHANGES_SHOWN: Final = 10_000
"""Lines that differ between two versions; beyond them the versions have little in common."""
EVENTS_SHOWN: Final = 50

DIFFERENCES: Final = f"""
WITH line AS (
    SELECT l.id, l.statement_id = %(old)s AS is_old, l.line_number,
           md5(ROW({LINE_CONTENT})::text) AS content,
           md5(ROW(l.kind, l.line_key, l.provider_key, l.payment_reference, l.merchant_reference)::text) AS named
      FROM payments_statementline l WHERE l.statement_id IN (%(old)s, %(new)s)),
 counted AS (
    SELECT *, row_number() OVER (PARTITION BY content, is_old ORDER BY line_number) AS nth,
           count(*) FILTER (WHERE is_old) OVER (PARTITION BY content) AS before,
           count(*) FILTER (WHERE NOT is_old) OVER (PARTITION BY content) AS after
      FROM line),
 rest AS (
    SELECT id, is_old, line_number, named, row_number() OVER (PARTITION BY named, is_old ORDER BY line_number) AS nth
      FROM counted WHERE nth > least(before, after))
SELECT old.id, new.id
  FROM (SELECT * FROM rest WHERE is_old) old
  FULL JOIN (SELECT * FROM rest WHERE NOT is_old) new USING (named, nth)
 ORDER BY coalesce(new.line_number, old.line_number), new.id, old.id LIMIT %(most)s
"""  # noqa: S608
"""Lines of equal content are the same, as often as both versions have them; of the others those are one changed line
that are called alike."""


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One version, or one version of a part."""

    row: Statement | BankStatement
    posted_by: str
    """'' for a folder, a command or a machine."""
    committed_at: datetime | None
    """When a person said that it be posted; None: nobody was asked."""
    earlier_id: int | None
    """The version before it, of the same part."""
    choices: tuple[AuditEvent, ...]
    """When people made it count, who and why, the latest first."""


@dataclass(frozen=True, slots=True)
class StatementVersions:
    """Every version of one statement."""

    statement: Statement | BankStatement
    rows: tuple[VersionRow, ...]
    """By part, the newest version first."""
    parts: Parts | None
    """Of a statement in several files."""

    @property
    def missing(self) -> str:
        """The numbers of the parts that are missing, as far as they are known."""
        return ", ".join(map(str, self.parts.missing)) if self.parts else ""

    @property
    def counting(self) -> str:
        """The keys of the versions that count, as a form carries them."""
        return ",".join(str(each.row.pk) for each in self.rows if each.row.is_current)


@dataclass(frozen=True, slots=True)
class Changes:
    """What differs between two versions; ids of statement lines."""

    old: Statement
    new: Statement
    added: tuple[int, ...]
    gone: tuple[int, ...]
    changed: dict[int, int]
    """The line of the newer version, and what it was in the older one."""
    is_cut_off: bool
    """Whether there are more than `CHANGES_SHOWN`."""

    @property
    def same_count(self) -> int:
        """Lines that both have."""
        return self.new.line_count - len(self.added) - len(self.changed)


@dataclass(frozen=True, slots=True)
class Reopened:
    """What a newer version undid."""

    count: int | None
    """Movements of ours that lost their match; None: it was posted before that was noted."""
    movements: tuple[Movement, ...]
    """The first of them."""
    events: tuple[BreakEvent, ...]
    """What the run that read it found of breaks around the statement."""


def statement_versions(pk: int) -> StatementVersions:
    """The versions of the statement that a version belongs to; four queries. Raises Statement.DoesNotExist."""
    asked = Statement.objects.select_related("provider").get(pk=pk)
    rows = list(
        Statement.objects.filter(provider_id=asked.provider_id, statement_key=asked.statement_key)
        .select_related("file_import__created_by")
        .order_by("part", "-version")
    )
    return StatementVersions(
        statement=asked,
        rows=_version_rows(rows, "statement"),
        parts=parts_of([row.as_version for row in rows if row.is_current]),
    )


def bank_statement_versions(pk: int) -> StatementVersions:
    """The versions of a bank statement; four queries. Raises BankStatement.DoesNotExist."""
    asked = BankStatement.objects.select_related("account").get(pk=pk)
    rows = (
        BankStatement.objects.filter(account_id=asked.account_id, statement_key=asked.statement_key)
        .select_related("file_import__created_by")
        .order_by("-version")
    )
    return StatementVersions(statement=asked, rows=_version_rows(list(rows), "bank_statement"), parts=None)


def _version_rows(rows: Sequence[Statement | BankStatement], subject: str) -> tuple[VersionRow, ...]:
    about_files = Q(verb="import.committed", subject_type="import", subject_id__in=[row.file_import_id for row in rows])
    commits = {event.subject_id: event for event in _acts(about_files)}
    choices: dict[str, list[AuditEvent]] = defaultdict(list)
    for event in _acts(Q(verb="statement.chosen", subject_type=subject, subject_id__in=[row.pk for row in rows])):
        choices[event.subject_id].insert(0, event)
    return tuple(
        _version_row(row, commits.get(str(row.file_import_id)), below, choices[str(row.pk)])
        for row, below in zip(rows, [*rows[1:], None], strict=True)
    )


def _acts(which: Q) -> QuerySet[AuditEvent]:
    return AuditEvent.objects.filter(which).select_related("actor").order_by("pk")


def _version_row(
    row: Statement | BankStatement,
    commit: AuditEvent | None,
    below: Statement | BankStatement | None,
    choices: Sequence[AuditEvent],
) -> VersionRow:
    person = commit.actor if commit else row.file_import.created_by
    return VersionRow(
        row=row,
        posted_by=str(person) if person else "",
        committed_at=commit.occurred_at if commit else None,
        earlier_id=below.pk if below and getattr(below, "part", 0) == getattr(row, "part", 0) else None,
        choices=tuple(choices),
    )


def changes_between(old: Statement, new: Statement) -> Changes:
    """What changed from one version to another; one query, whatever they hold."""
    values = {"old": old.pk, "new": new.pk, "most": CHANGES_SHOWN + 1}
    with connection.cursor() as cursor:
        cursor.execute(DIFFERENCES, values)
        found = cursor.fetchall()
    shown = found[:CHANGES_SHOWN]
    return Changes(
        old=old,
        new=new,
        added=tuple(after for before, after in shown if before is None),
        gone=tuple(before for before, after in shown if after is None),
        changed={after: before for before, after in shown if before is not None and after is not None},
        is_cut_off=len(found) > CHANGES_SHOWN,
    )


def what_it_reopened(changes: Changes) -> Reopened:
    """What posting the newer version undid, and what reconciling it found; at most three queries."""
    noted = changes.new.file_import.summary.get("posted", {})
    movements = Movement.objects.filter(pk__in=noted.get("reopened", ())).order_by("pk")
    lines = [*changes.added, *changes.gone, *changes.changed, *changes.changed.values()]
    keys = StatementPayout.objects.filter(statement__in=[changes.old, changes.new]).values("payout_key")
    about = (
        Q(on_break__line_id__in=lines[:CHANGES_SHOWN])
        | Q(on_break__movement_id__in=noted.get("reopened", ()))
        | Q(on_break__payout__payout_key__in=keys)
    )
    # Before it is reconciled nothing was found.
    read_at = changes.new.reconciled_at or changes.new.posted_at
    events = BreakEvent.objects.filter(
        about, happened_at=read_at, by=None, on_break__provider_id=changes.new.provider_id
    )
    return Reopened(
        count=noted.get("reopened_count"),
        movements=tuple(movements) if noted.get("reopened") else (),
        events=tuple(events.select_related("on_break").order_by("pk")[:EVENTS_SHOWN]),
    )


def known_versions(row: FileImport, keys: list[str]) -> dict[str, list[Version]]:
    """What is posted already of the statements of an import, by their keys; one query, or none."""
    rows: Iterable[Statement | BankStatement]
    if row.kind == ImportKind.BANK:
        rows = BankStatement.objects.filter(account_id=row.bank_account_id, statement_key__in=keys)
    else:
        rows = Statement.objects.filter(provider=row.provider, statement_key__in=keys)
    found: dict[str, list[Version]] = defaultdict(list)
    for each in rows if keys else ():
        found[each.statement_key].append(each.as_version)
    return found
