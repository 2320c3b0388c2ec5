"""An account within a group of a BAI2 file: its balances, its key, and the controls it must meet."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Final

from payments.banks.bai2.records import BAD_DATE, Record, day_written, fields_of, minor_units, moment_written
from payments.banks.ties import SUMS_AGREE, TIES, Place, does_not_tie
from payments.facts import BankStatementFact, Check, FileRefused, Problem
from payments.money import UnknownCurrency, exponent
from payments.tabular.amounts import currency_problem, shown
from payments.tabular.instants import generation_sequence, zone_named
from payments.tabular.refusals import RowRefused
from payments.wording import translatable

NO_ACCOUNT: Final = translatable("The account record (03) names no account.")
BAD_TYPE: Final = translatable("“%(text)s” is not a type code of BAI2.")
NOT_LIVE: Final = translatable(
    "The group says that it is a test or deletes what was sent before (status %(status)s). Such groups hold no booked "
    "entries: ask the bank for the report itself."
)

_OPENING, _CLOSING = "010", "015"
_CURRENT: Final = frozenset({"030", "060"})
"""Balances of the day so far."""
_CREDITS, _DEBITS = "100", "400"
_DEFAULT_CURRENCY: Final = "USD"


@dataclass(frozen=True, slots=True)
class Group:
    """A group: the accounts of one originator as of one date."""

    day: date
    clock: str
    """When on that day, as written; '' where the bank does not say."""
    currency: str
    modifier: str
    """1 and 3 are interim, 2 and 4 final, '' says nothing."""
    made_at: datetime | None
    """When the file was made, in UTC."""


def group_of(record: Record, made_at: datetime | None, default_currency: str) -> Group:
    """Read a group header (02). Raises FileRefused."""
    (_, _, status, day, clock, currency, modifier), _ = fields_of(record, 7)
    if status.strip() in ("2", "4"):
        raise FileRefused(Problem(NOT_LIVE, {"status": status.strip()}, record.line, "02"))
    try:
        moment_written(day, clock)
    except ValueError:
        raise FileRefused(Problem(BAD_DATE, {"text": shown(f"{day} {clock}")}, record.line, "02")) from None
    return Group(
        day_written(day),
        clock.strip(),
        currency.strip().upper() or default_currency or _DEFAULT_CURRENCY,
        modifier.strip(),
        made_at,
    )


def made_at(record: Record, zone: str) -> datetime | None:
    """When the file was made, by its header (01); the bank's wall clock is meant."""
    (_, _, day, clock), _ = fields_of(record, 4)
    try:
        return moment_written(day, clock).replace(tzinfo=zone_named("", zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


@dataclass(slots=True)
class Account:
    """One account record (03) while its entries are read."""

    line: int
    group: Group
    reference: str
    currency: str
    balances: dict[str, int] = field(default_factory=dict)
    """Balances and totals by their type code, in minor units."""
    control: int = 0
    """Sum of all amounts so far, as the control record counts it."""
    record_count: int = 0
    credits: int = 0
    debits: int = 0
    """Sum of the entries so far, in minor units; debits negative."""
    key: str = ""

    @property
    def is_interim(self) -> bool:
        """Whether the report is provisional: the bank says so, or it tells current balances and no closing one."""
        if self.group.modifier:
            return self.group.modifier in ("1", "3")
        return _CLOSING not in self.balances and not _CURRENT.isdisjoint(self.balances)

    def settle(self, seen: dict[str, int]) -> None:
        """Work out the key; `seen` counts those of the file, so that accounts that share one are told apart."""
        moment = self.group.clock or (f"{self.group.made_at:%H%M}" if self.group.made_at else "")
        key = f"{self.reference}/{self.group.day}"
        if self.is_interim:
            key += f"/interim {moment}".rstrip()
        seen[key] = seen.get(key, 0) + 1
        self.key = f"{key}#{seen[key]}" if seen[key] > 1 else key

    def fact(self) -> BankStatementFact:
        """The statement as a fact."""
        return BankStatementFact(
            statement_key=self.key,
            account_reference=self.reference,
            currency=self.currency,
            sequence=generation_sequence(self.group.made_at) if self.group.made_at else "",
            opened_on=self.group.day,
            closed_on=self.group.day,
            opening_balance=self.balances.get(_OPENING),
            closing_balance=self.balances.get(_CLOSING),
            is_interim=self.is_interim,
            generated_at=self.group.made_at,
        )

    def checks(self) -> Iterator[Check]:
        """Hold the entries against the balances. Raises FileRefused for a final report that does not add up."""
        fact, total = self.fact(), self.credits + self.debits
        if fact.opening_balance is not None and fact.closing_balance is not None:
            found = fact.opening_balance + total
            yield Check(TIES, fact.closing_balance, found, self.currency, is_refusing=not fact.is_interim)
            if found != fact.closing_balance and not fact.is_interim:
                raise does_not_tie(fact, found, Place(self.line, "03"))
        for code, side in ((_CREDITS, self.credits), (_DEBITS, self.debits)):
            if code in self.balances:
                yield Check(SUMS_AGREE, self.balances[code], abs(side), self.currency, is_refusing=False)


def account_of(record: Record, group: Group) -> Account:
    """Read an account record (03) with its balances and totals. Raises FileRefused."""
    fields = [each.strip() for part in record.parts for each in part.split(",")]
    reference = "".join(fields[0].split())
    if not reference:
        raise FileRefused(Problem(NO_ACCOUNT, line=record.line, field="03"))
    currency = (fields[1].upper() if len(fields) > 1 else "") or group.currency
    try:
        exponent(currency)
    except UnknownCurrency:
        raise FileRefused(currency_problem(currency, line=record.line, field="03")) from None
    account = Account(record.line, group, reference, currency, record_count=len(record.parts))
    pending = iter(fields[2:])
    for code in pending:
        if code:  # without one there is nothing but the commas that close the record
            _take(account, code, pending, record)
    return account


def _take(account: Account, code: str, pending: Iterator[str], record: Record) -> None:
    """One balance or total: its amount, a number of entries, and a funds type."""
    if not (len(code) == 3 and code.isdecimal() and code.isascii()):
        raise FileRefused(Problem(BAD_TYPE, {"text": shown(code)}, record.line, "03"))
    text, _ = next(pending, ""), next(pending, "")
    for _ in range(_funds_length(next(pending, ""), pending)):
        next(pending, "")
    if not text:
        return
    try:
        amount = minor_units(text, "03")
    except RowRefused as refusal:
        raise FileRefused(refusal.at(record.line)) from None
    account.control += amount
    account.balances.setdefault(code, amount)


def _funds_length(funds: str, pending: Iterator[str]) -> int:
    """How many fields a funds type takes behind it; `D` tells it in its first one, which is taken."""
    if funds == "V":
        return 2
    if funds == "S":
        return 3
    if funds == "D":
        parts = next(pending, "")
        return 2 * int(parts) if parts.isdecimal() and len(parts) < 4 else 0
    return 0
