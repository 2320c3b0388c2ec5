"""A Japanese bank's account history in Shift-JIS, oldest entry first, as the example mapping `mufg.json` reads it."""

from __future__ import annotations

import csv
from io import StringIO
from typing import Final

from payments.simulator.terms import Account
from payments.simulator.world import BankDocument, BankEntry

EXAMPLE: Final = "mufg.json"
"""The mapping in `payments/banks/mapped/examples`."""
COLUMNS: Final = (
    "日付",
    "摘要",
    "摘要内容",
    "支払い金額",
    "預かり金額",
    "差引残高",
    "メモ",
    "未資金化区分",
    "入払区分",
)
_NOTES: Final = {"TRF": "振込", "CHG": "手数料", "MSC": "口座振替"}


def file_name(account: Account, document: BankDocument) -> str:
    """The name of a day's download."""
    return f"{account.account_reference}_{document.booked_on:%Y%m%d}.csv"


def render_day(account: Account, document: BankDocument) -> bytes:
    """Return the entries of a day with the balance after each."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\r\n", quoting=csv.QUOTE_ALL)
    writer.writerow(COLUMNS)
    balance = document.opening_balance
    for entry in document.entries:
        balance += entry.amount
        writer.writerow(_row(entry, balance))
    return text.getvalue().encode("cp932", "replace")


def _row(entry: BankEntry, balance: int) -> tuple[str, ...]:
    is_credit = entry.amount > 0
    return (
        f"{entry.booked_on.year}/{entry.booked_on.month}/{entry.booked_on.day}",
        _NOTES[entry.code],
        f"{entry.counterparty} {entry.remittance}",
        "" if is_credit else f"{-entry.amount:,}",
        f"{entry.amount:,}" if is_credit else "",
        f"{balance:,}",
        "",
        "",
        "入金" if is_credit else "支払い",
    )
