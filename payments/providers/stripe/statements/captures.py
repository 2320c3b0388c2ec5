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


@dataclass(slots=True)
class PartialCaptures:
    """The charges of a file that were captured in part, and the cells of the rows that take back the rest."""

    taken_back: dict[str, list[str]] = field(default_factory=dict)
    """Cells of the reversal by its charge, where both stand in the file and in one payout."""
    lines: set[int] = field(default_factory=set)
    """Lines of those reversals: their amounts are told with the charge."""


def find(source: SourceFile, columns: Columns, home: str) -> PartialCaptures:
    """The partial captures of a file: without any it is only searched for the word. Raises FileRefused."""
    found = PartialCaptures()
    category = columns.places.get("category", columns.places.get("type"))
    if category is None or not _is_mentioned(source):
        return found
    reversals: dict[str, tuple[int, list[str]]] = {}
    for line, _, _, cells in DelimitedFile(source, Layout(home=home)).records():
        if cells[category].strip() == PARTIAL_CAPTURE:
            reversals.setdefault(charge_of(columns, cells), (line, cells))
    for _, _, _, cells in DelimitedFile(source, Layout(home=home)).records():
        charge = charge_of(columns, cells)
        if charge in reversals and cells[category].strip() in ("charge", "payment"):
            line, reversal = reversals[charge]
            if _payout(columns, cells) == _payout(columns, reversal):
                found.taken_back[charge] = reversal
                found.lines.add(line)
    return found


def charge_of(columns: Columns, cells: list[str]) -> str:
    """The charge a row is about; the row's own object where it names none, else the row itself."""
    place = columns.places.get("charge")
    named = cells[place].strip() if place is not None else ""
    return named or cells[columns.places.get("source", columns.places.get("key", 0))].strip()


def _payout(columns: Columns, cells: list[str]) -> str:
    place = columns.places.get("payout")
    return cells[place].strip() if place is not None else ""


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
