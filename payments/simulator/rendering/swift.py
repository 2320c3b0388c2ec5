"""The Dutch bank: an MT940 for each day, and before it MT942 reports during the day that overlap each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from payments.money import format_minor
from payments.simulator.terms import Account
from payments.simulator.world import BankDocument, BankEntry

_COLUMNS: Final = 65
_INTERIM_TIMES: Final = (time(11, 0), time(15, 0))
_PAYER_ACCOUNTS: Final = {"ADYEN N.V.": "NL38ADYB2006000999/ADYBNL2A"}


def file_name(_account: Account, document: BankDocument) -> str:
    """Return the name of the statement of a day."""
    return f"MT940_{document.booked_on:%Y%m%d}.sta"


def render_day(account: Account, document: BankDocument) -> bytes:
    """Return the statement of a day."""
    lines = [
        ":20:JEONGSAN",
        f":25:{account.account_reference}",
        f":28C:{document.sequence}/1",
        f":60F:{_balance(document.opening_balance, document.booked_on, account)}",
        *_entries(account, document.entries),
        f":62F:{_balance(document.closing_balance, document.booked_on, account)}",
    ]
    return _message("940", lines)


def interim_reports(account: Account, document: BankDocument) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of each report during the day: the second repeats the first and adds to it."""
    known = document.entries[: document.interim_count]
    for moment, entries in zip(_INTERIM_TIMES, (known[: (len(known) + 1) // 2], known), strict=True):
        if entries:
            name = f"MT942_{document.booked_on:%Y%m%d}_{moment:%H%M}.sta"
            yield name, _interim(account, document, moment, entries)


def _interim(account: Account, document: BankDocument, moment: time, entries: Sequence[BankEntry]) -> bytes:
    generated_at = datetime.combine(document.booked_on, moment, tzinfo=ZoneInfo(account.zone))
    lines = [
        f":20:INTERIM{moment:%H%M}",
        f":25:{account.account_reference}",
        f":28C:{document.sequence * 10 + _INTERIM_TIMES.index(moment)}/1",
        f":34F:{account.currency}D0,",
        f":13D:{generated_at:%y%m%d%H%M%z}",
        *_entries(account, entries),
        *(f":90{side}:{count}{account.currency}{total}" for side, count, total in _sums(account, entries)),
    ]
    return _message("942", lines)


def _sums(account: Account, entries: Sequence[BankEntry]) -> Iterator[tuple[str, int, str]]:
    for side, sign in (("D", -1), ("C", 1)):
        amounts = [entry.amount * sign for entry in entries if entry.amount * sign > 0]
        yield side, len(amounts), _amount(sum(amounts), account)


def _message(kind: str, lines: Sequence[str]) -> bytes:
    text = "\r\n".join([f"{{1:F01INGBNL2AXXXX0000000000}}{{2:I{kind}INGBNL2AXXXXN}}{{4:", *lines, "-}"])
    return (text + "\r\n").encode("ascii")


def _entries(account: Account, entries: Sequence[BankEntry]) -> Iterator[str]:
    for entry in entries:
        side = "D" if entry.amount < 0 else "C"
        day = f"{entry.booked_on:%y%m%d}{entry.booked_on:%m%d}"
        yield f":61:{day}{side}{_amount(abs(entry.amount), account)}N{entry.code}NONREF//{entry.reference}"
        party = f"/CNTP/{_PAYER_ACCOUNTS.get(entry.counterparty, '/')}/{entry.counterparty}///"
        details = f"{party}REMI/USTD//{entry.remittance}/"
        yield f":86:{details[:_COLUMNS]}"
        yield from (details[start : start + _COLUMNS] for start in range(_COLUMNS, len(details), _COLUMNS))


def _balance(amount: int, day: date, account: Account) -> str:
    return f"{'D' if amount < 0 else 'C'}{day:%y%m%d}{account.currency}{_amount(abs(amount), account)}"


def _amount(amount: int, account: Account) -> str:
    """An amount as SWIFT spells it: a comma always, and digits behind it."""
    return format_minor(amount, account.currency).replace(".", ",")
