"""The Korean bank: its list of entries as CP949 CSV with the balance after each, a title above, thousands marked."""

from __future__ import annotations

import csv
from datetime import datetime, time, timedelta
from io import StringIO
from typing import Final

from payments.simulator.terms import Account
from payments.simulator.world import BankDocument, BankEntry

COLUMNS: Final = (
    "거래일자",
    "거래시각",
    "적요",
    "보낸분/받는분",
    "출금액",
    "입금액",
    "거래후잔액",
    "내용",
    "처리점",
    "거래번호",
)
_NOTES: Final = {"TRF": "전자금융", "CHG": "수수료", "MSC": "체크카드"}


def file_name(_account: Account, document: BankDocument) -> str:
    """Return the name of the statement of a day."""
    return f"kookmin_{document.booked_on:%Y%m%d}.csv"


def render_day(account: Account, document: BankDocument) -> bytes:
    """Return the entries of a day."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([f"거래내역조회 계좌 {account.name} 조회일 {document.booked_on:%Y.%m.%d}"])
    writer.writerow(COLUMNS)
    balance = document.opening_balance
    moment = datetime.combine(document.booked_on, time(9, 3))
    for entry in document.entries:
        balance += entry.amount
        moment += timedelta(minutes=7)
        writer.writerow(_row(entry, moment, balance))
    return text.getvalue().encode("cp949")


def _row(entry: BankEntry, moment: datetime, balance: int) -> tuple[str, ...]:
    return (
        f"{moment:%Y.%m.%d}",
        f"{moment:%H:%M:%S}",
        _NOTES[entry.code],
        entry.counterparty,
        f"{max(0, -entry.amount):,}",
        f"{max(0, entry.amount):,}",
        f"{balance:,}",
        entry.remittance,
        "강남중앙",
        entry.reference,
    )
