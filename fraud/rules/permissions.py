"""The capabilities that the doors of rules ask for; who has them stands in the house's table of roles."""

from __future__ import annotations

from typing import Final

VIEW: Final = "rules.view"
EDIT: Final = "rules.edit"
PUBLISH: Final = "rules.publish"
