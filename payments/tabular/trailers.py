"""Holds a mapped file against what it says about itself in its trailer: a file that contradicts it is refused."""

from collections.abc import Callable, Mapping
from typing import Final

from payments.facts import Check, FileRefused, Problem
from payments.money import UnreadableAmount, format_minor
from payments.tabular.amounts import Amounts, amount_problem, shown
from payments.tabular.mapped_rows import MappedFile
from payments.tabular.refusals import RowRefused
from payments.wording import translatable

MISSING: Final = translatable(
    "The total row at the end of the file is missing. The file is cut off: download it again."
)
NO_COUNT: Final = translatable("“%(text)s” is not a number of rows.")
COUNT_DIFFERS: Final = translatable(
    "The file says it holds %(stated)s rows, but it holds %(found)s. It is cut off or changed: download it again."
)
TOTAL_DIFFERS: Final = translatable(
    "The file says its total of “%(name)s” is %(stated)s %(currency)s, but its rows sum to %(found)s. It is cut off or "
    "changed: download it again."
)
COUNT: Final = translatable("Number of rows equals the total row")
TOTALS: Final = {
    "gross": translatable("Gross amounts sum to the total row"),
    "fee": translatable("Fees sum to the total row"),
    "fee_vat": translatable("VAT of the fees sums to the total row"),
    "net": translatable("Net amounts sum to the total row"),
    "amount": translatable("Amounts sum to the total row"),
    "debit": translatable("Debits sum to the total row"),
    "credit": translatable("Credits sum to the total row"),
}


def trailer_checks(
    file: MappedFile, rows: int, written: Mapping[str, int], amounts_of: Callable[[], Amounts]
) -> list[Check]:
    """The checks of a file whose `rows` sum to `written`, amounts as the file writes them. Raises FileRefused."""
    if file.shape.trailer is None:
        return []
    trailer = file.trailer
    if trailer.line is None:
        raise FileRefused(Problem(MISSING))
    checks = []
    for name, text in trailer.texts.items():
        if name == "count":
            checks.append(_count(text, rows, trailer.line))
        else:
            checks.append(_total(name, text, written.get(name, 0), amounts_of, trailer.line))
    return checks


def _count(text: str, rows: int, line: int) -> Check:
    plain = text.strip("件건 \t").replace(",", "")
    if not (plain.isascii() and plain.isdigit() and len(plain) < 16):
        raise FileRefused(Problem(NO_COUNT, {"text": shown(text)}, line, "count"))
    if int(plain) != rows:
        raise FileRefused(Problem(COUNT_DIFFERS, {"stated": plain, "found": str(rows)}, line, "count"))
    return Check(COUNT, int(plain), rows)


def _total(name: str, text: str, found: int, amounts_of: Callable[[], Amounts], line: int) -> Check:
    try:
        amounts = amounts_of()
        stated = amounts[text]
    except UnreadableAmount as refusal:
        raise FileRefused(amount_problem(refusal, line=line, field=name)) from None
    except RowRefused as refusal:
        raise FileRefused(refusal.at(line)) from None
    if stated != found:
        currency = amounts.currency
        values = {
            "name": name,
            "stated": format_minor(stated, currency),
            "found": format_minor(found, currency),
            "currency": currency,
        }
        raise FileRefused(Problem(TOTAL_DIFFERS, values, line, name))
    return Check(TOTALS[name], stated, found, amounts.currency)
