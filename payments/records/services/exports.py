"""The witness of exports: a list that leaves as a file leaves a line in the audit trail."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from payments.cards import MASKED, without_card_data
from payments.records.services import audit
from payments.web.export import Exported

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser


def witness(exported: Exported, *, by: AbstractBaseUser | None) -> None:
    """Append one `list.exported` event; named in `EXPORT_WITNESS`, called before the first row is read.

    The number of rows is that of the moment: a reconciliation that runs meanwhile may add or take some.
    """
    detail = asdict(exported)
    detail["filters"] = {name: [_safe(value) for value in values] for name, values in exported.filters.items()}
    audit.record("list.exported", by=by, about=("list", detail.pop("name")), detail=detail)


def _safe(searched: str) -> str:
    """What was searched for, without card data: anything can be pasted into a search, and the trail is for ever."""
    return without_card_data(searched, lambda digits: f"{MASKED}{digits[-4:]}]", "[code]")
