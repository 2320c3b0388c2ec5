"""What rules are asked about, which rules are asked, and what they answer; pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from fraud.assessments.verdicts import Facts


@dataclass(frozen=True, slots=True)
class Given:
    """Everything that a rule can see of one payment."""

    values: tuple[int | None, ...]
    """Features by position: `values[position - 1]`; a position beyond the end is missing."""
    facts: Facts
    list_hits: tuple[int, ...] = ()
    score_ppm: int | None = None


@dataclass(frozen=True, slots=True)
class Live:
    """One version that is asked."""

    version_id: int
    rule_name: str
    action: int
    judge: Callable[[Given], bool]
    until: datetime | None = None
    """When it expires, or its trial ends."""


@dataclass(frozen=True, slots=True)
class InForce:
    """The versions that decide, and those on trial beside them."""

    ruleset_id: int | None = None
    live: tuple[Live, ...] = ()
    shadow: tuple[Live, ...] = ()


@dataclass(frozen=True, slots=True)
class Fired:
    """What the rules say of one payment."""

    action: int | None = None
    """None: none of the live ones was true."""
    version_ids: tuple[int, ...] = ()
    """Live ones that were true, those of the deciding action first."""
    shadow_ids: tuple[int, ...] = ()
