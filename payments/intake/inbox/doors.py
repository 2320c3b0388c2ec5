"""The capabilities that the pages of the inbox ask for; who has them stands in the house's table of roles."""

from __future__ import annotations

from typing import Final

VIEW: Final = "inbox.view"
REPLAY: Final = "inbox.replay"
