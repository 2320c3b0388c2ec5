"""The capabilities that the doors of the dashboards ask for; who has them stands in the house's table of roles."""

from __future__ import annotations

from typing import Final

VIEW: Final = "insights.view"
