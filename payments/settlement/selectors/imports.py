"""One import as a person judges it: period, totals, checks, problems in words, and the versions it makes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from payments.intake.adapters import MAPPED, SURE
from payments.intake.models import FileImport, ImportKind, ImportState
from payments.intake.summaries import problems_from_json
from payments.settlement.labels import IMPORT_KINDS, LINE_KINDS
from payments.settlement.selectors.formats import FormatLine, format_lines, name_of
from payments.settlement.selectors.other_forms import objections_to
from payments.settlement.selectors.versions import known_versions
from payments.settlement.versions import Parts, Version, current_of, parts_of, ranked


@dataclass(frozen=True, slots=True)
class KindLine:
    """The lines of one kind and currency in a file; minor units."""

    label: str | Promise
    currency: str
    line_count: int
    gross: int
    fee: int
    fee_vat: int
    net: int


@dataclass(frozen=True, slots=True)
class CheckLine:
    """One control of a file against itself."""

    name: str
    expected: int
    found: int
    currency: str
    """'' for a count."""
    is_met: bool
    is_refusing: bool
    subject: str
    """What of the file it is about, as the file calls it; '' where it is about all of it."""


@dataclass(frozen=True, slots=True)
class ProblemLine:
    """One reason why a row or the file cannot be taken, in the viewer's language."""

    line: int | None
    record: int | None
    """Which object of a JSON list, from 1."""
    field: str
    message: str


@dataclass(frozen=True, slots=True)
class StatementLine:
    """A statement in the file, and which version of it this file is."""

    statement_key: str
    first_on: date
    last_on: date
    version: int
    version_count: int
    """Versions there are, this one included."""
    is_current: bool
    supersedes: bool
    """Whether another version was current before."""
    is_tied: bool
    """Whether another one counts though nothing says that it is newer: of equals the hash decides."""
    part: int
    """Of a statement in several files, from 1; 0: the whole."""
    parts: Parts | None
    """Which parts are here, this file's included; None: the whole."""
    statement_id: int | None
    """Of the posted statement of a provider, whose lines can be seen; None before posting, and of a bank statement."""
    version_id: int | None
    """Of the posted statement, also of a bank; None before posting."""

    @property
    def missing(self) -> str:
        """The numbers of the parts that are known to be missing."""
        return ", ".join(map(str, self.parts.missing)) if self.parts else ""


@dataclass(frozen=True, slots=True)
class ImportDetail:
    """One import."""

    row: FileImport
    owner_name: str
    owner_code: str
    kind: str | Promise
    format_name: str
    """What people call its format, in the viewer's language; '' where none was found."""
    evidence: str
    currencies: tuple[str, ...]
    period: tuple[str, str] | None
    """ISO dates."""
    kinds: tuple[KindLine, ...]
    checks: tuple[CheckLine, ...]
    problems: tuple[ProblemLine, ...]
    statements: tuple[StatementLine, ...]
    twin_id: int | None
    """Of a duplicate: the import that posted the same bytes."""
    formats: tuple[FormatLine, ...]
    """Every format the file may be of, best first."""
    objections: tuple[str, ...]
    """Of a file that waits: why posting would refuse it, in the viewer's language."""

    @property
    def may_need_a_word(self) -> bool:
        """Whether a person may have to say what counts: a statement in it loses, as an equal or before it is posted."""
        return any(each.is_tied or (self.is_waiting and not each.is_current) for each in self.statements)

    @property
    def is_running(self) -> bool:
        """Whether a worker has it: it is being read, or committed and not yet posted."""
        return is_running(self.row)

    @property
    def is_waiting(self) -> bool:
        """Whether a person must decide."""
        return self.row.state == ImportState.PREVIEWED and not self.row.must_post

    @property
    def can_be_read_again(self) -> bool:
        """Whether another format or mapping may still be tried: it is not posted, and its bytes are here."""
        is_open = self.row.state == ImportState.REJECTED or self.is_waiting
        return is_open and self.row.kind != ImportKind.MOVEMENTS and self.row.stored_file.deleted_at is None

    @property
    def can_be_described(self) -> bool:
        """Whether a mapping may help: no format that is built in is sure of the file."""
        is_sure = any(each.confidence >= SURE and each.code != MAPPED for each in self.formats)
        return self.can_be_read_again and not is_sure

    @property
    def more_problems(self) -> int:
        """Problems beyond those kept."""
        return max(self.row.problem_count - len(self.problems), 0)


def is_running(row: FileImport) -> bool:
    """Whether an import moves on without a person."""
    return row.state == ImportState.READING or (row.state == ImportState.PREVIEWED and row.must_post)


def import_detail(pk: int) -> ImportDetail:
    """One import with its preview; at most three queries. Raises FileImport.DoesNotExist."""
    row = FileImport.objects.select_related(
        "provider", "bank_account", "stored_file", "created_by", "mapping_version"
    ).get(pk=pk)
    owner = row.provider or row.bank_account
    summary: Mapping[str, Any] = row.summary
    period = summary.get("period")
    return ImportDetail(
        row=row,
        owner_name=owner.name if owner else "",
        owner_code=owner.code if owner else "",
        kind=IMPORT_KINDS[row.kind],
        format_name=name_of(row),
        evidence=translated(row.evidence),
        currencies=tuple(summary.get("currencies", ())),
        period=(period["from"], period["to"]) if period else None,
        kinds=tuple(_kind_lines(row, summary.get("totals", ()))),
        checks=tuple(_check_lines(summary.get("checks", ()))),
        problems=problem_lines(row),
        statements=tuple(_statement_lines(row, summary)),
        twin_id=_twin_id(row),
        formats=tuple(format_lines(row)),
        objections=objections_to(row),
    )


def problem_lines(row: FileImport, most: int = 200) -> tuple[ProblemLine, ...]:
    """The first problems of an import, each written from its template in the viewer's language."""
    return tuple(
        ProblemLine(
            line=problem.line,
            record=problem.record,
            field=problem.field,
            message=filled(problem.template, problem.values),
        )
        for problem in problems_from_json(row.problems[:most])
    )


def translated(text: str) -> str:
    """A msgid in the viewer's language; the empty one would be the head of the catalogue."""
    return gettext(text) if text else ""


def filled(template: str, values: Mapping[str, str]) -> str:
    """A message in the viewer's language; names of checks among its values are msgids too."""
    words = {name: translated(value) for name, value in values.items()}
    return translated(template) % words if words else translated(template)


def _kind_lines(row: FileImport, totals: Iterable[Mapping[str, Any]]) -> Iterable[KindLine]:
    for total in totals:
        label = _("Bank lines") if row.kind == ImportKind.BANK else LINE_KINDS[total["kind"]]
        figures = (total[name] for name in ("line_count", "gross", "fee", "fee_vat", "net"))
        yield KindLine(label, total["currency"], *figures)


def _check_lines(checks: Iterable[Mapping[str, Any]]) -> Iterable[CheckLine]:
    for check in checks:
        yield CheckLine(
            name=translated(check["name"]),
            expected=check["expected"],
            found=check["found"],
            currency=check["currency"],
            is_met=check["is_met"],
            is_refusing=check["is_refusing"],
            subject=check.get("subject", ""),
        )


def _statement_lines(row: FileImport, summary: Mapping[str, Any]) -> Iterable[StatementLine]:
    """Before posting: the rank this file would get; after it: the rank it has."""
    entries = summary.get("bank_statements" if row.kind == ImportKind.BANK else "statements", ())
    first, last = ("opened_on", "closed_on") if row.kind == ImportKind.BANK else ("period_from", "period_to")
    known = known_versions(row, [entry["statement_key"] for entry in entries])
    for entry in entries:
        others = known.get(entry["statement_key"], [])
        part, sha256 = entry.get("part", 0), row.stored_file.sha256
        coming = Version(entry["sequence"], sha256, None, part, entry.get("part_count"))
        mine = next((each for each in others if each.sha256 == sha256), coming)
        all_versions = [mine, *(each for each in others if each is not mine)]
        order = ranked(each for each in all_versions if each.part == part)
        current = current_of(all_versions)
        is_current = any(each is mine for each in current)
        yield StatementLine(
            statement_key=entry["statement_key"],
            first_on=date.fromisoformat(entry[first]),
            last_on=date.fromisoformat(entry[last]),
            version=order.index(mine) + 1,
            version_count=len(order),
            is_current=is_current,
            supersedes=is_current and len(order) > 1,
            is_tied=not is_current
            and any((each.sequence, each.part, each.choice) == (mine.sequence, part, 0) for each in current),
            part=part,
            parts=parts_of(current),
            statement_id=mine.row_id if row.kind == ImportKind.STATEMENT else None,
            version_id=mine.row_id,
        )


def _twin_id(row: FileImport) -> int | None:
    if row.state != ImportState.DUPLICATE:
        return None
    twins = FileImport.objects.filter(
        kind=row.kind,
        provider=row.provider,
        bank_account=row.bank_account,
        stored_file_id=row.stored_file_id,
        state=ImportState.POSTED,
    )
    return twins.values_list("pk", flat=True).first()
