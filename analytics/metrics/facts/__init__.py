"""The facts that metrics count, as queries over the tables of the rooms below; pure."""

from __future__ import annotations

from typing import Final

from analytics.metrics.declarations import Facts
from analytics.metrics.facts.attempts import ATTEMPTS
from analytics.metrics.facts.buyers import BUYERS, INTERVALS
from analytics.metrics.facts.checkouts import CHECKOUTS
from analytics.metrics.facts.groups import GROUPS
from analytics.metrics.facts.lines import LINES
from analytics.metrics.facts.people import PEOPLE

FACTS: Final[tuple[Facts, ...]] = (GROUPS, ATTEMPTS, CHECKOUTS, BUYERS, INTERVALS, LINES, PEOPLE)
"""Everything that is kept ready."""

__all__ = ["ATTEMPTS", "BUYERS", "CHECKOUTS", "FACTS", "GROUPS", "INTERVALS", "LINES", "PEOPLE"]
