"""One entry (Ntry) of an account becomes one bank line, however many transactions it batches."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Final

from payments.banks.camt.xml import Element
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
_LONGEST_REMITTANCE: Final = 4000
_BATCH_IDS: Final = ("NtryDtls/Btch/MsgId", "NtryDtls/Btch/PmtInfId", "Btch/MsgId", "Btch/PmtInfId")
_STRUCTURED: Final = ("CdtrRefInf/Ref", "CdtrRefInf/CdtrRef", "RfrdDocInf/Nb", "RfrdDocInf/RfrdDocNb", "AddtlRmtInf")
_TEXTS: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    ("RmtInf/Ustrd", ()),
    ("RmtInf/Strd", _STRUCTURED),
    ("AddtlTxInf", ()),
)


def is_booked(entry: Element) -> bool:
    """Whether the money has moved. Raises RowRefused for a status the standard does not know."""
    status = entry.value("Sts/Cd", "Sts").upper()  # a text until version 06, a code inside since then
    if status:
        if status not in _BOOKED | _NOT_BOOKED:
            raise RowRefused(Problem(BAD_STATUS, {"text": shown(status)}, field="Sts"))
        return status in _BOOKED
    return entry.value("Sts/Prtry").upper() in {"", *_BOOKED}


def signed_amount(element: Element, currency: str = "") -> tuple[int, str]:
    """Amount in minor units, negative for a debit, and its currency. Raises RowRefused.

    A reversal (RvslInd) needs no care: its CdtDbtInd already says which way the money moves.
    """
    amount = element.find("Amt")
    if amount is None:
        raise RowRefused(Problem(MISSING, {"name": "Amt"}, field="Amt"))
    currency = amount.attributes.get("Ccy", "") or currency
    try:
        if not _PLAIN_AMOUNT.fullmatch(amount.text):
            raise UnreadableAmount(amount.text, AmountProblem.NOT_A_NUMBER if amount.text else AmountProblem.EMPTY)
        minor = parse_minor(amount.text.lstrip("+").rstrip("."), currency, decimal_mark=".")
    except UnreadableAmount as refusal:
        raise RowRefused(amount_problem(refusal, line=amount.line, field="Amt")) from None
    except UnknownCurrency:
        raise RowRefused(currency_problem(currency, line=amount.line, field="Ccy")) from None
    side = element.value("CdtDbtInd")
    if side not in ("CRDT", "DBIT"):
        raise RowRefused(Problem(BAD_SIDE, {"text": shown(side)}, field="CdtDbtInd"))
    return (minor if side == "CRDT" else -minor), currency


def day_of(element: Element | None, *paths: str) -> date | None:
    """The date at the first of the paths, as the bank writes it on its own calendar. Raises RowRefused."""
    text = element.value(*paths) if element is not None else ""
    if not text:
        return None
    try:
        return iso_date(text[:10])
    except ValueError:
        raise RowRefused(Problem(BAD_DATE, {"text": shown(text)}, field=paths[0].split("/")[0])) from None


def line_of(entry: Element, statement_key: str, currency: str, closed_on: date | None) -> BankLineFact:
    """The bank line of one booked entry; without dates of its own it is booked on `closed_on`. Raises RowRefused."""
    amount, entry_currency = signed_amount(entry, currency)
    if currency and entry_currency != currency:
        raise RowRefused(Problem(OTHER_CURRENCY, {"found": entry_currency, "expected": currency}, field="Ccy"))
    value_on = day_of(entry, "ValDt/Dt", "ValDt/DtTm")
    booked_on = day_of(entry, "BookgDt/Dt", "BookgDt/DtTm") or value_on or closed_on
    if booked_on is None:
        raise RowRefused(Problem(MISSING, {"name": "BookgDt"}, field="BookgDt"))
    transactions = transactions_of(entry)
    only = transactions[0] if len(transactions) == 1 else None
    return BankLineFact(
        line_number=entry.line,
        byte_offset=entry.offset,
        byte_length=entry.length,
        statement_key=statement_key,
        booked_on=booked_on,
        value_on=value_on,
        amount=amount,
        currency=entry_currency,
        bank_reference=_reference(
            entry.value("AcctSvcrRef", "NtryRef") or (only.value("Refs/AcctSvcrRef") if only else "")
        ),
        end_to_end_reference=_reference(only.value("Refs/EndToEndId")) if only else "",
        transaction_code=_transaction_code(entry),
        counterparty=_counterparty(only, is_credit=amount >= 0) if only else "",
        remittance=_remittance(entry, transactions),
    )


def transactions_of(entry: Element) -> list[Element]:
    """The transactions an entry holds; version 01 has them directly inside it."""
    return [*entry.all("NtryDtls/TxDtls"), *entry.all("TxDtls")]


def _reference(text: str) -> str:
    return "" if text.upper() in _NO_REFERENCE else " ".join(text.split())


def _transaction_code(entry: Element) -> str:
    parts = [entry.value(f"BkTxCd/Domn/{path}") for path in ("Cd", "Fmly/Cd", "Fmly/SubFmlyCd")]
    return "/".join(filter(None, parts)) or entry.value("BkTxCd/Prtry/Cd")


def _counterparty(transaction: Element, *, is_credit: bool) -> str:
    parties = transaction.find("RltdPties")
    if parties is None:
        return ""
    first, second = ("Dbtr", "Cdtr") if is_credit else ("Cdtr", "Dbtr")
    for party in (first, f"Ultmt{first}", second):
        name = parties.value(f"{party}/Nm", f"{party}/Pty/Nm", f"{party}/Agt/FinInstnId/Nm")
        if name:
            return " ".join(name.split())
    return ""


def _remittance(entry: Element, transactions: list[Element]) -> str:
    """What senders and bank wrote, of all transactions of the entry, each text once."""
    texts: dict[str, None] = {}
    for transaction in transactions:
        for text in _texts(transaction):
            texts[text] = None
    for path in ("AddtlNtryInf", "AddtlNtryInf/Inf", *_BATCH_IDS):
        for element in entry.all(path):
            texts[" ".join(element.text.split())] = None
    return " ".join(filter(None, texts))[:_LONGEST_REMITTANCE]


def _texts(transaction: Element) -> Iterator[str]:
    for outer, paths in _TEXTS:
        for element in transaction.all(outer):
            if not paths:
                yield " ".join(element.text.split())
            for path in paths:
                yield from (" ".join(found.text.split()) for found in element.all(path))
