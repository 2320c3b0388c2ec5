"""Which module writes which file: the layouts of statements and of bank files, by the names that plans carry."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from payments.simulator.rendering import (
    adyen,
    bai2,
    camt,
    camt054,
    gmo,
    japanese_bank,
    kakaopay,
    komoju,
    konbini,
    korean_bank,
    mollie,
    mollie_balance,
    naver,
    ofx,
    passbook,
    paypal_activity,
    paypal_settlement,
    square,
    stripe,
    swift,
    toss,
    zengin,
)
from payments.simulator.terms import Account, ProviderPlan
from payments.simulator.world import BankDocument, Document, Version


@dataclass(frozen=True, slots=True)
class StatementLayout:
    """A provider's file."""

    file_name: Callable[[ProviderPlan, Document, Version], str]
    render: Callable[[ProviderPlan, Document, Version], bytes]
    files: Callable[[ProviderPlan, Document, Version, int], Iterator[tuple[str, bytes]]] | None = None
    """Yields name and content of each of so many files; None where a report always comes in one."""


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
        "gmo": StatementLayout(gmo.file_name, gmo.render),
        "kakaopay": StatementLayout(kakaopay.file_name, kakaopay.render),
        "komoju": StatementLayout(komoju.file_name, komoju.render),
        "konbini": StatementLayout(konbini.file_name, konbini.render),
        "mollie": StatementLayout(mollie.file_name, mollie.render),
        "mollie_balance": StatementLayout(mollie_balance.file_name, mollie_balance.render),
        "naver": StatementLayout(naver.file_name, naver.render),
        "paypal_activity": StatementLayout(paypal_activity.file_name, paypal_activity.render),
        "paypal_settlement": StatementLayout(
            paypal_settlement.file_name, paypal_settlement.render, paypal_settlement.files
        ),
        "square": StatementLayout(square.file_name, square.render),
        "stripe": StatementLayout(stripe.file_name, stripe.render),
        "stripe_manual": StatementLayout(stripe.file_name, stripe.render),
        "toss": StatementLayout(toss.file_name, toss.render),
    }
)
BANKS: Final[Mapping[str, BankLayout]] = MappingProxyType(
    {
        "bai2": BankLayout(bai2.file_name, bai2.render_day),
        "camt053": BankLayout(camt.file_name, camt.render_day, camt.interim_reports),
        "camt054": BankLayout(camt054.file_name, camt054.render_day),
        "japanese_bank": BankLayout(japanese_bank.file_name, japanese_bank.render_day),
        "korean_bank": BankLayout(korean_bank.file_name, korean_bank.render_day),
        "mt940": BankLayout(swift.file_name, swift.render_day, swift.interim_reports),
        "ofx": BankLayout(ofx.file_name, ofx.render_day),
        "passbook": BankLayout(passbook.file_name, passbook.render_day),
        "zengin": BankLayout(zengin.file_name, zengin.render_day, zengin.interim_reports),
    }
)
