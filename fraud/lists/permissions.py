"""The capabilities that the doors of lists ask for; who has them stands in the house's table of roles."""

from __future__ import annotations

from typing import Final

VIEW: Final = "lists.view"
EDIT: Final = "lists.edit"
APPROVE: Final = "lists.approve"
