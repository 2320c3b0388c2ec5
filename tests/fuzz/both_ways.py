"""The quick ways of the readers shut: whatever is read then by the careful ones alone must be what is read by both."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

from payments.banks.camt import stream as camt
from payments.banks.ofx import shapes as ofx_shapes
from payments.banks.ofx import stream as ofx
from payments.facts import FileRefused, SourceFile
from payments.providers.mapped.plain import PlainRows
from payments.providers.square.rows import SquareRows
from payments.providers.toss.rows import TossRows
from payments.tabular import quick_records
from payments.tabular.delimited import DelimitedFile
from tests.fuzz.seeds import Seed

NEVER: Final = 10**9


def differs(seed: Seed, folder: Path, content: bytes) -> str:
    """How the two ways differ over a file, '' where they do not."""
    path = folder / "both"
    path.write_bytes(content)
    source = SourceFile(path, seed.name, len(content))
    with _eager():
        quick = _all(seed, source)
    with _careful():
        slow = _all(seed, source)
    return "" if quick == slow else f"quickly: {quick!r:.2000}\nwith care: {slow!r:.2000}"


def _all(seed: Seed, source: SourceFile) -> Any:
    """All a reader says of a file; which of its faults a refused file is refused for depends on the way."""
    try:
        reading: Any = seed.adapter.read(source, seed.terms)
        facts = list(reading)
        payouts = reading.payouts() if seed.is_provider else []
        problems = reading.problems
        return facts, problems.count, list(problems.first), reading.statements(), payouts, reading.checks()
    except FileRefused:
        return "refused"


@contextmanager
def _eager() -> Iterator[None]:
    """Runs of any length are read the quick way."""
    with patch.object(camt, "FEWEST", 1), patch.object(ofx, "FEWEST", 1):
        yield


@contextmanager
def _careful() -> Iterator[None]:
    with ExitStack() as stack:
        for module, name, value in (
            (camt, "FEWEST", NEVER),
            (ofx, "FEWEST", NEVER),
            (ofx_shapes, "MOST", 0),
            (quick_records, "_plain", lambda piece: None),
            (DelimitedFile, "_rows_of", lambda self, lines, text: None),
            (DelimitedFile, "_as_csv", DelimitedFile._carefully),
            (PlainRows, "fact", lambda self, record: None),
            (TossRows, "_plain", lambda self, place, record: None),
            (SquareRows, "_plain", lambda self, place, record: None),
        ):
            stack.enter_context(patch.object(module, name, value))
        yield
