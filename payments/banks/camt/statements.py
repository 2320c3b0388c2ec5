"""A statement, report or notification of one account: what stands around its entries."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final, NamedTuple

from payments.banks.camt.entries import MISSING, day_of, signed_amount
from payments.banks.camt.xml import Element
from payments.banks.ties import SUMS_AGREE, TIES, Place, Totals, does_not_tie, sums_differ
from payments.facts import BankStatementFact, Check, FileRefused, Problem
from payments.tabular.instants import generation_sequence, iso_instant, zone_named
from payments.tabular.refusals import RowRefused
from payments.wording import translatable

NO_ACCOUNT: Final = translatable("The statement %(statement)s names no account (IBAN or other id).")
NO_ID: Final = translatable("The statement has no id.")
TWO_CURRENCIES: Final = translatable("The balances of the statement are in different currencies.")

_OPENING: Final = ("OPBD", "PRCD")
_CLOSING: Final = ("CLBD",)
_INTERIM: Final = "ITBD"
_PAGINATION: Final = ("StmtPgntn", "RptPgntn", "NtfctnPgntn")


class Balance(NamedTuple):
    """One balance of a statement."""

    amount: int
    """Minor units, negative when we owe the bank."""
    currency: str
    day: date | None
    line: int


@dataclass(slots=True)
class Statement:
    """One Stmt, Rpt or Ntfctn while it is read."""

    line: int
    is_interim: bool
    zone: str
    header: Element
    """Its finished children, without the entries."""
    message: Element
    """The group header: when the message was made, and which page it is."""
    entries: list[int] = field(default_factory=lambda: [0, 0])
    """Booked credits and debits."""
    sums: list[int] = field(default_factory=lambda: [0, 0])
    """What they sum to, both positive."""
    pending: list[Totals] = field(default_factory=lambda: [Totals(0, 0), Totals(0, 0)])
    transactions: int = 0
    first: date | None = None
    last: date | None = None
    key: str = ""
    currency: str = ""
    closed_on: date | None = None

    def settle_header(self, default_currency: str, seen: dict[str, int]) -> None:
        """Work out account, key and currency when the first entry comes, or the end. Raises FileRefused.

        `seen` counts the keys of the file: statements that share one are told apart by their number.
        """
        if self.key:
            return
        number, account = self.header.value("Id"), self.account
        if not number:
            raise FileRefused(Problem(NO_ID, line=self.line, field="Id"))
        if not account:
            raise FileRefused(Problem(NO_ACCOUNT, {"statement": number}, self.line, "Acct"))
        self.currency = self._currency() or default_currency
        closing = self.closing
        self.closed_on = (
            (closing and closing.day)
            or self._day("FrToDt/ToDtTm", "FrToDt/ToDt")
            or self._day("CreDtTm")
            or self._day("CreDtTm", of=self.message)
        )
        page = f"/page {self.page}" if self.page > 1 else ""
        key = f"{account}/{number}/{self.closed_on or ''}{page}{'/interim' if self.is_interim else ''}"
        seen[key] = seen.get(key, 0) + 1
        self.key = f"{key}#{seen[key]}" if seen[key] > 1 else key

    @property
    def page(self) -> int:
        """Which page of the statement this is, from 1."""
        text = self._pagination("PgNb")
        return int(text) if text.isdecimal() and len(text) < 6 else 1

    @property
    def is_whole(self) -> bool:
        """Whether the statement is on this one page, so that its entries must lead from balance to balance."""
        return self.page == 1 and self._pagination("LastPgInd") not in ("false", "0")

    def _pagination(self, name: str) -> str:
        """What the statement says of its pages, else what its message says of its own."""
        return self.header.value(*(f"{each}/{name}" for each in _PAGINATION)) or self.message.value(f"MsgPgntn/{name}")

    @property
    def account(self) -> str:
        """IBAN or local number, without spaces."""
        text = self.header.value("Acct/Id/IBAN", "Acct/Id/Othr/Id", "Acct/Id/PrtryAcct/Id", "Acct/Id/BBAN")
        return "".join(text.split())

    def _currency(self) -> str:
        booked = [balance for balance in (self.opening, self.closing) if balance is not None]
        named = {balance.currency for balance in booked}
        if len(named) > 1:
            raise FileRefused(Problem(TWO_CURRENCIES, line=self.line, field="Bal"))
        return named.pop() if named else self.header.value("Acct/Ccy") or _currency_of(self.header.find("Bal/Amt"))

    def _day(self, *paths: str, of: Element | None = None) -> date | None:
        try:
            return day_of(of or self.header, *paths)
        except RowRefused as refusal:
            raise FileRefused(refusal.at(self.line)) from None

    @property
    def opening(self) -> Balance | None:
        """The earliest opening balance; the pages behind the first begin with an interim one. Raises FileRefused."""
        found = self._balances(*_OPENING)
        if not found and not self.is_interim and self.page > 1:
            interim = self._balances(_INTERIM)
            found = interim if len(interim) > 1 or self._balances(*_CLOSING) else []
        return found[0] if found else None

    @property
    def closing(self) -> Balance | None:
        """The latest closing balance; reports and pages before the last close with an interim one.

        Raises FileRefused.
        """
        found = self._balances(*_CLOSING)
        if not found and (self.is_interim or not self.is_whole):
            found = self._balances(_INTERIM)
        return found[-1] if found else None

    def _balances(self, *codes: str) -> list[Balance]:
        """The balances with the first of the codes that any has, in the order of their days."""
        of_code: dict[str, list[Balance]] = {}
        for element in self.header.all("Bal"):
            code = element.value("Tp/CdOrPrtry/Cd", "Tp/Cd")
            if code in codes:
                try:
                    amount, currency = signed_amount(element, self.header.value("Acct/Ccy"))
                    day = day_of(element, "Dt/Dt", "Dt/DtTm")
                except RowRefused as refusal:
                    raise FileRefused(refusal.at(element.line)) from None
                of_code.setdefault(code, []).append(Balance(amount, currency, day, element.line))
        first = next((of_code[code] for code in codes if code in of_code), [])
        return sorted(first, key=lambda balance: balance.day or date.min)

    def note(self, amount: int, day: date) -> None:
        """Count one booked entry."""
        is_debit = amount < 0
        self.entries[is_debit] += 1
        self.sums[is_debit] += -amount if is_debit else amount
        if self.first is None or day < self.first:
            self.first = day
        if self.last is None or day > self.last:
            self.last = day

    @property
    def booked(self) -> tuple[Totals, Totals]:
        """Booked credits and debits, as positive sums."""
        credited, debited = zip(self.entries, self.sums, strict=True)
        return Totals(*credited), Totals(*debited)

    def fact(self) -> BankStatementFact:
        """The statement as a fact; call it when all entries have been read."""
        opening, closing = self.opening, self.closing
        generated_at = self._generated_at()
        closed_on = self.closed_on or self.last
        if closed_on is None:
            raise FileRefused(Problem(MISSING, {"name": "CreDtTm"}, self.line, "CreDtTm"))
        opened_on = (opening and opening.day) or self._day("FrToDt/FrDtTm", "FrToDt/FrDt") or self.first or closed_on
        return BankStatementFact(
            statement_key=self.key,
            account_reference=self.account,
            currency=self.currency,
            sequence=generation_sequence(generated_at) if generated_at else "",
            opened_on=min(opened_on, closed_on),
            closed_on=closed_on,
            opening_balance=opening.amount if opening else None,
            closing_balance=closing.amount if closing else None,
            is_interim=self.is_interim,
            generated_at=generated_at,
        )

    def _generated_at(self) -> datetime | None:
        text = self.header.value("CreDtTm") or self.message.value("CreDtTm")
        try:
            return iso_instant(text, zone_named("", self.zone)) if text else None
        except (ValueError, OverflowError):
            return None

    def checks(self) -> list[Check]:
        """Hold the entries against balances and totals. Raises FileRefused for a statement that does not add up."""
        fact, found = self.fact(), []
        if fact.opening_balance is not None and fact.closing_balance is not None:
            total = fact.opening_balance + self.booked[0].total - self.booked[1].total
            must_tie = self.is_whole and not self.is_interim
            found.append(Check(TIES, fact.closing_balance, total, self.currency, is_refusing=must_tie))
            if total != fact.closing_balance and must_tie:
                closing = self.closing
                raise does_not_tie(fact, total, Place(closing.line if closing else self.line, "Bal"))
        return found + self._summary_checks(fact)

    def _summary_checks(self, fact: BankStatementFact) -> list[Check]:
        """Banks count booked entries, all entries, or the transactions inside: any of these is agreement."""
        checks: list[Check] = []
        if not self.is_whole:
            return checks  # the totals are those of all pages
        for name, sides in (("TtlNtries", (0, 1)), ("TtlCdtNtries", (0,)), ("TtlDbtNtries", (1,))):
            summary = self.header.find(f"TxsSummry/{name}")
            if summary is None:
                continue
            booked = _sum(self.booked[side] for side in sides)
            everything = _sum([booked, *(self.pending[side] for side in sides)])
            stated = self._stated(summary, booked)
            counts = {booked.entries, everything.entries, self.transactions if name == "TtlNtries" else booked.entries}
            if len(sides) == 1 and self.transactions > everything.entries:
                counts.add(stated.entries)
            checks.append(Check(SUMS_AGREE, stated.total, booked.total, self.currency, is_refusing=False))
            net = abs(self.booked[0].total - self.booked[1].total)
            totals = {booked.total, everything.total, *((net,) if name == "TtlNtries" else ())}
            if stated.entries not in counts or stated.total not in totals:
                raise sums_differ(fact, stated, booked, Place(summary.line, name))
        return checks

    def _stated(self, summary: Element, found: Totals) -> Totals:
        count, total = summary.value("NbOfNtries"), summary.value("Sum")
        stated = Element("Sum", summary.line, {})
        stated.add(Element("Amt", summary.line, {}, text=total))
        stated.add(Element("CdtDbtInd", summary.line, {}, text="CRDT"))
        try:
            return Totals(
                int(count) if count.isdecimal() and len(count) < 16 else found.entries,
                signed_amount(stated, self.currency)[0] if total else found.total,
            )
        except RowRefused as refusal:
            raise FileRefused(refusal.at(summary.line)) from None


def _sum(parts: Iterable[Totals]) -> Totals:
    totals = list(parts)
    return Totals(sum(part.entries for part in totals), sum(part.total for part in totals))


def _currency_of(amount: Element | None) -> str:
    return amount.attributes.get("Ccy", "") if amount is not None else ""
