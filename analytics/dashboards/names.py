"""What people call providers, methods and values, and which currencies there are: read once for each page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cached_property
from typing import Final

from django.conf import settings
from django.utils.translation import get_language, gettext, ngettext

from payments.ledger.labels import method_name
from payments.methods.models import Offering, PaymentMethod, Provider
from payments.settlement.selectors.missing_files import AwaitedDays, awaited_days

_WORDS: Final[dict[str, dict[str, str]]] = {}
"""By language: translations are the same as long as the server runs."""


class Names:
    """The names of one moment, in the language of whoever reads them; nothing is read before it is asked for."""

    def __init__(self) -> None:
        self.words = _WORDS.setdefault(get_language() or "", {})
        """What was translated so far, for any page."""
        self.times: dict[int, str] = {}
        """What milliseconds were written as so far."""
        self.labels: dict[tuple[str, str], str] = {}
        """What values of dimensions were called so far."""

    @cached_property
    def _providers(self) -> list[tuple[str, str, list[str]]]:
        return list(Provider.objects.order_by("name", "code").values_list("code", "name", "currencies"))

    @cached_property
    def provider(self) -> Mapping[str, str]:
        """Code → name, by name."""
        return {code: name for code, name, _currencies in self._providers}

    @cached_property
    def method(self) -> Mapping[str, str]:
        """Code → name, in the order in which methods are shown."""
        return {each.code: method_name(each) for each in PaymentMethod.objects.order_by("display_order", "code")}

    @cached_property
    def currency(self) -> Mapping[str, str]:
        """Those of the providers and the one that is reported in; they are called by their codes."""
        codes = {code for *_names, currencies in self._providers for code in currencies}
        return {code: code for code in sorted(codes | {settings.REPORTING_CURRENCY})}

    @cached_property
    def offered(self) -> frozenset[tuple[str, str]]:
        """Each method with each provider that has it, by their codes."""
        return frozenset(Offering.objects.values_list("method__code", "provider__code"))

    @cached_property
    def awaited(self) -> tuple[AwaitedDays, ...]:
        """The statements that are not here yet, or not wholly."""
        return awaited_days()

    def learn(self, *names: str) -> None:
        """Read now what is called so here: a statement behind those that were sent ahead waits for all of them."""
        for each in names:
            getattr(self, each)

    def of(self, dimension: str) -> Mapping[str, str]:
        """What the values of a dimension are called; empty for one whose names are not kept in the database."""
        match dimension:
            case "provider":
                return self.provider
            case "method":
                return self.method
            case "currency":
                return self.currency
        return {}


_NAMES: ContextVar[Names | None] = ContextVar("names", default=None)


def names() -> Names:
    """The names of the page that is being made; outside of one those of this moment."""
    return _NAMES.get() or Names()


def translated(message: str) -> str:
    """`gettext`, which looks up a word of ours once: it is on a page hundreds of times."""
    page = _NAMES.get()
    if page is None:
        return gettext(message)
    if message not in page.words:
        page.words[message] = gettext(message)
    return page.words[message]


def pluralised(one: str, many: str, number: int) -> str:
    """`ngettext`, which finds the form of a number once: a year of days has thousands, of few numbers."""
    page = _NAMES.get()
    if page is None:
        return ngettext(one, many, number)
    key = f"{number} {many}"
    if key not in page.words:
        page.words[key] = ngettext(one, many, number)
    return page.words[key]


@contextmanager
def named() -> Iterator[None]:
    """Whatever is made meanwhile reads names once; `@named()` stands above a view."""
    token = _NAMES.set(Names())
    try:
        yield
    finally:
        _NAMES.reset(token)
