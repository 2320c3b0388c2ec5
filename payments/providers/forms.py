"""The forms in which one provider tells of the same transactions: whoever posted two of them would count all twice."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final


def _form_of_mollie(statement_key: str) -> str:
    # A settlement is called by its reference (1234567.1804.03), a report by balance and days (bal_…/from/until).
    return "balance report" if "/" in statement_key else "settlement"


def _form_of_paypal(statement_key: str) -> str:
    # A settlement report is called by account and day (PAYPALID/2026-07-01), a day of a download by its date alone.
    return "settlement report" if "/" in statement_key else "activity download"


_FORMS: Final[Mapping[str, Callable[[str], str]]] = MappingProxyType(
    {"mollie": _form_of_mollie, "paypal": _form_of_paypal}
)


def form_of(adapter: str, statement_key: str) -> str:
    """Which form a statement has that this adapter read; '' where it knows only one."""
    named = _FORMS.get(adapter)
    return named(statement_key) if named else ""
