"""The capabilities that the pages of intake ask for, as `config.staff.roles` names them."""

from __future__ import annotations

from typing import Final

VIEW_KEYS: Final = "keys.view"
MANAGE_KEYS: Final = "keys.manage"
SEE_DOCUMENTATION: Final = "payments.view"
"""Of the merchant API: for whoever may see what it tells."""
