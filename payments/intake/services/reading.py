"""The reading room: takes one import from its stored bytes to a preview, resuming where a dead worker stopped."""

from __future__ import annotations

import re
from collections import Counter
from typing import Final

import structlog
from django.db import DataError, transaction
from django.utils import timezone

from payments.banks.accounts import is_same_account
from payments.facts import BankStatementFact, Check, FileRefused, Problem, StatementFact
from payments.intake.adapters import owner_of, terms_of
from payments.intake.limits import EARLIEST_DATE, LARGEST_SUM, latest_date
from payments.intake.models import FileImport, ImportKind, ImportState
from payments.intake.parsing.beside import ReaderDied, start
from payments.intake.parsing.orders import CHUNK_LINES, Findings, Order
from payments.intake.parsing.passes import ReaderFailed, Work
from payments.intake.rows import Chunk
from payments.intake.selectors import StagedTotals, flawed_lines, staged_totals
from payments.intake.services.staging import ImportTakenAway, delete_staged, stage, staged_count, start_over
from payments.intake.services.storage import delete_bytes, source_of
from payments.intake.summaries import Summary, checks_as_json, problems_as_json
from payments.intake.tables import staging_of
from payments.methods.models import BankAccount, Provider
from payments.wording import translatable

CHECK_FAILED: Final = translatable(
    "The file contradicts itself. %(name)s: expected %(expected)s, found %(found)s. "
    "It is cut off or damaged: download it again."
)
NOTHING_IN_IT: Final = translatable("The file holds neither a statement nor a line.")
OTHER_CURRENCY: Final = translatable(
    "The file settles in %(found)s, but “%(owner)s” is configured for %(expected)s. "
    "Choose the right provider or bank account, or add the currency to it."
)
OTHER_ACCOUNT: Final = translatable("The file is of account %(found)s, but “%(owner)s” is account %(expected)s.")
TWICE: Final = translatable("The statement “%(key)s” stands in the file twice.")
NO_SUCH_PART: Final = translatable("The file says it is part %(part)s of %(count)s of the statement “%(key)s”.")
DAY_BEYOND: Final = translatable(
    "The file mentions %(day)s, which is not between %(first)s and %(last)s. "
    "Correct it where the file was made, and import that file."
)
SUM_BEYOND: Final = translatable(
    "The amounts of this file add up to more than %(limit)s minor units. "
    "Correct it where the file was made, and import that file."
)
READER_DIES: Final = translatable(
    "Reading this file ended without a word each time, so it was given up and nothing was posted. "
    "This machine may be short of memory; otherwise ask whoever looks after it for the log."
)
MOST_DEATHS: Final = 3
VALUE_TOO_LARGE: Final = translatable("A value of this line is larger than any figure can be.")

log = structlog.get_logger(__name__)


def read(file_import: FileImport) -> None:
    """Read an import to its end: it is then previewed, or rejected with its problems.

    The caller holds the lock of the import (`payments.intake.services.locks`). Lines that are already staged are read
    again but not staged again: readers give the same facts for the same bytes.

    Raises:
        ImportTakenAway: somebody discarded it meanwhile.
        ReaderDied: the reading process died twice; what is staged stays, and whoever comes next goes on behind it.
        ReaderFailed: the reader has a defect. When either has happened `MOST_DEATHS` times, the file is refused.
    """
    if file_import.line_count and staged_count(file_import) != file_import.line_count:
        # Staging tables are UNLOGGED: a crash of PostgreSQL empties them.
        log.warning("import.staging_lost", import_id=file_import.pk, line_count=file_import.line_count)
        start_over(file_import)
    try:
        findings = _stage_all(file_import)
        if findings.problem_count:
            reject(file_import, list(findings.problems), count=findings.problem_count, checks=findings.checks)
            return
        _preview(file_import, findings)
    except FileRefused as refusal:
        reject(file_import, [refusal.problem], must_delete_bytes=refusal.must_delete_bytes)


def reject(
    file_import: FileImport,
    problems: list[Problem],
    *,
    count: int | None = None,
    checks: object = (),
    must_delete_bytes: bool = False,
) -> None:
    """Refuse a file for good: its staged rows go, its problems stay.

    Raises:
        ImportTakenAway: somebody finished it meanwhile.
    """
    with transaction.atomic():
        now = FileImport.objects.select_for_update().get(pk=file_import.pk)
        if now.state not in (ImportState.READING, ImportState.PREVIEWED):
            raise ImportTakenAway
        delete_staged(file_import)
        if must_delete_bytes:
            delete_bytes(file_import.stored_file)
        file_import.state = ImportState.REJECTED
        file_import.problem_count = len(problems) if count is None else count
        file_import.problems = problems_as_json(problems)
        file_import.summary = file_import.summary | {"checks": checks_as_json(checks)}  # type: ignore[arg-type]
        file_import.finished_at = timezone.now()
        file_import.save(update_fields=["state", "problem_count", "problems", "summary", "finished_at"])


def _opened(file_import: FileImport) -> Work:
    return start(
        Order(
            import_id=file_import.pk,
            kind=file_import.kind,
            adapter=file_import.adapter,
            source=source_of(file_import.stored_file, name=file_import.file_name),
            terms=terms_of(file_import),
            staged=file_import.line_count,
            chunk_lines=CHUNK_LINES,
        )
    )


def _stage_all(file_import: FileImport) -> Findings:
    """Stage what the reader gives behind the watermark; a reading process that dies is started once more there."""
    try:
        return _stage_rest(file_import)
    except ReaderDied as death:
        log.warning(
            "import.reader_died", import_id=file_import.pk, reason=str(death), bytes_read=file_import.bytes_read
        )
    except ReaderFailed:
        _count_death(file_import)
        raise
    try:
        return _stage_rest(file_import)
    except (ReaderDied, ReaderFailed):
        _count_death(file_import)
        raise


def _count_death(file_import: FileImport) -> None:
    """Remember it: a file that takes its reader down each time must not be tried for ever."""
    file_import.reader_death_count += 1
    FileImport.objects.filter(pk=file_import.pk).update(reader_death_count=file_import.reader_death_count)
    if file_import.reader_death_count >= MOST_DEATHS:
        raise FileRefused(Problem(READER_DIES))


def _stage_rest(file_import: FileImport) -> Findings:
    with _opened(file_import) as work:
        for chunk in work:
            try:
                stage(file_import, chunk)
            except DataError as error:
                raise FileRefused(Problem(VALUE_TOO_LARGE, line=_line_of(error, file_import, chunk))) from None
    return work.findings()


def _preview(file_import: FileImport, findings: Findings) -> None:
    totals = staged_totals(file_import)
    summary = _summary(file_import, findings, totals)
    problems = flawed_lines(file_import) if totals.flaw_count else []
    problems += _objections(file_import, summary, totals)
    if problems:
        reject(file_import, problems, count=max(totals.flaw_count, len(problems)), checks=summary.checks)
        return
    file_import.summary = summary.as_json()
    file_import.state = ImportState.PREVIEWED
    moved = FileImport.objects.filter(pk=file_import.pk, state=ImportState.READING).update(
        summary=file_import.summary, state=file_import.state
    )
    if not moved:
        raise ImportTakenAway


def _summary(file_import: FileImport, findings: Findings, totals: StagedTotals) -> Summary:
    starts = [each.period_from for each in findings.statements]
    starts += [each.opened_on for each in findings.bank_statements]
    ends = [each.period_to for each in findings.statements] + [each.closed_on for each in findings.bank_statements]
    return Summary(
        line_count=file_import.line_count,
        currencies=tuple(sorted({total.currency for total in totals.totals})),
        period_from=min(starts, default=totals.first_on),
        period_to=max(ends, default=totals.last_on),
        totals=totals.totals,
        statements=tuple(findings.statements),
        bank_statements=tuple(findings.bank_statements),
        payouts=tuple(findings.payouts),
        checks=tuple(findings.checks),
    )


def _objections(file_import: FileImport, summary: Summary, totals: StagedTotals) -> list[Problem]:
    """Why a file that can be read must not be posted."""
    found: list[Problem] = [_failure(check) for check in summary.checks if check.is_refusing and not check.is_met]
    statements: tuple[StatementFact | BankStatementFact, ...] = summary.statements + summary.bank_statements
    if not summary.line_count and not statements:
        found.append(Problem(NOTHING_IN_IT))
    keys = Counter(statement.statement_key for statement in statements)
    found += [Problem(TWICE, {"key": key}) for key, count in keys.items() if count > 1]
    found += [
        Problem(NO_SUCH_PART, {"key": each.statement_key, "part": str(each.part), "count": str(each.part_count)})
        for each in summary.statements
        if each.part < 0 or (each.part_count is not None and not 1 <= each.part <= each.part_count)
    ]
    if file_import.kind != ImportKind.MOVEMENTS and not totals.lines_by_statement.keys() <= keys.keys():
        raise RuntimeError(f"the reader {file_import.adapter} gave lines of statements that it does not list")
    return found + _implausible(file_import, summary) + _misplaced(file_import, summary)


def _implausible(file_import: FileImport, summary: Summary) -> list[Problem]:
    """Dates of statements and payouts that no calendar reaches, and sums that cannot be kept."""
    first, last = EARLIEST_DATE, latest_date(file_import.created_at)
    days = [day for each in summary.statements for day in (each.booked_on, each.period_from, each.period_to)]
    days += [day for each in summary.bank_statements for day in (each.opened_on, each.closed_on)]
    days += [each.paid_on for each in summary.payouts if each.paid_on]
    found = [
        Problem(DAY_BEYOND, {"day": str(day), "first": str(first), "last": str(last)})
        for day in sorted(set(days))
        if not first <= day <= last
    ]
    sums = [sum_ for each in summary.totals for sum_ in (each.gross, each.fee, each.fee_vat, each.net)]
    sums += [each.amount for each in summary.payouts]
    sums += [each.opening_balance or 0 for each in summary.bank_statements]
    sums += [each.closing_balance or 0 for each in summary.bank_statements]
    if any(abs(minor) > LARGEST_SUM for minor in sums):
        found.append(Problem(SUM_BEYOND, {"limit": f"{LARGEST_SUM:,}"}))
    return found


def _misplaced(file_import: FileImport, summary: Summary) -> list[Problem]:
    """Signs that the file belongs to another provider or bank account."""
    owner = owner_of(file_import)
    if file_import.kind == ImportKind.MOVEMENTS:
        return []
    configured = set(owner.currencies) if isinstance(owner, Provider) else {owner.currency}
    currencies = set(summary.currencies) | {statement.currency for statement in summary.bank_statements}
    problems = [
        Problem(OTHER_CURRENCY, {"found": name, "owner": owner.code, "expected": ", ".join(sorted(configured))})
        for name in sorted(currencies - configured)
    ]
    if isinstance(owner, BankAccount) and owner.account_reference:
        accounts = {each.account_reference for each in summary.bank_statements if each.account_reference}
        problems += [
            Problem(OTHER_ACCOUNT, {"found": account, "owner": owner.code, "expected": owner.account_reference})
            for account in sorted(accounts)
            if not is_same_account(account, owner.account_reference, owner.currency)
        ]
    return problems


def _failure(check: Check) -> Problem:
    values = {"name": check.name, "expected": str(check.expected), "found": str(check.found)}
    return Problem(CHECK_FAILED, values)


def _line_of(error: DataError, file_import: FileImport, chunk: Chunk) -> int | None:
    """The line of the file that PostgreSQL names by its place in the copied rows."""
    context = getattr(getattr(error.__cause__, "diag", None), "context", None) or ""
    place = re.search(r"COPY \w+, line (\d+)", context)
    if place is None:
        return None
    row = chunk.rows.split(b"\n")[int(place[1]) - 1].split(b"\t")
    row_format = staging_of(file_import).format
    return int(row[row_format.columns.index("line_number")])
