"""The copyist: renders facts as rows of PostgreSQL's text COPY format, thousands at a time; pure, no database.

Text columns come first in every row. They alone can hold a character that COPY gives a meaning to, and are never NULL,
so whether a whole chunk needs escaping is answered by four counts over its joined texts instead of a look at each cell.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from payments.facts import BankLineFact, FileRefused, LineFact, MovementFact, Problem
from payments.wording import translatable

NULL: Final = "\\N"
UNWRITABLE: Final = translatable("The text of this line holds a character that cannot be stored.")

STATEMENT_TEXTS: Final = (
    "statement_key", "line_key", "provider_key", "payment_reference", "merchant_reference", "method", "payout_key",
    "currency", "net_currency",
)  # fmt: skip
STATEMENT_COLUMNS: Final = (
    "file_import_id", *STATEMENT_TEXTS, "line_number", "byte_offset", "byte_length", "kind", "gross", "gross_settled",
    "fee", "fee_commission", "fee_markup", "fee_scheme", "fee_interchange", "fee_installment", "fee_other", "fee_vat",
    "rounding", "net", "rate", "occurred_at", "sold_on", "booked_on", "paid_on",
)  # fmt: skip
MOVEMENT_TEXTS: Final = (
    "movement_key", "provider_key", "payment_reference", "merchant_reference", "method", "currency",
)  # fmt: skip
MOVEMENT_COLUMNS: Final = (
    "file_import_id", *MOVEMENT_TEXTS, "line_number", "byte_offset", "byte_length", "kind", "amount", "occurred_at",
    "occurred_on",
)  # fmt: skip
BANK_TEXTS: Final = (
    "statement_key", "currency", "bank_reference", "end_to_end_reference", "transaction_code", "counterparty",
    "remittance",
)  # fmt: skip
BANK_COLUMNS: Final = (
    "file_import_id", *BANK_TEXTS, "line_number", "byte_offset", "byte_length", "booked_on", "value_on", "amount",
)  # fmt: skip

_ESCAPES: Final = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})

Rendered = tuple[list[str], list[str]]
"""The texts of each row by themselves, and the rows."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some facts as they go to PostgreSQL."""

    rows: bytes
    """COPY text, UTF-8."""
    line_count: int
    end: int
    """Byte offset in the file behind the last of them."""


@dataclass(frozen=True)
class RowFormat:
    """How one kind of fact becomes rows."""

    columns: tuple[str, ...]
    texts: tuple[str, ...]
    render: Callable[[int, Sequence[Any]], Rendered]
    limits: Mapping[str, int]
    """Characters that the columns of the posted table take."""

    def chunk(self, import_id: int, facts: Sequence[Any]) -> Chunk:
        """Render facts, at least one.

        Raises:
            FileRefused: a text that PostgreSQL cannot hold (a NUL, half a surrogate pair).
        """
        texts, rows = self.render(import_id, facts)
        joined = "\n".join(texts)
        if self._needs_escapes(joined, len(facts)):
            rows = self.render(import_id, [self._escaped(fact) for fact in facts])[1]
        try:
            encoded = "".join(rows).encode()
        except UnicodeEncodeError:
            raise FileRefused(Problem(UNWRITABLE, line=self._unwritable_line(facts))) from None
        last = facts[-1]
        return Chunk(rows=encoded, line_count=len(facts), end=last.byte_offset + last.byte_length)

    def _needs_escapes(self, joined: str, count: int) -> bool:
        return (
            "\\" in joined
            or "\r" in joined
            or "\0" in joined
            or joined.count("\t") != count * (len(self.texts) - 1)
            or joined.count("\n") != count - 1
        )

    def _escaped(self, fact: Any) -> Any:
        changed = {name: getattr(fact, name).translate(_ESCAPES) for name in self.texts}
        if any("\0" in text for text in changed.values()):
            raise FileRefused(Problem(UNWRITABLE, line=fact.line_number))
        return fact._replace(**changed)

    def _unwritable_line(self, facts: Sequence[Any]) -> int | None:
        for fact in facts:
            try:
                "".join(getattr(fact, name) for name in self.texts).encode()
            except UnicodeEncodeError:
                return int(fact.line_number)
        return None


class _Days(dict[date | None, str]):
    """ISO text of the dates seen; a file has few of them."""

    def __init__(self) -> None:
        super().__init__({None: NULL})

    def __missing__(self, day: date | None) -> str:
        text = self[day] = NULL if day is None else day.isoformat()
        return text


def _render_statement_lines(import_id: int, facts: Sequence[LineFact]) -> Rendered:
    texts: list[str] = []
    return texts, list(_statement_rows(import_id, facts, texts))


def _statement_rows(import_id: int, facts: Sequence[LineFact], texts: list[str]) -> Iterator[str]:
    days = _Days()
    for (
        number, offset, length, statement_key, kind, line_key, provider_key, payment_reference, merchant_reference,
        method, currency, gross, net_currency, gross_settled, fee, commission, markup, scheme, interchange, installment,
        other, vat, rounding, net, rate, occurred_at, sold_on, booked_on, paid_on, payout_key,
    ) in facts:  # fmt: skip
        text = (
            f"{statement_key}\t{line_key}\t{provider_key}\t{payment_reference}\t{merchant_reference}\t{method}"
            f"\t{payout_key}\t{currency}\t{net_currency}"
        )
        texts.append(text)
        yield (
            f"{import_id}\t{text}\t{number}\t{offset}\t{length}\t{kind:d}\t{gross}\t{gross_settled}\t{fee}"
            f"\t{NULL if commission is None else commission}\t{NULL if markup is None else markup}"
            f"\t{NULL if scheme is None else scheme}\t{NULL if interchange is None else interchange}"
            f"\t{NULL if installment is None else installment}\t{NULL if other is None else other}"
            f"\t{vat}\t{rounding}\t{net}\t{NULL if rate is None else rate}"
            f"\t{NULL if occurred_at is None else occurred_at.isoformat()}"
            f"\t{days[sold_on]}\t{days[booked_on]}\t{days[paid_on]}\n"
        )


def _render_movements(import_id: int, facts: Sequence[MovementFact]) -> Rendered:
    texts: list[str] = []
    rows: list[str] = []
    days = _Days()
    for fact in facts:
        text = (
            f"{fact.movement_key}\t{fact.provider_key}\t{fact.payment_reference}\t{fact.merchant_reference}"
            f"\t{fact.method}\t{fact.currency}"
        )
        texts.append(text)
        rows.append(
            f"{import_id}\t{text}\t{fact.line_number}\t{fact.byte_offset}\t{fact.byte_length}\t{fact.kind:d}"
            f"\t{fact.amount}\t{fact.occurred_at.isoformat()}\t{days[fact.occurred_on]}\n"
        )
    return texts, rows


def _render_bank_lines(import_id: int, facts: Sequence[BankLineFact]) -> Rendered:
    texts: list[str] = []
    rows: list[str] = []
    days = _Days()
    for fact in facts:
        text = (
            f"{fact.statement_key}\t{fact.currency}\t{fact.bank_reference}\t{fact.end_to_end_reference}"
            f"\t{fact.transaction_code}\t{fact.counterparty}\t{fact.remittance}"
        )
        texts.append(text)
        rows.append(
            f"{import_id}\t{text}\t{fact.line_number}\t{fact.byte_offset}\t{fact.byte_length}"
            f"\t{days[fact.booked_on]}\t{days[fact.value_on]}\t{fact.amount}\n"
        )
    return texts, rows


STATEMENT_LIMITS: Final = {
    "statement_key": 160, "line_key": 120, "provider_key": 80, "payment_reference": 80, "merchant_reference": 120,
    "method": 80, "payout_key": 80,
}  # fmt: skip
MOVEMENT_LIMITS: Final = {
    "movement_key": 80, "provider_key": 80, "payment_reference": 80, "merchant_reference": 80, "method": 80,
}  # fmt: skip
BANK_LIMITS: Final = {
    "statement_key": 160, "bank_reference": 120, "end_to_end_reference": 120, "transaction_code": 60,
    "counterparty": 200,
}  # fmt: skip

STATEMENT_ROWS: Final = RowFormat(STATEMENT_COLUMNS, STATEMENT_TEXTS, _render_statement_lines, STATEMENT_LIMITS)
MOVEMENT_ROWS: Final = RowFormat(MOVEMENT_COLUMNS, MOVEMENT_TEXTS, _render_movements, MOVEMENT_LIMITS)
BANK_ROWS: Final = RowFormat(BANK_COLUMNS, BANK_TEXTS, _render_bank_lines, BANK_LIMITS)
