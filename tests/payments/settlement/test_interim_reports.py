"""Interim reports of a bank in every order: versions, overlaps, the statement of the day before and after them."""

from __future__ import annotations

import itertools
import random
from datetime import date
from typing import Any

import pytest
from django.db import transaction

from payments.settlement.models import BankStatement
from payments.settlement.reconciliation import credits
from payments.settlement.selectors import snapshot
from payments.settlement.services.reconcile import reconcile_everything
from tests.payments.settlement.arrivals import Desk
from tests.payments.settlement.facts import Merchant

pytestmark = pytest.mark.django_db
AS_OF = date(2026, 7, 31)
PAYOUT, COFFEE, RENT, CHARGE = (2_000, "TX payout-77"), (1_000, "coffee"), (-500, "rent"), (-100, "charge")


def _entry(amount: int, text: str, day: str) -> str:
    side = "CRDT" if amount > 0 else "DBIT"
    return (
        f'<Ntry><Amt Ccy="EUR">{abs(amount) / 100:.2f}</Amt><CdtDbtInd>{side}</CdtDbtInd><Sts>BOOK</Sts>'
        f"<BookgDt><Dt>{day}</Dt></BookgDt><NtryDtls><TxDtls><RmtInf><Ustrd>{text}</Ustrd></RmtInf></TxDtls></NtryDtls>"
        "</Ntry>"
    )


def _balance(code: str, amount: int, day: str) -> str:
    return (
        f'<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">{amount / 100:.2f}</Amt>'
        f"<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>"
    )


def _camt(outer: str, inner: str, number: str, created: str, inside: str) -> str:
    return (
        f'<?xml version="1.0"?>\n<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><{outer}><GrpHdr>'
        f"<MsgId>M</MsgId><CreDtTm>{created}+02:00</CreDtTm></GrpHdr><{inner}><Id>{number}</Id><Acct><Id><IBAN>"
        f"NL01BANK0123456789</IBAN></Id></Acct>{inside}</{inner}></{outer}></Document>"
    )


def report(number: str, time: str, *entries: tuple[int, str], day: str = "2026-07-02") -> str:
    """A camt.052: what was booked until a time of a day."""
    inside = "".join(_entry(amount, text, day) for amount, text in entries)
    return _camt("BkToCstmrAcctRpt", "Rpt", number, f"{day}T{time}:00", inside)


def statement(number: str, opened: str, day: str, opening: int, *entries: tuple[int, str]) -> str:
    """A camt.053 of one day, opened with the close of the day before."""
    closing = opening + sum(amount for amount, _ in entries)
    inside = _balance("OPBD", opening, opened) + _balance("CLBD", closing, day)
    inside += "".join(_entry(amount, text, day) for amount, text in entries)
    return _camt("BkToCstmrStmt", "Stmt", number, f"{day}T23:00:00", inside)


FIRST = report("A", "10:00", COFFEE, PAYOUT)
FIRST_CORRECTED = report("A", "10:05", PAYOUT)
SECOND = report("B", "14:00", PAYOUT, RENT)
THIRD = report("C", "16:00", PAYOUT, PAYOUT, COFFEE)
OF_THE_DAY = statement("S1", "2026-07-01", "2026-07-02", 10_000, PAYOUT, CHARGE)
OF_THE_NEXT_DAY = statement("S2", "2026-07-02", "2026-07-03", 11_900, (700, "sale"))

SCENARIOS: list[tuple[list[str], list[tuple[int, str]]]] = [
    ([FIRST, FIRST_CORRECTED], [PAYOUT]),
    ([FIRST, FIRST_CORRECTED, SECOND], [RENT, PAYOUT]),
    ([FIRST, FIRST_CORRECTED, SECOND, THIRD], [RENT, COFFEE, PAYOUT, PAYOUT]),
    ([FIRST, SECOND, OF_THE_DAY], [CHARGE, PAYOUT]),
    ([FIRST, FIRST_CORRECTED, SECOND, OF_THE_DAY], [CHARGE, PAYOUT]),
    ([FIRST, SECOND, OF_THE_NEXT_DAY], [RENT, COFFEE, PAYOUT, (700, "sale")]),
    ([FIRST_CORRECTED, SECOND, OF_THE_DAY, OF_THE_NEXT_DAY], [CHARGE, PAYOUT, (700, "sale")]),
]


def state_after(desk: Desk, files: list[str], dice: random.Random | None) -> tuple[Any, ...]:
    """Take in the files of a fresh account, reconciling now and then; what counts, what is current, what is said."""
    point = transaction.savepoint()
    try:
        merchant = Merchant(code="adyen", currency="EUR", zone="Europe/Amsterdam", country="NL")
        merchant.statement(
            "s1",
            {"amount": 2_000, "payout": "payout-77"},
            payout={"key": "payout-77", "amount": 2_000, "on": date(2026, 7, 2)},
            on=date(2026, 7, 2),
        )
        for place, content in enumerate(files):
            assert desk.take(merchant.account, content, f"{place}.xml").state == "posted"
            if dice is not None and dice.random() < 0.5:
                reconcile_everything(as_of=AS_OF)
        reconcile_everything(as_of=AS_OF)
        counted = sorted(
            (line.booked_on, line.amount, line.text.strip()) for line in credits.of_account(merchant.account)
        )
        current = BankStatement.objects.order_by("statement_key", "version")
        return counted, list(current.values_list("statement_key", "version", "is_current")), snapshot.take()
    finally:
        transaction.savepoint_rollback(point)


@pytest.mark.parametrize("scenario", range(len(SCENARIOS)))
def test_bank_files_in_every_order_end_in_the_same_state(desk: Desk, scenario: int) -> None:
    files, lines = SCENARIOS[scenario]
    expected = state_after(desk, files, None)
    assert [(amount, text) for _, amount, text in expected[0]] == lines
    for number, order in enumerate(itertools.permutations(files)):
        found = state_after(desk, list(order), random.Random(number))
        for part, (one, other) in enumerate(zip(found, expected, strict=True)):
            assert one == other, (number, part)


def test_a_line_two_reports_show_is_paired_once(desk: Desk) -> None:
    _, _, books = state_after(desk, [FIRST_CORRECTED, SECOND], None)
    assert [(row.rule, row.payout_keys, len(row.bank_lines)) for row in books.deposits] == [
        ("reference", ("payout-77",), 1)
    ]


def test_a_payout_that_only_an_interim_report_showed_is_missing_again(desk: Desk) -> None:
    _, _, books = state_after(
        desk, [FIRST, statement("S1", "2026-07-01", "2026-07-02", 10_000, CHARGE)], random.Random(1)
    )
    assert [(row.layer, row.kind) for row in books.breaks if row.layer == "deposit"] == [("deposit", "missing_deposit")]
    assert books.deposits == []
