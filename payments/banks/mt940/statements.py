"""The statements of a file before their lines are read: account, number, balances, so that every line knows its key."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Final

from payments.banks.mt940.fields import Field, short_date
from payments.facts import BankStatementFact, FileRefused, Problem
from payments.money import UnknownCurrency, UnreadableAmount, parse_minor
from payments.tabular.amounts import amount_problem, currency_problem, shown
from payments.tabular.instants import generation_sequence
from payments.wording import translatable

NO_STATEMENT: Final = translatable("The file holds no bank statement: no field :20: was found.")
NO_ACCOUNT: Final = translatable("The statement %(statement)s names no account (field :25:).")
NO_OPENING: Final = translatable("The statement %(statement)s has no opening balance (field :60F: or :60M:).")
NO_CLOSING: Final = translatable(
    "The statement %(statement)s has no closing balance (field :62F: or :62M:). The file is cut off: download it again."
)
BAD_BALANCE: Final = translatable("“%(text)s” is not a balance.")
OTHER_CURRENCY: Final = translatable("The closing balance is in %(found)s, the opening balance in %(expected)s.")

UNDATED: Final = date.min
"""The day of an opening balance whose date a bank left at zeros."""
_BALANCE: Final = re.compile(r"([CD])(\d{6})([A-Z]{3})([\d,]{1,20})\s*")
_SUMS: Final = re.compile(r"(\d*)([A-Z]{3})([\d,]{1,20})\s*")
_TIME: Final = re.compile(r"(\d{6})(\d{2})(\d{2})(?:([+-])(\d{2})(\d{2}))?\s*")
_ENTRY_DATE: Final = re.compile(r"\d{6}")


@dataclass(frozen=True, slots=True)
class Balance:
    """One balance of a statement."""

    amount: int
    """Minor units, negative when we owe the bank."""
    currency: str
    day: date
    line: int


@dataclass(slots=True)
class Statement:
    """One message of the file."""

    line: int
    account: str = ""
    number: str = ""
    opening: Balance | None = None
    closing: Balance | None = None
    sums: dict[str, tuple[int, int, str, int]] = field(default_factory=dict)
    """Count, total, currency and line of :90D: and :90C:."""
    currency: str = ""
    generated_at: datetime | None = None
    """On the bank's own clock."""
    days: list[date] = field(default_factory=list)
    """First and last value date of the lines."""
    key: str = ""
    """Account, number and closing date, known at the end of the file."""
    _noted: str = ""
    """The value date noted last, as it is written."""

    @property
    def is_interim(self) -> bool:
        """Whether this is an MT942: a report during the day, without balances."""
        return self.opening is None and self.closing is None

    @property
    def closed_on(self) -> date:
        """Date of the closing balance; of an interim report its own date."""
        if self.closing:
            return self.closing.day
        if self.generated_at:
            return self.generated_at.date()
        return self.days[-1]

    def key_of(self, occurrence: int) -> str:
        """Account, number and closing date: the number begins anew every year.

        An interim report shares its number with the statement of the day, and several reports of a day may share it
        too: each is a statement of its own, never a version of the booked one. `occurrence` counts those of one key:
        banks that never count up their statement numbers may send two on a day.
        """
        suffix = f"#{occurrence}" if occurrence > 1 else ""
        if self.is_interim:
            suffix = (
                f"/interim {self.generated_at.astimezone(UTC):%H:%M:%S}{suffix}"
                if self.generated_at
                else f"/interim{suffix}"
            )
        return f"{self.account}/{self.number}/{self.closed_on}{suffix}"

    def note_day(self, text: str) -> None:
        """Note the value date that a line begins with, unless it is none."""
        if text == self._noted:
            return
        self._noted = text
        try:
            day = short_date(text)
        except ValueError:
            return
        self.days = [min(*self.days, day), max(*self.days, day)] if self.days else [day, day]

    def fact(self) -> BankStatementFact:
        """The statement as a fact."""
        # A few banks date the opening balance by the day they wrote the file, behind all that is in it.
        dated = self.opening.day if self.opening and self.opening.day != UNDATED else min([*self.days, self.closed_on])
        return BankStatementFact(
            statement_key=self.key,
            account_reference=self.account,
            currency=self.currency,
            sequence=generation_sequence(self.generated_at) if self.generated_at else "",
            opened_on=min(dated, self.closed_on),
            closed_on=self.closed_on,
            opening_balance=self.opening.amount if self.opening else None,
            closing_balance=self.closing.amount if self.closing else None,
            is_interim=self.is_interim,
            generated_at=self.generated_at.astimezone(UTC) if self.generated_at else None,
        )


def statements_of(found: Iterable[Field], default_currency: str) -> list[Statement]:
    """Collect the statements of a file in file order.

    `default_currency` is for interim reports that name none. Raises FileRefused.
    """
    statements: list[Statement] = []
    for entry in found:
        if entry.tag == "20":
            statements.append(Statement(entry.line))
        elif statements and entry.tag == "61":
            if _ENTRY_DATE.match(entry.lines[0]):
                statements[-1].note_day(entry.lines[0][:6])
        elif statements and entry.tag != "86":
            _take(statements[-1], entry)
    if not statements:
        raise FileRefused(Problem(NO_STATEMENT))
    seen: dict[str, int] = {}
    for statement in statements:
        _complete(statement, default_currency)
        first = statement.key_of(1)
        seen[first] = seen.get(first, 0) + 1
        statement.key = statement.key_of(seen[first])
    return statements


def _take(statement: Statement, entry: Field) -> None:
    match entry.tag:
        case "25" | "25P":
            statement.account = statement.account or "".join(entry.lines[0].split())
        case "28" | "28C":
            statement.number = entry.lines[0].strip()
        case "60" | "60F" | "60M":
            statement.opening = statement.opening or _balance(entry)
        case "62" | "62F" | "62M":
            statement.closing = _balance(entry)
        case "13D" | "13":
            statement.generated_at = _generated_at(entry.lines[0])
        case "34F":
            statement.currency = statement.currency or entry.lines[0][:3]
        case "90D" | "90C":
            statement.sums[entry.tag[-1]] = _sums(entry)


def _complete(statement: Statement, default_currency: str) -> None:
    name = {"statement": statement.number or str(statement.line)}
    if not statement.account:
        raise FileRefused(Problem(NO_ACCOUNT, name, statement.line, ":25:"))
    if statement.opening is None and statement.closing is not None:
        raise FileRefused(Problem(NO_OPENING, name, statement.line, ":60F:"))
    if statement.opening is not None and statement.closing is None:
        raise FileRefused(Problem(NO_CLOSING, name, statement.line, ":62F:"))
    if statement.opening and statement.closing:
        statement.currency = statement.opening.currency
        if statement.closing.currency != statement.currency:
            values = {"found": statement.closing.currency, "expected": statement.currency}
            raise FileRefused(Problem(OTHER_CURRENCY, values, statement.closing.line, ":62F:"))
    elif not statement.days and statement.generated_at is None:
        raise FileRefused(Problem(NO_OPENING, name, statement.line, ":60F:"))
    sums = list(statement.sums.values())
    statement.currency = statement.currency or (sums[0][2] if sums else default_currency)


def _balance(entry: Field) -> Balance:
    found = _BALANCE.fullmatch(entry.lines[0])
    if not found:
        raise FileRefused(Problem(BAD_BALANCE, {"text": shown(entry.lines[0])}, entry.line, f":{entry.tag}:"))
    amount = _amount(found[4], found[3], entry)
    try:
        is_undated = entry.tag.startswith("60") and not found[2].strip("0")
        day = UNDATED if is_undated else short_date(found[2])
    except ValueError:
        raise FileRefused(Problem(BAD_BALANCE, {"text": shown(entry.lines[0])}, entry.line, f":{entry.tag}:")) from None
    return Balance(amount if found[1] == "C" else -amount, found[3], day, entry.line)


def _sums(entry: Field) -> tuple[int, int, str, int]:
    found = _SUMS.fullmatch(entry.lines[0])
    if not found:
        raise FileRefused(Problem(BAD_BALANCE, {"text": shown(entry.lines[0])}, entry.line, f":{entry.tag}:"))
    return int(found[1] or 0), _amount(found[3], found[2], entry), found[2], entry.line


def _amount(text: str, currency: str, entry: Field) -> int:
    try:
        return parse_minor(text, currency, decimal_mark=",")
    except UnreadableAmount as refusal:
        raise FileRefused(amount_problem(refusal, line=entry.line, field=f":{entry.tag}:")) from None
    except UnknownCurrency:
        raise FileRefused(currency_problem(currency, line=entry.line, field=f":{entry.tag}:")) from None


def _generated_at(text: str) -> datetime | None:
    """When the bank made the report; without a distance to UTC the time is taken as UTC, as it only sorts versions.

    Its date stays the bank's own: the morning of Auckland is not the evening before.
    """
    found = _TIME.fullmatch(text)
    if not found:
        return None
    try:
        day = short_date(found[1])
        distance = timedelta(hours=int(found[5] or 0), minutes=int(found[6] or 0))
        zone = timezone(-distance if found[4] == "-" else distance)
        return datetime(day.year, day.month, day.day, int(found[2]), int(found[3]), tzinfo=zone)
    except ValueError:
        return None
