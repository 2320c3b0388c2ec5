"""Rows that facts are made of, in steps; pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    """Rows that facts, or a later step, are made of."""

    name: str
    """What the queries behind it call it."""
    sql: str
    """From `%(start)s` to before `%(end)s`, as those of facts."""
    needs: tuple[str, ...]
    """The columns that what is kept is made of."""
    spare: tuple[str, ...] = ()
    """Texts that only single rows and rare questions ask for: left empty when all is gathered."""
    keys: tuple[str, ...] = ()
    """The columns that later steps and facts are joined by."""
    is_in_order: bool = False
    """Whether tables are read by spans of time, which is how they lie, and nothing much is looked up row by row."""

    def filled(self, dimensions: Collection[str] = (), only: str = "") -> str:
        """The query with what it has to spare left empty, but for some dimensions: what nobody reads is not joined.
        Of its rows, called `told`, those of which something holds."""
        spare = (name if name in dimensions else f"''::text AS {name}" for name in self.spare)
        told = f"SELECT {', '.join((*self.needs, *spare))} FROM ({self.sql}) AS told"  # noqa: S608
        return f"{told} WHERE {only}" if only else told


@dataclass(frozen=True, slots=True)
class Source:
    """Rows that several kinds of facts are made of: gathered once for all that are counted together."""

    name: str
    steps: tuple[Step, ...]
    """Each may be made of those before it."""
