"""Entries of an account (16 with its 88) become bank lines; the type code says which way the money moved."""

from datetime import date
from typing import Final

from payments.banks.bai2.accounts import BAD_TYPE, Account
from payments.banks.bai2.records import BAD_DATE, Record, day_written, fields_of, minor_units
from payments.facts import BankLineFact, Problem
from payments.tabular.amounts import shown
from payments.tabular.refusals import RowRefused
from payments.wording import translatable

BAD_FUNDS: Final = translatable("“%(text)s” is not a funds type (Z, 0, 1, 2, S, V or D).")
NO_SIDE: Final = translatable(
    "The type code %(text)s does not say whether money came or went: only codes of credits (100 to 399, 920 to 959) "
    "and debits (400 to 699, 960 to 999) do."
)

NON_MONETARY: Final = "890"
_PLAIN_FUNDS: Final = frozenset({"", "Z", "0", "1", "2"})
_IMMEDIATE: Final = "0"


def _signs() -> dict[str, int]:
    credits, debits = (*range(100, 400), *range(920, 960)), (*range(400, 700), *range(960, 1000))
    return {str(code): 1 for code in credits} | {str(code): -1 for code in debits}


_SIGNS: Final = _signs()


def line_of(account: Account, record: Record) -> BankLineFact | None:
    """The line of one entry, or None for a note without money. Raises RowRefused.

    Its amount, as written, is added to the control total of the account.
    """
    (code, text, funds), _ = fields_of(record, 3)
    if code == NON_MONETARY:
        account.control += minor_units(text, "16") if text else 0
        return None
    sign = _SIGNS.get(code)
    if sign is None:
        is_code = len(code) == 3 and code.isdecimal()
        raise RowRefused(Problem(NO_SIDE if is_code else BAD_TYPE, {"text": shown(code)}, field="16"))
    written = minor_units(text, "16")
    if funds in _PLAIN_FUNDS:
        fields, remittance = fields_of(record, 5)
        value_on = account.group.day if funds == _IMMEDIATE else None
    else:
        fields, remittance, value_on = _with_funds(record, funds)
    account.control += written
    return BankLineFact(
        line_number=record.line,
        byte_offset=record.offset,
        byte_length=record.length,
        statement_key=account.key,
        booked_on=account.group.day,
        value_on=value_on,
        amount=written * sign,
        currency=account.currency,
        bank_reference=fields[-2].strip(),
        end_to_end_reference=fields[-1].strip(),
        transaction_code=code,
        counterparty="",
        remittance=" ".join(remittance.split()),
    )


def _with_funds(record: Record, funds: str) -> tuple[list[str], str, date | None]:
    """An entry whose availability takes fields of its own: a value date, or amounts by day."""
    value_on = None
    if funds == "V":
        fields, remittance = fields_of(record, 7)
        if fields[3].strip():
            try:
                value_on = day_written(fields[3].strip())
            except ValueError:
                raise RowRefused(Problem(BAD_DATE, {"text": shown(fields[3])}, field="16")) from None
    elif funds == "S":
        fields, remittance = fields_of(record, 8)
    elif funds == "D":
        (*_, parts), _ = fields_of(record, 4)
        if not (parts.isdecimal() and parts.isascii() and len(parts) < 4):
            raise RowRefused(Problem(BAD_FUNDS, {"text": shown(f"D,{parts}")}, field="16"))
        fields, remittance = fields_of(record, 6 + 2 * int(parts))
    else:
        raise RowRefused(Problem(BAD_FUNDS, {"text": shown(funds)}, field="16"))
    return fields, remittance, value_on
