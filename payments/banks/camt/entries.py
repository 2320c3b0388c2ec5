"""One entry (Ntry) of an account becomes one bank line, however many transactions it batches."""

import re
from datetime import date
from typing import Final

from payments.banks.camt.fields import ENTRY_TEXTS, PARTED, TRANSACTION_TEXTS, Entry, Texts, value_of
from payments.banks.camt.xml import Element
from payments.banks.plain_texts import tidy
from payments.facts import BankLineFact, Problem
from payments.money import AmountProblem, UnknownCurrency, UnreadableAmount, parse_minor
from payments.tabular.amounts import amount_problem, currency_problem, shown
from payments.tabular.instants import iso_date
from payments.tabular.refusals import RowRefused
from payments.wording import translatable

MISSING: Final = translatable("The element “%(name)s” is missing.")
BAD_DATE: Final = translatable("“%(text)s” is not a date.")
BAD_STATUS: Final = translatable("“%(text)s” is not the status of an entry (BOOK, PDNG, INFO or FUTR).")
BAD_SIDE: Final = translatable("“%(text)s” is neither CRDT nor DBIT.")
OTHER_CURRENCY: Final = translatable("The entry is in %(found)s, the account in %(expected)s.")

_PLAIN_AMOUNT: Final = re.compile(r"\+?(?=\.?\d)\d{0,18}(?:\.\d{0,18})?", re.ASCII)
"""An xs:decimal that is not negative: `1`, `1.`, `.5` and `+1.50` are allowed by the schema."""
_NO_REFERENCE: Final = frozenset({"NOTPROVIDED", "NONREF", "NOT PROVIDED"})
_BOOKED: Final = frozenset({"BOOK", "BOOKED"})
_NOT_BOOKED: Final = frozenset({"PDNG", "INFO", "FUTR", "PENDING", "EXPECTED"})
LONGEST_REMITTANCE: Final = 4000
PARTIES: Final = {
    is_credit: tuple(
        f"RltdPties/{party}/{name}"
        for party in (first, f"Ultmt{first}", second)
        for name in ("Nm", "Pty/Nm", "Agt/FinInstnId/Nm")
    )
    for is_credit, first, second in ((True, "Dbtr", "Cdtr"), (False, "Cdtr", "Dbtr"))
}
CODES: Final = ("BkTxCd/Domn/Cd", "BkTxCd/Domn/Fmly/Cd", "BkTxCd/Domn/Fmly/SubFmlyCd")
PROPRIETARY_CODE: Final = "BkTxCd/Prtry/Cd"


def is_booked(entry: Entry) -> bool:
    """Whether the money has moved. Raises RowRefused for a status the standard does not know."""
    texts = entry.texts
    status = texts.get("Sts/Cd") or texts.get("Sts")  # a text until version 06, a code inside since then
    if not status:
        return texts.get("Sts/Prtry", "").upper() in {"", *_BOOKED}
    status = status.upper()
    if status not in _BOOKED and status not in _NOT_BOOKED:
        raise RowRefused(Problem(BAD_STATUS, {"text": shown(status)}, field="Sts"))
    return status in _BOOKED


def entry_amount(entry: Entry, currency: str = "") -> tuple[int, str]:
    """Amount of an entry in minor units, negative for a debit, and its currency. Raises RowRefused."""
    written = entry.texts.get("Amt")
    if written is None:
        raise RowRefused(Problem(MISSING, {"name": "Amt"}, field="Amt"))
    currency = entry.currency or currency
    try:
        return _signed(written, currency, entry.value("CdtDbtInd")), currency
    except RowRefused as refusal:
        if refusal.problem.field == "CdtDbtInd":
            raise
        raise RowRefused(refusal.at(entry.amount_line)) from None


def signed_amount(element: Element, currency: str = "") -> tuple[int, str]:
    """Amount of a balance in minor units, negative for a debit, and its currency. Raises RowRefused."""
    amount = element.find("Amt")
    if amount is None:
        raise RowRefused(Problem(MISSING, {"name": "Amt"}, field="Amt"))
    currency = amount.attributes.get("Ccy", "") or currency
    try:
        return _signed(amount.text, currency, element.value("CdtDbtInd")), currency
    except RowRefused as refusal:
        if refusal.problem.field == "CdtDbtInd":
            raise
        raise RowRefused(refusal.at(amount.line)) from None


def _signed(text: str, currency: str, side: str) -> int:
    """A reversal (RvslInd) needs no care: its CdtDbtInd already says which way the money moves."""
    try:
        if not _PLAIN_AMOUNT.fullmatch(text):
            raise UnreadableAmount(text, AmountProblem.NOT_A_NUMBER if text else AmountProblem.EMPTY)
        minor = parse_minor(text.lstrip("+").rstrip("."), currency, decimal_mark=".")
    except UnreadableAmount as refusal:
        raise RowRefused(amount_problem(refusal, field="Amt")) from None
    except UnknownCurrency:
        raise RowRefused(currency_problem(currency, field="Ccy")) from None
    if side not in ("CRDT", "DBIT"):
        raise RowRefused(Problem(BAD_SIDE, {"text": shown(side)}, field="CdtDbtInd"))
    return minor if side == "CRDT" else -minor


def day_of(element: Element | None, *paths: str) -> date | None:
    """The date at the first of the paths, as the bank writes it on its own calendar. Raises RowRefused."""
    return _day(element.value(*paths), paths[0]) if element is not None else None


def _day(text: str, path: str) -> date | None:
    if not text:
        return None
    try:
        return iso_date(text[:10])
    except ValueError:
        raise RowRefused(Problem(BAD_DATE, {"text": shown(text)}, field=path.split("/")[0])) from None


def line_of(entry: Entry, statement_key: str, currency: str, closed_on: date | None) -> BankLineFact:
    """The bank line of one booked entry; without dates of its own it is booked on `closed_on`. Raises RowRefused."""
    amount, entry_currency = entry_amount(entry, currency)
    if currency and entry_currency != currency:
        raise RowRefused(Problem(OTHER_CURRENCY, {"found": entry_currency, "expected": currency}, field="Ccy"))
    value_on = _day(entry.value("ValDt/Dt", "ValDt/DtTm"), "ValDt")
    booked_on = _day(entry.value("BookgDt/Dt", "BookgDt/DtTm"), "BookgDt") or value_on or closed_on
    if booked_on is None:
        raise RowRefused(Problem(MISSING, {"name": "BookgDt"}, field="BookgDt"))
    only = entry.transactions[0] if len(entry.transactions) == 1 else {}
    return BankLineFact(
        line_number=entry.line,
        byte_offset=entry.offset,
        byte_length=entry.length,
        statement_key=statement_key,
        booked_on=booked_on,
        value_on=value_on,
        amount=amount,
        currency=entry_currency,
        bank_reference=reference(entry.value("AcctSvcrRef", "NtryRef") or value_of(only, "Refs/AcctSvcrRef")),
        end_to_end_reference=reference(value_of(only, "Refs/EndToEndId")),
        transaction_code=_transaction_code(entry),
        counterparty=tidy(value_of(only, *PARTIES[amount >= 0])),
        remittance=_remittance(entry),
    )


def reference(text: str) -> str:
    """A reference on one line; '' for the words that say there is none."""
    return "" if text.upper() in _NO_REFERENCE else tidy(text)


def _transaction_code(entry: Entry) -> str:
    return "/".join(filter(None, map(entry.value, CODES))) or entry.value(PROPRIETARY_CODE)


def _remittance(entry: Entry) -> str:
    """What senders and bank wrote, of all transactions of the entry, each text once."""
    texts: dict[str, None] = {}
    for transaction in entry.transactions:
        _collect(transaction, TRANSACTION_TEXTS, texts)
    _collect(entry.texts, ENTRY_TEXTS, texts)
    texts.pop("", None)
    return " ".join(texts)[:LONGEST_REMITTANCE]


def _collect(found: Texts, paths: tuple[str, ...], texts: dict[str, None]) -> None:
    for path in paths:
        text = found.get(path)
        if text:
            for each in text.split(PARTED):
                texts[tidy(each)] = None
