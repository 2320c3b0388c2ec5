"""Room on the payment page for what the rooms above know of a payment.

`settings.PAYMENT_PANELS` lists functions in order, like Django's MIDDLEWARE; each takes what the ledger knows of the
payment and the request, and returns a `Panel`, or None when it has nothing to say to this person. The ledger knows none
of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.module_loading import import_string

from payments.ledger.selectors.payment_page import PaymentDetail
from payments.web import Badge


@dataclass(frozen=True, slots=True)
class Moment:
    """One row of the timeline."""

    at: datetime | date
    """An instant, or a business date where no time of day is known: it stands at the end of its day."""
    badge: Badge
    told_by: str | Promise
    """Who says so: a provider, the shop, a statement, the bank."""
    amount: int | None = None
    """Minor units, signed from the merchant's side."""
    currency: str = ""
    detail: str | Promise = ""
    url: str = ""
    """Where `detail` leads to."""
    is_conflicting: bool = False

    @property
    def is_day(self) -> bool:
        """Whether only the date is known."""
        return not isinstance(self.at, datetime)

    @property
    def order(self) -> datetime:
        """By what the timeline is sorted, in the viewer's zone."""
        if isinstance(self.at, datetime):
            return self.at
        return datetime.combine(self.at, time.max, tzinfo=timezone.get_current_timezone())


@dataclass(frozen=True, slots=True)
class Panel:
    """One section of the payment page. The template finds the values of `context` as `panel.context`."""

    title: str | Promise
    template: str
    context: Mapping[str, Any] = field(default_factory=dict)
    moments: tuple[Moment, ...] = ()
    """What it adds to the timeline."""


PanelOf = Callable[[PaymentDetail, HttpRequest], Panel | None]


def panels_of(payment: PaymentDetail, request: HttpRequest) -> tuple[Panel, ...]:
    """Ask every room of `PAYMENT_PANELS`, in order."""
    asked: list[PanelOf] = [import_string(path) for path in settings.PAYMENT_PANELS]
    found = (panel_of(payment, request) for panel_of in asked)
    return tuple(panel for panel in found if panel is not None)
