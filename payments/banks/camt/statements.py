"""A statement, report or notification of one account: what stands around its entries."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

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
_INTERIM_CLOSING: Final = ("CLBD", "ITBD")


@dataclass(slots=True)
class Statement:
    """One Stmt, Rpt or Ntfctn while it is read."""

    line: int
    is_interim: bool
    zone: str
    header: Element
    """Its finished children, without the entries."""
    created: str = ""
    """When the message was made, from its group header."""
    booked: list[Totals] = field(default_factory=lambda: [Totals(0, 0), Totals(0, 0)])
    """Booked credits and debits, as positive sums."""
    pending: list[Totals] = field(default_factory=lambda: [Totals(0, 0), Totals(0, 0)])
    transactions: int = 0
    first: date | None = None
    last: date | None = None
    key: str = ""
    currency: str = ""
    closed_on: date | None = None

    def settle_header(self, default_currency: str) -> None:
        """Work out account, key and currency when the first entry comes, or the end. Raises FileRefused."""
        if self.key:
            return
        number, account = self.header.value("Id"), self.account
        if not number:
            raise FileRefused(Problem(NO_ID, line=self.line, field="Id"))
        if not account:
            raise FileRefused(Problem(NO_ACCOUNT, {"statement": number}, self.line, "Acct"))
        self.currency = self._currency() or default_currency
        balance = self.balance(*(_INTERIM_CLOSING if self.is_interim else _CLOSING))
        self.closed_on = (
            (balance and balance[1])
            or self._day("FrToDt/ToDtTm", "FrToDt/ToDt")
            or self._day("CreDtTm")
            or (day_of(_wrapped(self.created), "CreDtTm") if self.created else None)
        )
        self.key = f"{account}/{number}/{self.closed_on or ''}{'/interim' if self.is_interim else ''}"

    @property
    def account(self) -> str:
        """IBAN or local number, without spaces."""
        text = self.header.value("Acct/Id/IBAN", "Acct/Id/Othr/Id", "Acct/Id/PrtryAcct/Id", "Acct/Id/BBAN")
        return "".join(text.split())

    def _currency(self) -> str:
        named = {amount.attributes.get("Ccy", "") for amount in self.header.all("Bal/Amt")} - {""}
        if len(named) > 1:
            raise FileRefused(Problem(TWO_CURRENCIES, line=self.line, field="Bal"))
        return named.pop() if named else self.header.value("Acct/Ccy")

    def _day(self, *paths: str) -> date | None:
        try:
            return day_of(self.header, *paths)
        except RowRefused as refusal:
            raise FileRefused(refusal.at(self.line)) from None

    def balance(self, *codes: str) -> tuple[int, date | None, int] | None:
        """Amount, date and line of the first balance with one of the codes. Raises FileRefused."""
        balances = list(self.header.all("Bal"))
        for code in codes:
            for balance in balances:
                if balance.value("Tp/CdOrPrtry/Cd", "Tp/Cd") == code:
                    try:
                        amount, _ = signed_amount(balance, self.header.value("Acct/Ccy"))
                        return amount, day_of(balance, "Dt/Dt", "Dt/DtTm"), balance.line
                    except RowRefused as refusal:
                        raise FileRefused(refusal.at(balance.line)) from None
        return None

    def note(self, amount: int, day: date) -> None:
        """Count one booked entry."""
        side = self.booked[amount < 0]
        self.booked[amount < 0] = Totals(side.entries + 1, side.total + abs(amount))
        self.first = min(self.first or day, day)
        self.last = max(self.last or day, day)

    def fact(self) -> BankStatementFact:
        """The statement as a fact; call it when all entries have been read."""
        opening = self.balance(*_OPENING)
        closing = self.balance(*(_INTERIM_CLOSING if self.is_interim else _CLOSING))
        generated_at = self._generated_at()
        closed_on = self.closed_on or self.last
        if closed_on is None:
            raise FileRefused(Problem(MISSING, {"name": "CreDtTm"}, self.line, "CreDtTm"))
        opened_on = (opening and opening[1]) or self._day("FrToDt/FrDtTm", "FrToDt/FrDt") or self.first or closed_on
        return BankStatementFact(
            statement_key=self.key,
            account_reference=self.account,
            currency=self.currency,
            sequence=generation_sequence(generated_at) if generated_at else "",
            opened_on=min(opened_on, closed_on),
            closed_on=closed_on,
            opening_balance=opening[0] if opening else None,
            closing_balance=closing[0] if closing else None,
            is_interim=self.is_interim,
            generated_at=generated_at,
        )

    def _generated_at(self) -> datetime | None:
        text = self.header.value("CreDtTm") or self.created
        try:
            return iso_instant(text, zone_named("", self.zone)) if text else None
        except (ValueError, OverflowError):
            return None

    def checks(self) -> list[Check]:
        """Hold the entries against balances and totals. Raises FileRefused for a statement that does not add up."""
        fact, found = self.fact(), []
        if fact.opening_balance is not None and fact.closing_balance is not None:
            total = fact.opening_balance + self.booked[0].total - self.booked[1].total
            found.append(Check(TIES, fact.closing_balance, total, self.currency, is_refusing=not self.is_interim))
            if total != fact.closing_balance and not self.is_interim:
                closing = self.balance(*_CLOSING)
                raise does_not_tie(fact, total, Place(closing[2] if closing else self.line, "Bal"))
        return found + self._summary_checks(fact)

    def _summary_checks(self, fact: BankStatementFact) -> list[Check]:
        """Banks count booked entries, all entries, or the transactions inside: any of these is agreement."""
        checks = []
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
            if stated.entries not in counts or stated.total not in (booked.total, everything.total):
                raise sums_differ(fact, stated, booked, Place(summary.line, name))
        return checks

    def _stated(self, summary: Element, found: Totals) -> Totals:
        count, total = summary.value("NbOfNtries"), summary.value("Sum")
        stated = Element("Sum", "", summary.line, 0, {})
        stated.children = [
            Element("Amt", "", summary.line, 0, {}, texts=[total]),
            Element("CdtDbtInd", "", summary.line, 0, {}, texts=["CRDT"]),
        ]
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


def _wrapped(created: str) -> Element:
    wrapper = Element("GrpHdr", "", 0, 0, {})
    wrapper.children = [Element("CreDtTm", "", 0, 0, {}, texts=[created])]
    return wrapper
