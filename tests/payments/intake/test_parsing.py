"""Reading beside this process: the same rows, findings and refusals as inside it, and no process is left behind."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from payments.facts import (
    BankStatementFact,
    Check,
    FileRefused,
    PayoutFact,
    Problem,
    ReadingTerms,
    SourceFile,
    StatementFact,
)
from payments.intake.models import ImportKind
from payments.intake.parsing import beside
from payments.intake.parsing.beside import Beside, ReaderDied, start
from payments.intake.parsing.orders import Findings, Order
from payments.intake.parsing.passes import Inside, ReaderFailed, Work
from payments.intake.parsing.readers import BANK, MOVEMENTS, STATEMENT
from payments.intake.rows import Chunk
from payments.simulator.writing import write
from tests.payments.files import stored
from tests.payments.providers.adyen_files import payment, report
from tests.payments.simulator.conftest import simulated

TERMS = ReadingTerms("Europe/Amsterdam", ("EUR",))

Told = tuple[list[Chunk], Findings | tuple[Problem, bool]]


def told_by(work: Work) -> Told:
    """Everything that comes out of a reading."""
    chunks: list[Chunk] = []
    with work:
        try:
            chunks.extend(work)
        except FileRefused as refusal:
            return chunks, (refusal.problem, refusal.must_delete_bytes)
    return chunks, plain(work.findings())


def plain(findings: Findings) -> Findings:
    """Lists and tuples of the same are the same."""
    return replace(
        findings,
        problems=list(findings.problems),
        checks=list(findings.checks),
        statements=list(findings.statements),
        bank_statements=list(findings.bank_statements),
        payouts=list(findings.payouts),
    )


def inside(order: Order) -> Told:
    """What reading in this process tells; a file that cannot even be opened tells its refusal."""
    try:
        return told_by(Inside(order))
    except FileRefused as refusal:
        return [], (refusal.problem, refusal.must_delete_bytes)


def adyen_order(folder: Path, content: str | bytes, **values: object) -> Order:
    order = Order(7, STATEMENT, "adyen", stored(folder, content, "report_v2.csv"), TERMS, chunk_lines=3)
    return replace(order, **values)  # type: ignore[arg-type]


def many(count: int, **others: str) -> list[dict[str, str]]:
    return [payment("Settled", "10.00", "9.90", number=place, commission="0.10", **others) for place in range(count)]


ADYEN: dict[str, Callable[[], str | bytes]] = {
    "good rows": lambda: report(many(10)),
    "Korean names": lambda: report(many(10, reference="주문 1")),
    "two bad rows behind two chunks": lambda: report([*many(7), *many(2, batch=""), *many(4)]),
    "bad rows beyond those that are kept": lambda: report([*many(4), *many(300, batch="")]),
    "no report": lambda: "a,b\n1,2\n",
    "a card number": lambda: report([*many(7), *many(1, reference="4111 1111 1111 1111")]),
    "cut off": lambda: report(many(8))[:-40],
    "a null": lambda: report(many(8)) + "\0",
    "an endless line": lambda: report(many(1)) + "a," * 5_000_000,
    "half a pair": lambda: report(many(8)).encode("utf-16-le") + b"\n",
}


@pytest.mark.parametrize("name", ADYEN)
@pytest.mark.parametrize("staged", [0, 4])
def test_beside_tells_what_inside_tells(tmp_path: Path, name: str, staged: int) -> None:
    order = adyen_order(tmp_path, ADYEN[name](), staged=staged)
    assert told_by(Beside(order)) == inside(order)


def orders(root: Path) -> Iterator[Order]:
    """Every file of a simulated folder that a person or command would have read."""
    formats = {"movements": [(MOVEMENTS, "movements")], "statements": [(STATEMENT, "adyen"), (STATEMENT, "toss")]}
    formats["bank"] = [(BANK, "mt940"), (BANK, "camt")]
    for area, readers in formats.items():
        for folder in sorted((root / area).iterdir()):
            for path in sorted(folder.iterdir())[:4]:
                source = SourceFile(path, path.name, path.stat().st_size)
                for kind, adapter in readers:
                    yield Order(1, kind, adapter, source, ReadingTerms("Asia/Seoul", ("KRW",)), chunk_lines=50)


def test_beside_tells_the_same_of_every_format(tmp_path: Path) -> None:
    write(simulated(5, 10, 8), tmp_path)
    told = {}
    for order in orders(tmp_path):
        chunks, found = inside(order)
        if order.adapter not in told and chunks:
            told[order.adapter] = told_by(Beside(order)) == (chunks, found)
    assert told == dict.fromkeys(("movements", "adyen", "toss", "mt940", "camt"), True)


def test_resuming_gives_the_rows_behind_the_watermark(tmp_path: Path) -> None:
    order = adyen_order(tmp_path, report(many(10)))
    rows = [row for chunk in told_by(Beside(order))[0] for row in chunk.rows.splitlines()]
    rest = [row for chunk in told_by(Beside(replace(order, staged=4)))[0] for row in chunk.rows.splitlines()]
    assert (len(rows), rest) == (10, rows[4:])


def test_only_large_files_are_read_beside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    order = adyen_order(tmp_path, report(many(3)))
    for limit, kind in ((order.source.size + 1, Inside), (order.source.size, Beside)):
        monkeypatch.setattr(beside, "WORTHWHILE_BYTES", limit)
        with start(order) as work:
            assert type(work) is kind


def is_running(process_id: int) -> bool:
    """Whether a process still runs; one that ended and that nobody has asked after does not."""
    try:
        return Path(f"/proc/{process_id}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def endless(folder: Path) -> Order:
    """More than the pipe and the belt hold, so that the process waits to be listened to."""
    return adyen_order(folder, report(many(20_000)), chunk_lines=1000)


def test_leaving_early_ends_the_process(tmp_path: Path) -> None:
    with Beside(endless(tmp_path)) as work:
        assert next(iter(work)).line_count == 1000
        assert is_running(work.process_id)
    assert not is_running(work.process_id)


def test_a_killed_process_is_no_end_of_the_file(tmp_path: Path) -> None:
    with Beside(endless(tmp_path)) as work:
        chunks = iter(work)
        next(chunks)
        os.kill(work.process_id, signal.SIGKILL)
        with pytest.raises(ReaderDied, match="-9"):
            list(chunks)


def test_a_defect_of_a_reader_is_told_with_its_trace(tmp_path: Path) -> None:
    order = adyen_order(tmp_path, report(many(3)))
    order.source.path.unlink()
    with Beside(order) as work, pytest.raises(ReaderFailed, match="FileNotFoundError"):
        list(work)


def test_the_process_knows_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://somebody:secret@nowhere/")
    with Beside(endless(tmp_path)) as work:
        next(iter(work))
        told = Path(f"/proc/{work.process_id}/environ").read_bytes()
    assert b"secret" not in told
    assert b"PATH=" in told


def test_nobody_listening_ends_the_process(tmp_path: Path) -> None:
    with Beside(endless(tmp_path)) as work:
        next(iter(work))
        assert is_running(work.process_id)
        work._input.close()  # as when we are killed
        until = time.monotonic() + 10
        while is_running(work.process_id) and time.monotonic() < until:
            time.sleep(0.01)
        assert not is_running(work.process_id)


def test_an_order_goes_through_json_unchanged(tmp_path: Path) -> None:
    source = SourceFile(tmp_path / "a", "보고서.csv", 12)
    order = Order(7, BANK, "mapped", source, ReadingTerms("Asia/Tokyo", ("JPY",), {"columns": {"a": 1}}), 9, 10)
    assert Order.from_json(order.as_json()) == order


def test_findings_go_through_json_unchanged() -> None:
    day, moment = date(2026, 7, 1), datetime(2026, 7, 1, 12, 30, 15, 250, tzinfo=UTC)
    findings = Findings(
        problem_count=3,
        problems=[Problem("“%(text)s”", {"text": "\ud83d"}, 4, "gross"), Problem("None.")],
        checks=[Check("Sum", 1, 2, "KRW", is_refusing=False), Check("Count", 3, 3)],
        statements=[
            StatementFact("S", "", day, day, day),
            StatementFact("T", "2", day, day, day, moment, part=2, part_count=3),
        ],
        bank_statements=[
            BankStatementFact("B", "DE1", "EUR", "1", day, day, None, -5, is_interim=True, generated_at=moment)
        ],
        payouts=[PayoutFact("S", "P", "EUR", 12, day, is_stated=True), PayoutFact("S", "", "EUR", 0, None, False)],
    )
    assert Findings.from_json(findings.as_json()) == findings


def test_the_kinds_of_file_are_those_of_an_import() -> None:
    assert {STATEMENT, MOVEMENTS, BANK} == set(ImportKind.values)
