"""The forms in which one provider tells of the same transactions: whoever posted two of them would count all twice."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final


def _form_of_mollie(statement_key: str) -> str:
    # A settlement is called by its reference (1234567.1804.03), a report by balance and days (bal_…/from/until).
    return "balance report" if "/" in statement_key else "settlement"


_FORMS: Final[Mapping[str, Callable[[str], str]]] = MappingProxyType({"mollie": _form_of_mollie})


def form_of(adapter: str, statement_key: str) -> str:
    """Which form a statement has that this adapter read; '' where it knows only one."""
    named = _FORMS.get(adapter)
    return named(statement_key) if named else ""
