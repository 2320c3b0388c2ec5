"""The capabilities that the doors of acts ask for; who has them stands in the house's table of roles."""

from __future__ import annotations

from typing import Final

VIEW: Final = "acts.view"
REQUEST: Final = "acts.request"
APPROVE: Final = "acts.approve"
