"""A North American bank: a BAI2 report for each day, one group of one account, with controls at every level."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from payments.simulator.terms import Account
from payments.simulator.world import BankDocument, BankEntry

_CODES: Final = {"TRF": ("195", "495"), "CHG": ("354", "698"), "MSC": ("399", "699")}
"""Type codes of a credit and a debit; all texts that are not ASCII are left to the reader's own fallback."""
_COLUMNS: Final = 76


def file_name(account: Account, document: BankDocument) -> str:
    """The name the bank gives the report of a day."""
    return f"BAI2_{document.booked_on:%Y%m%d}.bai"


def render_day(account: Account, document: BankDocument) -> bytes:
    """Return the report of a day, made in the night behind it."""
    made_on = document.booked_on + timedelta(days=1)
    credits = [entry.amount for entry in document.entries if entry.amount > 0]
    debits = [-entry.amount for entry in document.entries if entry.amount < 0]
    balances = (document.opening_balance, document.closing_balance)
    records = [
        f"03,{account.account_reference},{account.currency},010,{balances[0]},,,015,{balances[1]},,/",
        f"88,100,{sum(credits)},{len(credits)},,400,{sum(debits)},{len(debits)},/",
    ]
    for entry in document.entries:
        records += _entry(entry)
    total = sum(balances) + 2 * (sum(credits) + sum(debits))
    count = len(records) + 1
    lines = [
        f"01,BANKOFAM,JEONGSAN,{made_on:%y%m%d},0415,{document.sequence},,,2/",
        f"02,JEONGSAN,BANKOFAM,1,{document.booked_on:%y%m%d},2400,{account.currency},2/",
        *records,
        f"49,{total},{count}/",
        f"98,{total},1,{count + 2}/",
        f"99,{total},1,{count + 4}/",
    ]
    return ("\n".join(lines) + "\n").encode()


def _entry(entry: BankEntry) -> list[str]:
    code = _CODES[entry.code][entry.amount < 0]
    value = f"V,{entry.booked_on:%y%m%d},"
    text = f"{entry.counterparty} {entry.remittance}".replace("\n", " ")
    first, rest = text[:_COLUMNS], text[_COLUMNS:]
    head = f"16,{code},{abs(entry.amount)},{value},{entry.reference},"
    pieces = [rest[start : start + _COLUMNS] for start in range(0, len(rest), _COLUMNS)]
    return [f"{head},/", *(f"88,{piece}" for piece in (first, *pieces))]
