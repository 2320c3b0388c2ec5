"""The kinds of columns our tables have; each says how a cell looks and what the export writes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import django_tables2 as tables
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django_tables2.utils import A

from payments.web.display import Badge, grouped, instant_html, local_instant, major_text


class AmountColumn(tables.Column):
    """Minor units, right-aligned; the currency stands in a column of its own (`CurrencyColumn`).

    `currency` is the accessor of the currency code on the same record.
    """

    def __init__(self, *args: Any, currency: str = "currency", **kwargs: Any) -> None:
        self.currency = A(currency)
        kwargs.setdefault("attrs", {"th": {"class": "num"}, "td": {"class": "num"}})
        super().__init__(*args, **kwargs)

    def render(self, value: int, record: Any) -> str:
        """Grouped, with the decimals of the currency."""
        return grouped(value, self.currency.resolve(record))

    def value(self, value: int, record: Any) -> Decimal:
        """The exact amount in major units, a number for the spreadsheet."""
        return Decimal(major_text(value, self.currency.resolve(record)))


class CurrencyColumn(tables.Column):
    """The ISO code of the amounts in the row."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("verbose_name", _("Cur."))
        kwargs.setdefault("attrs", {"th": {"class": "currency"}, "td": {"class": "currency"}})
        super().__init__(*args, **kwargs)


class CountColumn(tables.Column):
    """A plain number, right-aligned."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("attrs", {"th": {"class": "num"}, "td": {"class": "num"}})
        super().__init__(*args, **kwargs)

    def render(self, value: int) -> str:
        """Grouped by thousands."""
        return f"{value:,}"

    def value(self, value: int) -> int:
        """The number itself."""
        return value


class InstantColumn(tables.Column):
    """A moment, in the viewer's zone, with the zone written out."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("attrs", {"td": {"class": "text-nowrap"}})
        super().__init__(*args, **kwargs)

    def render(self, value: datetime) -> SafeString:
        """A `<time>` element."""
        return instant_html(value)

    def value(self, value: datetime) -> str:
        """ISO 8601 with the offset of the viewer's zone."""
        return local_instant(value).isoformat(timespec="seconds")


class DateColumn(tables.Column):
    """A business date: the provider's day, the same for every viewer."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("attrs", {"td": {"class": "text-nowrap"}})
        super().__init__(*args, **kwargs)

    def render(self, value: date) -> str:
        """ISO date."""
        return value.isoformat()


class BadgeColumn(tables.Column):
    """A state as words, icon and colour."""

    def __init__(self, *args: Any, badges: Mapping[Any, Badge], **kwargs: Any) -> None:
        self.badges = badges
        super().__init__(*args, **kwargs)

    def render(self, record: Any, bound_column: Any) -> SafeString:
        """The badge of the stored value (not of Django's display text)."""
        return self._badge(record, bound_column).__html__()

    def value(self, record: Any, bound_column: Any) -> str:
        """The words alone."""
        return str(self._badge(record, bound_column).label)

    def _badge(self, record: Any, bound_column: Any) -> Badge:
        return self.badges[A(bound_column.accessor).resolve(record)]


class ReferenceColumn(tables.Column):
    """An identifier: fixed-width, never broken, shortened in the middle of the screen but whole in title and export."""

    def __init__(self, *args: Any, shown: int = 24, **kwargs: Any) -> None:
        self.shown = shown
        kwargs.setdefault("attrs", {"td": {"class": "reference"}})
        super().__init__(*args, **kwargs)

    def render(self, value: Any) -> SafeString:
        """Head and tail of a long reference; the whole of it in the title."""
        whole = str(value)
        if len(whole) <= self.shown:
            return format_html("<code>{}</code>", whole)
        tail = self.shown // 3
        return format_html('<code title="{}">{}…{}</code>', whole, whole[: self.shown - tail - 1], whole[-tail:])

    def value(self, value: Any) -> str:
        """The whole reference."""
        return str(value)


class ChoiceColumn(tables.Column):
    """A box that takes the row into the selection of the page's form `bulk`, wherever that stands.

    `name` is what the chosen ids are sent as, `reference` the accessor of what the row is called; rows for which
    `is_offered` says no have no box.
    """

    def __init__(
        self, *, name: str, reference: str, is_offered: Callable[[Any], bool] = lambda _: True, **kwargs: Any
    ) -> None:
        self.sent_as, self.reference, self.is_offered = name, A(reference), is_offered
        kwargs.setdefault("attrs", {"th": {"class": "choice"}, "td": {"class": "choice"}})
        super().__init__(accessor="pk", verbose_name="", orderable=False, exclude_from_export=True, **kwargs)

    @property
    def header(self) -> SafeString:
        """One box for all rows of the page; without script each row has its own."""
        return format_html(
            '<input type="checkbox" class="form-check-input" data-choose-all="{}" aria-label="{}">',
            self.sent_as,
            _("Choose all rows of this page"),
        )

    def render(self, record: Any) -> SafeString | str:
        """The box, with the id of the row."""
        if not self.is_offered(record):
            return ""
        return format_html(
            '<input type="checkbox" class="form-check-input" name="{}" value="{}" form="bulk" aria-label="{}">',
            self.sent_as,
            record.pk,
            _("Choose %(reference)s") % {"reference": self.reference.resolve(record)},
        )
