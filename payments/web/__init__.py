"""What every room's pages share: doors with permissions, lists, exports, and how values look."""

from payments.web.access import Access, actor, any_signed_in, capability_required, public_page
from payments.web.columns import AmountColumn, BadgeColumn, CurrencyColumn, DateColumn, InstantColumn, ReferenceColumn
from payments.web.display import Badge, Tone
from payments.web.filters import CurrencyFilter, InstantPeriodFilter, PeriodFilter, SearchFilter
from payments.web.lists import ListPage, ListSpec, list_page
from payments.web.tables import ListTable

__all__ = [
    "Access",
    "AmountColumn",
    "Badge",
    "BadgeColumn",
    "CurrencyColumn",
    "CurrencyFilter",
    "DateColumn",
    "InstantColumn",
    "InstantPeriodFilter",
    "ListPage",
    "ListSpec",
    "ListTable",
    "PeriodFilter",
    "ReferenceColumn",
    "SearchFilter",
    "Tone",
    "actor",
    "any_signed_in",
    "capability_required",
    "list_page",
    "public_page",
]
