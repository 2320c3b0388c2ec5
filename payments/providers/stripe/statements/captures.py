"""Captures of less than was held: Stripe writes the whole amount and takes back the rest in a row of its own."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from payments.facts import SourceFile
from payments.providers.stripe.statements.categories import PARTIAL_CAPTURE
from payments.providers.stripe.statements.columns import Columns
from payments.tabular.delimited import DelimitedFile, Layout
from payments.tabular.limits import BLOCK_BYTES

_MARKS: Final = tuple(PARTIAL_CAPTURE.encode(codec) for codec in ("ascii", "utf-16-le", "utf-16-be"))


Capture = tuple[str, str]
"""A charge, and the payout it is paid by."""


@dataclass(slots=True)
class PartialCaptures:
    """The charges of a file that were captured in part, and the cells of the rows that take back the rest."""

    taken_back: dict[Capture, list[list[str]]] = field(default_factory=dict)
    """Cells of the reversals of captures whose charge stands in the file too; what is listed twice is taken back
    twice."""
    lines: set[int] = field(default_factory=set)
    """Lines of those reversals: their amounts are told with the charge."""


def find(source: SourceFile, columns: Columns, home: str) -> PartialCaptures:
    """The partial captures of a file: without any it is only searched for the word. Raises FileRefused."""
    found = PartialCaptures()
    category = columns.places.get("category", columns.places.get("type"))
    if category is None or not _is_mentioned(source):
        return found
    reversals: dict[Capture, list[tuple[int, list[str]]]] = {}
    for line, _, _, cells in DelimitedFile(source, Layout(home=home)).records():
        if cells[category].strip() == PARTIAL_CAPTURE:
            reversals.setdefault(capture_of(columns, cells), []).append((line, cells))
    for _, _, _, cells in DelimitedFile(source, Layout(home=home)).records():
        capture = capture_of(columns, cells)
        if reversals.get(capture) and cells[category].strip() in ("charge", "payment"):
            line, reversal = reversals[capture].pop(0)
            found.taken_back.setdefault(capture, []).append(reversal)
            found.lines.add(line)
    return found


def capture_of(columns: Columns, cells: list[str]) -> Capture:
    """The charge a row is about (the row's own object where it names none, else the row itself), and its payout."""
    charge, payout = columns.places.get("charge"), columns.places.get("payout")
    named = cells[charge].strip() if charge is not None else ""
    named = named or cells[columns.places.get("source", columns.places.get("key", 0))].strip()
    return named, cells[payout].strip() if payout is not None else ""


def _is_mentioned(source: SourceFile) -> bool:
    longest = max(map(len, _MARKS))
    carried = b""
    with source.path.open("rb") as stream:
        while block := stream.read(BLOCK_BYTES):
            carried += block
            if any(mark in carried for mark in _MARKS):
                return True
            carried = carried[-longest:]
    return False
