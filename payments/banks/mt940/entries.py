"""Entries of a statement (:61: with its :86:) become bank lines; their fields are taken apart by the mt-940 library."""

import logging
import re
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import DecimalException
from typing import Any, ClassVar, Final

import mt940

from payments.banks.mt940.fields import Field
from payments.banks.mt940.statements import Statement
from payments.facts import BankLineFact, Problem
from payments.money import UnreadableAmount, minor_from_major
from payments.tabular.amounts import amount_problem, shown
from payments.tabular.refusals import RowRefused
from payments.wording import translatable

BAD_ENTRY: Final = translatable("“%(text)s” is not a statement line (date, debit or credit mark, amount).")

# The library reports every odd character as an error of its own; here a bad line is a problem with its place.
logging.getLogger("mt940").setLevel(logging.CRITICAL)

Entry = list[Field]
"""The :61: field and the :86: and :NS: fields behind it."""

_NO_REFERENCE: Final = frozenset({"NONREF", "NOTPROVIDED", "KREF+", "EREF", "PREF", "MARF", ""})
# Dutch banks write /EREF/…/BENM//NAME/…/REMI/… where German ones write ?20EREF+…
_SLASHED: Final = {name: re.compile(rf"/{name}/([^/]+)") for name in ("EREF", "NAME")}
_WRAPPED_AT: Final = 65


class StatementANY(mt940.tags.Statement):
    """A :61: as all banks write it: references of any length, any supplementary details, expected entries (EC, ED).

    The library finds its processors by the class name, of which it drops the capitals: this one stays a `statement`.
    The amount is stricter than the library's: what follows it may not be more digits, or “1.234,56” would read as 1.
    """

    pattern: ClassVar[str] = r"""^
    (?P<year>\d{2})(?P<month>\d{2})(?P<day>\d{2})
    (?P<entry_month>\d{2}|\s{2})?(?P<entry_day>\d{2}|\s{2})?
    \s*(?P<status>[RE]?[DC])
    (?P<funds_code>[A-Z])?
    [\n\ ]?
    (?P<amount>\d[\d,]{0,19})(?![\d.,])
    (?P<id>[A-Z][A-Z0-9\ ]{3})?
    (?P<customer_reference>(?:(?!//)[^\n])*)
    (?://(?P<bank_reference>[^\n]*))?
    (?:\n(?P<extra_details>[\s\S]*))?
    $"""


_TAGS: Final[dict[int | str, mt940.tags.Tag]] = {StatementANY.id: StatementANY()}
_OPTIONS: Final = mt940.Options.all()


def lines_of(statement: Statement, entries: Sequence[Entry]) -> Iterator[BankLineFact | RowRefused | None]:
    """One line per entry, in order; a refusal for a bad one, None for one that is only expected."""
    parsed = _parse(statement, entries)
    if parsed is None:
        for entry in entries:
            single = _parse(statement, [entry])
            yield _line(statement, entry, single[0]) if single else _bad(entry)
        return
    for entry, data in zip(entries, parsed, strict=True):
        yield _line(statement, entry, data)


def _parse(statement: Statement, entries: Sequence[Entry]) -> list[dict[str, Any]] | None:
    """The fields of each entry, or None when the library cannot read one of them."""
    text = "\n".join(
        [":20:1", f":60F:C000101{statement.currency}0,", *(part.raw for entry in entries for part in entry)]
    )
    try:
        found = mt940.parse_statements(text, tags=_TAGS, options=_OPTIONS)
    except (ValueError, RuntimeError, TypeError, KeyError, IndexError, AttributeError, DecimalException):
        return None
    transactions = [transaction.data for transactions in found for transaction in transactions.transactions]
    return transactions if len(transactions) == len(entries) else None


def _bad(entry: Entry) -> RowRefused:
    return RowRefused(Problem(BAD_ENTRY, {"text": shown(entry[0].lines[0])}, field=":61:"))


def _line(statement: Statement, entry: Entry, data: dict[str, Any]) -> BankLineFact | RowRefused | None:
    mark = str(data["status"]).upper()
    if mark.startswith("E"):
        return None
    try:
        amount = minor_from_major(data["amount"].amount, statement.currency)
    except UnreadableAmount as refusal:
        return RowRefused(amount_problem(refusal, field=":61:"))
    first, last = entry[0], entry[-1]
    value_on = date(data["date"].year, data["date"].month, data["date"].day)
    return BankLineFact(
        line_number=first.line,
        byte_offset=first.offset,
        byte_length=last.offset + last.length - first.offset,
        statement_key=statement.key,
        booked_on=_booked_on(statement, data, value_on),
        value_on=value_on,
        amount=amount,
        currency=statement.currency,
        bank_reference=_plain(data.get("bank_reference")),
        end_to_end_reference=_end_to_end(entry, data),
        transaction_code=_plain(data.get("id")),
        counterparty=" ".join((_plain(data.get("applicant_name")) or _slashed(entry, "NAME")).split()),
        remittance=_remittance(entry, data),
    )


def _booked_on(statement: Statement, data: dict[str, Any], value_on: date) -> date:
    """The entry date; without one the value date where it lies in the statement, else the day the statement closed."""
    entry_date = data.get("entry_date")
    if entry_date:
        return date(entry_date.year, entry_date.month, entry_date.day)
    if statement.opening and not statement.opening.day <= value_on <= statement.closed_on:
        return statement.closed_on
    return value_on


def _plain(value: object) -> str:
    text = str(value).strip() if value else ""
    return "" if text.upper() in _NO_REFERENCE else text


def _end_to_end(entry: Entry, data: dict[str, Any]) -> str:
    return _plain(data.get("end_to_end_reference")) or _slashed(entry, "EREF") or _plain(data.get("customer_reference"))


def _slashed(entry: Entry, name: str) -> str:
    found = _SLASHED[name].search("".join(line for part in entry[1:] for line in part.lines))
    return _plain(found[1]) if found else ""


def _remittance(entry: Entry, data: dict[str, Any]) -> str:
    """What the sender wrote: the purpose of a structured :86:, else its lines, joined where 65 columns cut them."""
    details = _plain(data.get("purpose"))
    if not details:
        details = " ".join(_joined(part.lines) for part in entry[1:])
    texts = (details, _plain(data.get("additional_purpose")), _plain(data.get("extra_details")))
    return " ".join(" ".join(texts).replace("\0", "").split())


def _joined(lines: Sequence[str]) -> str:
    text = ""
    for line in lines:
        text += line if len(line) >= _WRAPPED_AT else line + " "
    return text
