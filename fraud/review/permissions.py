"""The capabilities that the doors of review ask for; who has them stands in the house's table of roles."""

from __future__ import annotations

from typing import Final

VIEW: Final = "cases.view"
DECIDE: Final = "cases.decide"
BULK: Final = "cases.bulk"
SECOND: Final = "cases.second"
