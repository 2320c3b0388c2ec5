"""Which module writes which file: the layouts of statements and of bank files, by the names that plans carry."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from payments.simulator.rendering import adyen, camt, konbini, naver, passbook, swift, toss
from payments.simulator.terms import Account, ProviderPlan
from payments.simulator.world import BankDocument, Document, Version


@dataclass(frozen=True, slots=True)
class StatementLayout:
    """A provider's file."""

    file_name: Callable[[ProviderPlan, Document, Version], str]
    render: Callable[[ProviderPlan, Document, Version], bytes]


@dataclass(frozen=True, slots=True)
class BankLayout:
    """A bank's file of a day, and what it tells before the day is over."""

    file_name: Callable[[Account, BankDocument], str]
    render: Callable[[Account, BankDocument], bytes]
    interim: Callable[[Account, BankDocument], Iterator[tuple[str, bytes]]] | None = None
    """Yields name and content of each report during the day; None where the bank makes none."""


STATEMENTS: Final[Mapping[str, StatementLayout]] = MappingProxyType(
    {
        "adyen": StatementLayout(adyen.file_name, adyen.render),
        "konbini": StatementLayout(konbini.file_name, konbini.render),
        "naver": StatementLayout(naver.file_name, naver.render),
        "toss": StatementLayout(toss.file_name, toss.render),
    }
)
BANKS: Final[Mapping[str, BankLayout]] = MappingProxyType(
    {
        "camt053": BankLayout(camt.file_name, camt.render_day, camt.interim_reports),
        "mt940": BankLayout(swift.file_name, swift.render_day, swift.interim_reports),
        "passbook": BankLayout(passbook.file_name, passbook.render_day),
    }
)
