"""OFX statements, version 1 (SGML) and 2 (XML), read by one tolerant reader of our own.

- our own: `ofxtools` is GPL and refuses elements out of order, `ofxparse` is stale, and neither streams.
- every booking date is a statement of its own (`<account>/<date>`): downloads overlap, and a later one replaces whole
  days. The ledger balance closes its date; OFX tells no opening balance.
- FITID is an attribute: banks repeat it, so equal entries with one FITID are two.
- dates are taken as the bank writes them, on its own calendar, whatever zone stands behind them.
- the file is read twice, as currency and account may stand behind the transactions.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Any, Final, cast

from payments.banks.ofx.outline import Outline, Statement
from payments.banks.ofx.shapes import Shapes
from payments.banks.ofx.stream import CLOSE, OPEN, Part, alone, parts_of
from payments.banks.ofx.values import Texts, amount_of, day_of, is_no_date, plain
from payments.banks.plain_texts import PlainAmounts, tidy
from payments.banks.ties import PENDING
from payments.cards import reference_holds_card_number
from payments.facts import (
    BankLineFact,
    BankStatementFact,
    Check,
    FileRefused,
    Problem,
    ProblemLog,
    ReadingTerms,
    Recognition,
    SourceFile,
)
from payments.money import UnreadableAmount
from payments.tabular.amounts import shown
from payments.tabular.instants import generation_sequence
from payments.tabular.lines import read_head
from payments.tabular.refusals import RowRefused, card_refusal
from payments.tabular.remembered import Remembered
from payments.wording import translatable

EVIDENCE: Final = translatable("OFX bank statement")
NO_STATEMENT: Final = translatable("The file holds no bank statement (STMTRS or CCSTMTRS).")
OUTSIDE: Final = translatable("A transaction stands outside any statement. The file is damaged: download it again.")
MISSING: Final = translatable("The element “%(name)s” is missing.")
TWICE: Final = translatable("The element “%(name)s” is there twice.")
OTHER_SIDE: Final = translatable(
    "The type is %(kind)s, but the amount %(text)s has the other sign. One of them is wrong, and the file does not say "
    "which."
)
OTHER_CURRENCY: Final = translatable("The entry is in %(found)s, the account in %(expected)s.")
ALL_TAKEN: Final = translatable("Entries of the file are all taken")

_LEAF: Final = re.compile(r"<([A-Z][A-Z0-9._]*)>([^<]*(?:<(?![/A-Z!?])[^<]*)*)")
_COMMENT: Final = re.compile(rb"<!--.*?-->", re.DOTALL)
_CDATA: Final = re.compile(rb"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
_START: Final = re.compile(rb"\s*(?:OFXHEADER\s*:|(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:\?OFX\b|OFX>))", re.DOTALL)
_REMEMBERED: Final = 1000
_new: Final = cast(Callable[[type[BankLineFact], tuple[Any, ...]], BankLineFact], tuple.__new__)
_SIDES: Final = {"DEBIT": 1, "CREDIT": -1}
"""What an amount of this type may not be signed like."""


class OfxReading:
    """One pass over the lines of one file."""

    def __init__(self, source: SourceFile, terms: ReadingTerms) -> None:
        """Raises FileRefused when the file holds no statement, or is cut off."""
        self.problems = ProblemLog()
        self._source = source
        self._zone = terms.zone
        self._outline = self._followed(terms.currencies[0] if terms.currencies else "")
        self._days: dict[str, tuple[Statement, date]] = {}
        self._days_known: dict[tuple[str, str], tuple[date, str]] = {}
        """Booking date and key of the statement by account and the date as written."""
        self._named = Remembered[tuple[str, ...], tuple[str, str]]()
        """Other side and purpose by what NAME, MEMO and EXTDNAME hold."""
        self._shapes = Shapes()
        self._opened = self._taken = 0

    def _texts(self) -> Texts:
        return Texts(read_head(self._source), self._zone)

    def _followed(self, default_currency: str) -> Outline:
        outline = Outline(self._texts())
        for part in parts_of(self._source, is_outline=True):
            outline.follow(part)
        if not outline.begun:
            raise FileRefused(Problem(NO_STATEMENT, line=1))
        outline.settle(default_currency)
        return outline

    def __iter__(self) -> Iterator[BankLineFact]:
        """Yield every booked entry. Raises FileRefused."""
        texts = self._texts()
        outline, statements = Outline(texts), self._outline.begun
        for part in parts_of(self._source):
            self._opened += part.content.count(OPEN)
            if not part.is_transaction:
                # An end without a beginning closes an entry too: one whose opening tag is damaged.
                self._opened += part.content.count(CLOSE)
                outline.follow(part)
                continue
            if outline.current is None:
                raise FileRefused(Problem(OUTSIDE, line=part.line, field="STMTTRN"))
            yield from self._lines(statements[outline.current], part, texts)

    def _lines(self, statement: Statement, part: Part, texts: Texts) -> Iterator[BankLineFact]:
        amounts, shapes = PlainAmounts(statement.currency), self._shapes
        for line, offset, whole in alone(part):
            self._taken += 1
            content = whole.rstrip()
            found = shapes.texts(texts.decoded(content, line))
            fact = self._plain(statement, (line, offset, len(content)), found, amounts) if found else None
            if fact is None:
                try:
                    fact = self._line(statement, Part(True, line, offset, content), texts)
                except RowRefused as refusal:
                    self.problems.add(refusal.at(line))
                    continue
            yield fact

    def _plain(
        self, statement: Statement, place: tuple[int, int, int], found: Sequence[str], amounts: PlainAmounts
    ) -> BankLineFact | None:
        """The line of a transaction in which everything is as it nearly always is; None leaves it to `_line`."""
        kind, written, posted, available, *names, own, number, check = found
        try:
            amount = amounts[written]
            booked_on, key = self._days_known.get((statement.account, posted)) or self._day_of(statement, posted)
            value_on = day_of(available.strip()) if available else None
        except (UnreadableAmount, RowRefused):
            return None
        kind = kind.strip()
        named = self._named.get(tuple(names)) or self._names(*names)
        if named is None or amount * _SIDES.get(kind.upper(), 0) > 0 or not kind.isalnum():
            return None
        name, remittance = named
        if key not in self._days:
            self._days[key] = statement, booked_on
        return _new(BankLineFact, (
            *place, key, booked_on, value_on, amount, statement.currency,
            tidy(own), tidy(number) or tidy(check), kind, name, remittance,
        ))  # fmt: skip

    def _names(self, name: str, memo: str, longer: str) -> tuple[str, str] | None:
        """The other side and the purpose, remembered; None where a card number stands in them."""
        texts = name, memo, longer
        counterparty, purpose, more = map(tidy, texts)
        remittance = purpose or more or counterparty
        if reference_holds_card_number(remittance) or reference_holds_card_number(counterparty):
            return None
        return self._named.keep(texts, (counterparty, remittance))

    def _day_of(self, statement: Statement, posted: str) -> tuple[date, str]:
        """The booking date and the key of its statement, remembered. Raises RowRefused."""
        booked_on = day_of(posted.strip())
        if len(self._days_known) >= _REMEMBERED:
            self._days_known.clear()
        key = statement.key_of(booked_on)
        self._days_known[statement.account, posted] = booked_on, key
        return booked_on, key

    def _line(self, statement: Statement, part: Part, texts: Texts) -> BankLineFact:
        content = part.content
        if b"<!" in content:
            content = _COMMENT.sub(b"", _CDATA.sub(_escaped, content))
        fields: dict[str, str] = dict(_LEAF.findall(texts.decoded(content, part.line)))
        if content.count(b"<TRNAMT>") > 1:
            raise RowRefused(Problem(TWICE, {"name": "TRNAMT"}, field="TRNAMT"))

        def value(name: str) -> str:
            found = fields.get(name)
            return plain(found) if found else ""

        kind, written = value("TRNTYPE"), value("TRNAMT")
        if "CURRENCY" in fields and (found := value("CURSYM").upper()) not in ("", statement.currency):
            raise RowRefused(Problem(OTHER_CURRENCY, {"found": found, "expected": statement.currency}, field="CURSYM"))
        amount = _signed(written, kind, statement.currency)
        booked_on = _booked_on(value("DTPOSTED"))
        name = value("NAME")
        remittance = value("MEMO") or value("EXTDNAME") or name
        if reference_holds_card_number(remittance) or reference_holds_card_number(name):
            raise card_refusal("MEMO", part.line)
        key = statement.key_of(booked_on)
        if key not in self._days:
            self._days[key] = statement, booked_on
        return BankLineFact(
            line_number=part.line,
            byte_offset=part.offset,
            byte_length=len(part.content),
            statement_key=key,
            booked_on=booked_on,
            value_on=None if is_no_date(value("DTAVAIL")) else _day(value("DTAVAIL"), "DTAVAIL"),
            amount=amount,
            currency=statement.currency,
            bank_reference=value("FITID"),
            end_to_end_reference=value("REFNUM") or value("CHECKNUM"),
            transaction_code=kind,
            counterparty=name,
            remittance=remittance,
        )

    def statements(self) -> Sequence[BankStatementFact]:
        """One statement for each account and date; a list without entries is one of the date of its balance."""
        days = dict(self._days)
        told = {id(statement) for statement, _ in days.values()}
        for statement in self._outline.begun:
            day = statement.balance_on or statement.ends_on
            if id(statement) not in told and day:
                days.setdefault(statement.key_of(day), (statement, day))
        return [self._fact(key, statement, day) for key, (statement, day) in days.items()]

    def _fact(self, key: str, statement: Statement, day: date) -> BankStatementFact:
        made_at, closing = self._outline.made_at, statement.closing()
        return BankStatementFact(
            statement_key=key,
            account_reference=statement.account,
            currency=statement.currency,
            sequence=generation_sequence(made_at) if made_at else "",
            opened_on=day,
            closed_on=day,
            opening_balance=None,
            closing_balance=closing[1] if closing and closing[0] == day else None,
            generated_at=made_at,
        )

    def checks(self) -> Sequence[Check]:
        """That nothing between the tags was passed over; entries that are only announced."""
        pending = self._outline.pending
        left_out = [Check(PENDING, pending, pending, is_refusing=False)] if pending else []
        return [Check(ALL_TAKEN, self._opened, self._taken), *left_out]


def _escaped(found: re.Match[bytes]) -> bytes:
    """A character data section as plain text."""
    return found[1].replace(b"&", b"&amp;").replace(b"<", b"&lt;")


def _signed(written: str, kind: str, currency: str) -> int:
    amount = amount_of(written, currency, "TRNAMT")
    if amount * _SIDES.get(kind.upper(), 0) > 0:
        raise RowRefused(Problem(OTHER_SIDE, {"kind": kind, "text": shown(written)}, field="TRNAMT"))
    return amount


def _booked_on(text: str) -> date:
    day = _day(text, "DTPOSTED")
    if day is None:
        raise RowRefused(Problem(MISSING, {"name": "DTPOSTED"}, field="DTPOSTED"))
    return day


def _day(text: str, field: str) -> date | None:
    if not text:
        return None
    try:
        return day_of(text)
    except RowRefused as refusal:
        raise RowRefused(Problem(refusal.problem.template, refusal.problem.values, field=field)) from None


class OfxAdapter:
    """Reads OFX."""

    code = "ofx"
    name = "OFX / QFX"
    columns: Mapping[str, str] = MappingProxyType(
        {
            "statement_key": "ACCTID",
            "booked_on": "DTPOSTED",
            "value_on": "DTAVAIL",
            "amount": "TRNAMT",
            "bank_reference": "FITID",
            "end_to_end_reference": "REFNUM",
            "transaction_code": "TRNTYPE",
            "counterparty": "NAME",
            "remittance": "MEMO",
        }
    )

    def recognise(self, source: SourceFile, head: bytes) -> Recognition:
        """Judge by the header of version 1, the declaration of version 2, or the root element."""
        found = _START.match(head.removeprefix(b"\xef\xbb\xbf"))
        return Recognition(95, EVIDENCE) if found else Recognition(0)

    def read(self, source: SourceFile, terms: ReadingTerms) -> OfxReading:
        """Open one pass. Raises FileRefused."""
        return OfxReading(source, terms)
