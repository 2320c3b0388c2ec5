"""Which files of a statement count: by their own sequence, then by what people said, ties by hash; pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

LINE_CONTENT: Final = """
l.kind, l.line_key, l.provider_key, l.payment_reference, l.merchant_reference, l.method, l.currency, l.gross,
l.net_currency, l.gross_settled, l.fee, l.fee_vat, l.rounding, l.net, l.occurred_at, l.sold_on, l.booked_on, l.paid_on,
l.payout_key, l.transaction_count, l.sold_from
"""
"""What makes two lines the same line, as SQL over a statement line `l`: everything but where they stand in the file."""


@dataclass(frozen=True, slots=True)
class Version:
    """One version of one statement, or of one part of it, as far as its rank depends on it."""

    sequence: str
    sha256: str
    row_id: int | None = None
    """Of the posted statement; None for the one that is coming."""
    part: int = 0
    """Which part it is, from 1; 0: the whole."""
    part_count: int | None = None
    """How many parts there are, where it says so."""
    choice: int = 0
    """That a person made it count, as the n-th time for this statement; 0: nobody did."""
    chosen_over: str = ""
    """The latest sequence that was here when it was chosen: what comes with a later one counts again."""

    @property
    def place(self) -> tuple[str, int]:
        """Where it stands among the others, but for the tie that the hash breaks."""
        return max(self.sequence, self.chosen_over), self.choice


def ranked(versions: Iterable[Version]) -> list[Version]:
    """The versions of one statement or part, the oldest first; the rank of each is its place from 1."""
    return sorted(versions, key=lambda version: (*version.place, version.sha256))


def current_of(versions: Iterable[Version]) -> list[Version]:
    """The current ones among all versions of all parts of one statement, by part.

    A whole file replaces every part that is not of a later sequence, and parts of a later sequence replace the whole.
    Where a later sequence needs fewer parts than an earlier one, what is left over of the earlier one goes.
    """
    order = ranked(versions)
    whole = next((version for version in reversed(order) if not version.part), None)
    parts = [each for each in order if each.part and (whole is None or each.place > whole.place)]
    if not parts:
        return [whole] if whole else []
    newest = {each.part: each for each in parts}
    told = [(each.place, each.part_count) for each in parts if each.part_count is not None]
    place, count = max(told, default=(("", 0), 0))
    return [each for part, each in sorted(newest.items()) if not told or part <= count or each.place >= place]


@dataclass(frozen=True, slots=True)
class Parts:
    """Which parts of a statement are here."""

    here: tuple[int, ...]
    count: int | None
    """How many there are; None while no part says it."""

    @property
    def missing(self) -> tuple[int, ...]:
        """The parts that are known to be missing: up to the highest known number."""
        last = max(self.here, default=0) if self.count is None else self.count
        return tuple(number for number in range(1, last + 1) if number not in self.here)

    @property
    def is_complete(self) -> bool:
        """Whether nothing more has to come."""
        return self.count is not None and not self.missing


def parts_of(current: Sequence[Version]) -> Parts | None:
    """Which parts are here, of the current ones of a statement; None: it is no statement in parts.

    How many there are is what the part of the latest sequence says, or the highest number that is here.
    """
    here = tuple(sorted(each.part for each in current if each.part))
    if not here:
        return None
    told = [(each.sequence, each.part_count) for each in current if each.part_count is not None]
    return Parts(here, max(max(told)[1], *here) if told else None)
