"""What stands around the transactions of an OFX file: the statements, in whatever order their elements come."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from payments.banks.ofx.stream import Part
from payments.banks.ofx.values import Texts, amount_of, day_of, instant_of, is_no_date, plain
from payments.facts import FileRefused, Problem
from payments.money import UnknownCurrency, exponent
from payments.tabular.amounts import currency_problem
from payments.tabular.refusals import RowRefused
from payments.wording import translatable

INVESTMENTS: Final = translatable(
    "The file is the statement of an investment account, whose trades are no entries of a bank account."
)
NO_CURRENCY: Final = translatable("The statement names no currency (CURDEF).")

_TAG: Final = re.compile(rb"<(/?)([A-Za-z][A-Za-z0-9._]*)[^<>]{0,200}>([^<]*)")
_COMMENT: Final = re.compile(rb"<!--.*?-->", re.DOTALL)
_STATEMENTS: Final = frozenset({"STMTRS", "CCSTMTRS"})
_AGGREGATES: Final = _STATEMENTS | frozenset(
    {"SONRS", "BANKACCTFROM", "CCACCTFROM", "BANKTRANLIST", "LEDGERBAL", "AVAILBAL", "BALLIST", "BAL"}
    | {"BANKTRANLISTP", "STMTTRNP", "BANKACCTTO", "CCACCTTO", "CURRENCY", "ORIGCURRENCY", "PAYEE"}
)
"""Elements with elements inside; all others hold a value, and in SGML often no end tag."""
_PENDING: Final = "STMTTRNP"


@dataclass(slots=True)
class Statement:
    """One STMTRS or CCSTMTRS."""

    line: int
    account: str = ""
    currency: str = ""
    ends_on: date | None = None
    balance: str = ""
    """The ledger balance as written."""
    balance_line: int = 0
    balance_on: date | None = None

    def key_of(self, day: date) -> str:
        """The key of the statement of one day of it."""
        return f"{self.account}/{day}" if self.account else day.isoformat()

    def closing(self) -> tuple[date, int] | None:
        """The ledger balance and its date, in minor units. Raises FileRefused."""
        if not self.balance or self.balance_on is None:
            return None
        try:
            return self.balance_on, amount_of(self.balance, self.currency, "BALAMT")
        except RowRefused as refusal:
            raise FileRefused(refusal.at(self.balance_line)) from None


class Outline:
    """Follows the tags between transactions; `current` is the statement that is open."""

    def __init__(self, texts: Texts) -> None:
        self.begun: list[Statement] = []
        self.current: int | None = None
        """Place of the open statement in `begun`."""
        self.made_at: datetime | None = None
        self.pending = 0
        """Entries that are not booked yet."""
        self._texts = texts
        self._open: list[str] = []

    def follow(self, part: Part) -> None:
        """Take the next stretch. Raises FileRefused."""
        content = part.content
        if b"<!--" in content:
            content = _COMMENT.sub(lambda found: b"\n" * found[0].count(b"\n"), content)
        line, counted = part.line, 0
        for found in _TAG.finditer(content):
            name, value = found[2].decode("ascii").upper(), found[3].strip()
            line, counted = line + content.count(b"\n", counted, found.start()), found.start()
            if found[1]:
                self._close(name)
            elif name in _AGGREGATES:
                self._start(name, line)
            elif name == "INVSTMTRS":
                raise FileRefused(Problem(INVESTMENTS, line=line, field=name))
            elif value:
                self._take(name, plain(self._texts.decoded(value, line)), line)

    def _start(self, name: str, line: int) -> None:
        self._open.append(name)
        if name in _STATEMENTS:
            self.begun.append(Statement(line))
            self.current = len(self.begun) - 1
        elif name == _PENDING:
            self.pending += 1

    def _close(self, name: str) -> None:
        if name in self._open:
            while self._open.pop() != name:
                pass
        if name in _STATEMENTS:
            self.current = None

    def _take(self, name: str, value: str, line: int) -> None:
        parent = self._open[-1] if self._open else ""
        if (parent, name) == ("SONRS", "DTSERVER"):
            self.made_at = instant_of(value)
        if self.current is None:
            return
        statement = self.begun[self.current]
        match parent, name:
            case (("BANKACCTFROM" | "CCACCTFROM"), "ACCTID"):
                statement.account = statement.account or "".join(value.split())
            case (("STMTRS" | "CCSTMTRS"), "CURDEF"):
                statement.currency = value.upper()
            case (("BANKTRANLIST" | "LEDGERBAL"), ("DTEND" | "DTASOF")) if is_no_date(value):
                pass
            case "BANKTRANLIST", "DTEND":
                # Only its day counts, and banks garble the time behind it: 2026070200000[-3:BRT].
                statement.ends_on = _day(value[:8], line, name)
            case "LEDGERBAL", "BALAMT":
                statement.balance, statement.balance_line = value, line
            case "LEDGERBAL", "DTASOF":
                statement.balance_on = _day(value, line, name)

    def settle(self, default_currency: str) -> None:
        """Fill in what statements leave out, once the file has been followed to its end. Raises FileRefused."""
        for statement in self.begun:
            statement.currency = statement.currency or default_currency
            if not statement.currency:
                raise FileRefused(Problem(NO_CURRENCY, line=statement.line, field="CURDEF"))
            try:
                exponent(statement.currency)
            except UnknownCurrency:
                raise FileRefused(currency_problem(statement.currency, line=statement.line, field="CURDEF")) from None


def _day(text: str, line: int, field: str) -> date:
    try:
        return day_of(text)
    except RowRefused as refusal:
        problem = refusal.at(line)
        raise FileRefused(Problem(problem.template, problem.values, line, field)) from None
