"""The capabilities that the doors of scores ask for; who has them stands in the house's table of roles."""

from __future__ import annotations

from typing import Final

VIEW: Final = "scores.view"
PROMOTE: Final = "scores.promote"
