"""A Korean bank's account history in CP949, newest entry first, as the example mapping `shinhan.json` reads it."""

from __future__ import annotations

import csv
from datetime import datetime, time, timedelta
from io import StringIO
from typing import Final

from payments.simulator.terms import Account
from payments.simulator.world import BankDocument, BankEntry

EXAMPLE: Final = "shinhan.json"
"""The mapping in `payments/banks/mapped/examples`."""
COLUMNS: Final = ("거래일자", "거래시간", "적요", "출금(원)", "입금(원)", "내용", "잔액(원)", "거래점")
_NOTES: Final = {"TRF": "타행이체", "CHG": "수수료", "MSC": "체크카드"}


def file_name(account: Account, document: BankDocument) -> str:
    """The name of a day's download."""
    return f"거래내역_{document.booked_on:%Y%m%d}.csv"


def render_day(account: Account, document: BankDocument) -> bytes:
    """Return the entries of a day, newest first, with the balance after each."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    rows = []
    balance = document.opening_balance
    moment = datetime.combine(document.booked_on, time(9, 3))
    for entry in document.entries:
        balance += entry.amount
        moment += timedelta(seconds=40)
        rows.append(_row(entry, moment, balance))
    writer.writerows(reversed(rows))
    return text.getvalue().encode("cp949")


def _row(entry: BankEntry, moment: datetime, balance: int) -> tuple[str, ...]:
    return (
        f"{moment:%Y-%m-%d}",
        f"{moment:%H:%M:%S}",
        _NOTES[entry.code],
        f"{max(0, -entry.amount):,}",
        f"{max(0, entry.amount):,}",
        f"{entry.counterparty} {entry.remittance}",
        f"{balance:,}",
        "강남중앙",
    )
