"""The kinds of filters our lists have besides django-filter's own: search, and periods that never shift a date."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django_filters import CharFilter, ChoiceFilter, RangeFilter
from django_filters.fields import DateRangeField, RangeField
from django_filters.widgets import SuffixedMultiWidget

from payments.money import EXPONENTS


class SearchFilter(CharFilter):
    """The search field of a list: `/` leads to it, and it asks half a second after the last key."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["widget"] = forms.TextInput(attrs={"type": "search", "data-search": "", "autocomplete": "off"})
        super().__init__(*args, **kwargs)


class PeriodWidget(SuffixedMultiWidget):
    """Two date fields, each with a name for screen readers; `NAME_from` and `NAME_to` in the address."""

    template_name = "components/period.html"
    suffixes = ["from", "to"]

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        first = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "aria-label": _("First day")})
        last = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "aria-label": _("Last day")})
        super().__init__((first, last), attrs)


def _check_order(dates: list[date | None]) -> None:
    if len(dates) == 2 and dates[0] and dates[1] and dates[1] < dates[0]:
        raise ValidationError(_("The period ends before it begins."))


class PeriodField(RangeField):
    """A first and a last business date, both included; either may be open."""

    widget = PeriodWidget

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__((forms.DateField(), forms.DateField()), *args, **kwargs)

    def compress(self, data_list: list[date | None]) -> slice | None:
        """Dates as they are. django-filter's own would make instants of them in the viewer's zone, and Django dates of
        those in UTC again: a day too early for everybody east of Greenwich."""
        _check_order(data_list)
        return slice(*data_list) if data_list else None


class PeriodFilter(RangeFilter):
    """Narrows a column of business dates, which are the same for every viewer."""

    field_class = PeriodField


class InstantPeriodField(DateRangeField):
    """A first and a last day in the viewer's zone, for a column of instants."""

    widget = PeriodWidget

    def compress(self, data_list: list[date | None]) -> slice | None:
        """From the first moment of the first day to the last of the last."""
        _check_order(data_list)
        return super().compress(data_list)  # type: ignore[no-any-return]


class InstantPeriodFilter(RangeFilter):
    """Narrows a column of instants by days of the viewer's zone."""

    field_class = InstantPeriodField


class CurrencyFilter(CharFilter):
    """Three letters, in any case."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Currency"))
        attributes = {"size": 4, "autocapitalize": "characters", "class": "short"}
        super().__init__(max_length=3, widget=forms.TextInput(attrs=attributes), **kwargs)

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        """Compare with the stored capitals."""
        rows: QuerySet[Any] = super().filter(qs, value.upper() if value else value)
        return rows


class CodeFilter(ChoiceFilter):
    """By code in the address, by name on the screen, by id in the query: a join would hide the index from the planner.

    The filter set’s `__init__` gives it the few rows there are.
    """

    ids: dict[str, int]

    def know(self, rows: list[tuple[int, str, str]]) -> None:
        """Take id, code and name of each."""
        self.ids = {code: pk for pk, code, _name in rows}
        self.extra["choices"] = [(code, name) for _pk, code, name in rows]

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        """Rows of the one with this code."""
        return qs.filter(**{f"{self.field_name}_id": self.ids[value]}) if value else qs


def within_major(field_name: str, least: Decimal | None, most: Decimal | None = None) -> Q:
    """A condition on minor units from numbers in major units, whatever the currency of the row; None: no limit there.

    Both limits stand in one condition, so that a row is looked up among the currencies of an exponent only when its
    number could be within.
    """
    condition = Q()
    for digits in sorted(set(EXPONENTS.values())):
        found = {
            f"{field_name}__{lookup}": int(value.scaleb(digits))
            for lookup, value in (("gte", least), ("lte", most))
            if value is not None
        }
        currencies = [currency for currency, exponent in EXPONENTS.items() if exponent == digits]
        condition |= Q(**found, currency__in=currencies)
    return condition
