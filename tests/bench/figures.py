"""Figures and their bars: how they are shown and kept."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value beside its limit, both of the same run."""

    name: str
    value: float
    unit: str
    limit: float | None
    """What the value is measured against, in the same unit: the floor, the same day on an empty database, …"""
    bar: str
    """In words: `at most 2.5 × the limit`; '' for a figure without one."""
    is_met: bool
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """Value over limit; None where there is no limit to divide by."""
        return round(self.value / self.limit, 3) if self.limit else None

    def as_json(self) -> dict[str, Any]:
        """As `bench.json` keeps it."""
        return {
            "value": round(self.value, 3),
            "unit": self.unit,
            "limit": None if self.limit is None else round(self.limit, 3),
            "ratio": self.ratio,
            "bar": self.bar,
            "ok": self.is_met,
            "note": self.note,
        }

    def line(self) -> str:
        """As it is printed."""
        limit = "" if self.limit is None else f"{self.limit:,.3f}"
        ratio = "" if self.ratio is None else f"{self.ratio:.2f} ×"
        verdict = "ok" if self.is_met else "FAILED"
        return f"{self.name:<34}{self.value:>14,.3f} {self.unit:<8}{limit:>14}{ratio:>9}  {verdict:<7}{self.bar}"


HEAD = f"{'figure':<34}{'value':>14} {'unit':<8}{'limit':>14}{'ratio':>9}  {'':<7}bar"


def at_most(name: str, value: float, limit: float, times: float, unit: str, note: str = "") -> Figure:
    """A value that may be some multiple of its limit."""
    bar = f"≤ {times:g} × limit" if times != 1 else "≤ limit"
    return Figure(name, value, unit, limit, bar, value <= limit * times, note)


def exactly(name: str, value: float, expected: float, unit: str, note: str = "") -> Figure:
    """A value that must be the expected one."""
    return Figure(name, value, unit, expected, "= limit", value == expected, note)


def told(name: str, value: float, unit: str, note: str = "") -> Figure:
    """A figure without a bar."""
    return Figure(name, value, unit, None, "", True, note)


def keep(path: Path, figures: list[Figure]) -> None:
    """Write `bench.json`; figures of bars that did not run now stay as they were."""
    try:
        known = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        known = {}
    known |= {figure.name: figure.as_json() for figure in figures}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(known, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
