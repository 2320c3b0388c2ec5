"""The capability that the doors of decisions ask for; who has it stands in the house's table of roles."""

from __future__ import annotations

from typing import Final

VIEW: Final = "fraud.view"
