"""Whether a bank statement adds up: said in the same words for every format."""

from typing import Final, NamedTuple

from payments.facts import BankStatementFact, FileRefused, Problem
from payments.money import format_minor
from payments.wording import translatable

TIES: Final = translatable("Opening balance plus lines equals the closing balance")
SUMS_AGREE: Final = translatable("Lines equal the totals the bank states")
PENDING: Final = translatable("Entries not booked yet, left out")
DOES_NOT_TIE: Final = translatable(
    "The statement %(statement)s does not add up: opening balance %(opening)s plus its lines is %(found)s "
    "%(currency)s, but its closing balance is %(closing)s. Lines are missing or changed: download it again."
)
SUMS_DIFFER: Final = translatable(
    "The statement %(statement)s states %(count)s entries of %(total)s %(currency)s, but holds %(found_count)s entries "
    "of %(found)s. Lines are missing or changed: download it again."
)


class Place(NamedTuple):
    """Line and field or element of the file."""

    line: int | None
    field: str


class Totals(NamedTuple):
    """A number of entries and their sum in minor units."""

    entries: int
    total: int


def does_not_tie(statement: BankStatementFact, found: int, place: Place) -> FileRefused:
    """The refusal of a statement whose lines do not lead from its opening to its closing balance."""
    currency = statement.currency
    values = {
        "statement": statement.statement_key,
        "opening": format_minor(statement.opening_balance or 0, currency),
        "found": format_minor(found, currency),
        "closing": format_minor(statement.closing_balance or 0, currency),
        "currency": currency,
    }
    return FileRefused(Problem(DOES_NOT_TIE, values, *place))


def sums_differ(statement: BankStatementFact, stated: Totals, found: Totals, place: Place) -> FileRefused:
    """The refusal of a statement that contradicts the totals it states itself."""
    values = {
        "statement": statement.statement_key,
        "count": str(stated.entries),
        "total": format_minor(stated.total, statement.currency),
        "currency": statement.currency,
        "found_count": str(found.entries),
        "found": format_minor(found.total, statement.currency),
    }
    return FileRefused(Problem(SUMS_DIFFER, values, *place))
