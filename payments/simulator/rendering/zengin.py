"""A Japanese bank's fixed-width file (全銀): the entries of a day, and before it a notice of transfers received.

Records of 200 bytes in Shift-JIS with half-width kana only, dates in years of Reiwa, each ended as Windows does.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from payments.simulator.terms import Account
from payments.simulator.world import BankDocument, BankEntry

_REIWA: Final = 2018
_KINDS: Final = {"TRF": "11", "CHG": "18", "MSC": "14"}
_HALF: Final = {unicodedata.normalize("NFKC", chr(place)): chr(place) for place in range(0xFF61, 0xFFA0)}
_MARKS: Final = {"\u3099": "ﾞ", "\u309a": "ﾟ", "ー": "ｰ", "　": " "}
_HIRAGANA: Final = range(0x3041, 0x3097)


def file_name(account: Account, document: BankDocument) -> str:
    """The name of a day's file."""
    return f"nyushukkin_{document.booked_on:%Y%m%d}.txt"


def render_day(account: Account, document: BankDocument) -> bytes:
    """Return the entries of a day (入出金取引明細) between the balances before and behind them."""
    day = _day(document.booked_on)
    bank, branch, number = _account(account)
    head = f"1030{day}{day}{day}{bank}{_text('', 15)}{branch}{_text('', 15)}0001{number:>010}{_text(account.name, 40)}"
    head += f"{_side(document.opening_balance)}1{abs(document.opening_balance):014d}"
    rows = [_entry(place, entry) for place, entry in enumerate(document.entries, 1)]
    credits = [entry.amount for entry in document.entries if entry.amount > 0]
    debits = [-entry.amount for entry in document.entries if entry.amount < 0]
    tail = f"8{len(credits):06d}{sum(credits):013d}{len(debits):06d}{sum(debits):013d}"
    tail += f"{_side(document.closing_balance)}{abs(document.closing_balance):014d}{len(rows):07d}"
    return _records([head, *rows, tail, f"9{len(rows) + 3:010d}{1:05d}"])


def interim_reports(account: Account, document: BankDocument) -> Iterator[tuple[str, bytes]]:
    """Yield the notice of the transfers received so far (振込入金通知), where there are any."""
    known = [entry for entry in document.entries[: document.interim_count] if 0 < entry.amount < 10**10]
    if not known:
        return
    day = _day(document.booked_on)
    bank, branch, number = _account(account)
    head = f"1010{day}{day}{day}{bank}{_text('', 15)}{branch}{_text('', 15)}1{number:>07}{_text(account.name, 40)}"
    rows = [_notice(place, entry) for place, entry in enumerate(known, 1)]
    tail = f"8{len(rows):06d}{sum(entry.amount for entry in known):012d}{0:06d}{0:012d}"
    yield f"furikomi_{document.booked_on:%Y%m%d}.txt", _records([head, *rows, tail, "9"])


def _entry(place: int, entry: BankEntry) -> str:
    day, code = _day(entry.booked_on), _code(entry.reference)
    text = f"2{place:08d}{day}{day}{1 if entry.amount > 0 else 2}{_KINDS[entry.code]}{abs(entry.amount):012d}{0:012d}"
    text += f"{0:06d}{0:06d}0{0:07d}000{code}{_text(entry.counterparty, 48)}{_text('', 30)}"
    return text + _text(entry.remittance, 40)


def _notice(place: int, entry: BankEntry) -> str:
    day = _day(entry.booked_on)
    text = f"2{place:06d}{day}{day}{entry.amount:010d}{0:010d}{_code(entry.reference)}{_text(entry.counterparty, 48)}"
    return text + f"{_text('', 30)} {_text(entry.remittance, 20)}"


def _account(account: Account) -> tuple[str, str, str]:
    """Codes of bank and branch and the number, of an account written as all its digits in that order."""
    digits = "".join(filter(str.isdigit, account.account_reference))
    return digits[:4], digits[4:7], digits[7:]


def _code(reference: str) -> str:
    """The code of a payer: digits only."""
    return "".join(filter(str.isdigit, reference))[-10:].zfill(10)


def _side(balance: int) -> str:
    return "2" if balance < 0 else "1"


def _day(day: date) -> str:
    return f"{day.year - _REIWA:02d}{day:%m%d}"


def _text(text: str, width: int) -> str:
    """A text as the format knows it: ASCII capitals and half-width kana; what has no such form is left out."""
    found = ""
    for sign in unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text)).upper():
        plain = chr(ord(sign) + 0x60) if ord(sign) in _HIRAGANA else sign
        found += plain if plain.isascii() else _MARKS.get(plain) or _HALF.get(plain, "")
    return found[:width].ljust(width)


def _records(texts: Sequence[str]) -> bytes:
    return b"".join(text.encode("cp932").ljust(200) + b"\r\n" for text in texts)
