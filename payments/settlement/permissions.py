"""The capabilities that the doors of settlement ask for; who has them stands in the house's table of roles."""

from __future__ import annotations

from typing import Final

VIEW: Final = "settlement.view"
WORK: Final = "breaks.work"
IMPORT: Final = "settlement.import"
DESCRIBE: Final = "mappings.change"
