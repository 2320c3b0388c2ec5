"""The measured files: Adyen settlement details reports and ledger exports of any size, the same bytes each time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from payments.intake.movements import COLUMNS
from tests.bench.rows import (
    FIRST_DAY,
    LISTED_TWICE,
    ONLY_IN_LEDGER,
    ONLY_ON_STATEMENT,
    euros,
    ledger_row,
    line_cells,
    sale,
)
from tests.bench.shapes import MERCHANT_ACCOUNT

HEADER: Final = (
    "Company Account,Merchant Account,Psp Reference,Merchant Reference,Payment Method,Creation Date,TimeZone,Type,"
    "Modification Reference,Gross Currency,Gross Debit (GC),Gross Credit (GC),Exchange Rate,Net Currency,Net Debit (NC),"
    "Net Credit (NC),Commission (NC),Markup (NC),Scheme Fees (NC),Interchange (NC),Payment Method Variant,"
    "Modification Merchant Reference,Batch Number,Booking Date,Booking Date TimeZone,Reserved4,Reserved5,Reserved6,"
    "Reserved7,Reserved8,Reserved9,Reserved10\n"
)
BATCH_LINES: Final = 50_000
RESERVED: Final = "," * 7
FORMAT_VERSION: Final = 3
"""Of what this module writes: files of another version are not taken from the cache."""


@dataclass(frozen=True, slots=True)
class Span:
    """Which payments a pair of files holds."""

    first: int
    count: int
    batch: int = 1
    """Number of the first batch; each has at most `BATCH_LINES` payments and a booking day of its own."""

    @property
    def name(self) -> str:
        """Names the cached files."""
        return f"v{FORMAT_VERSION}-{self.first}-{self.count}-{self.batch}"

    def batches(self) -> Iterator[tuple[int, date, range]]:
        """Number, booking day and payments of each batch."""
        for place, start in enumerate(range(self.first, self.first + self.count, BATCH_LINES)):
            number = self.batch + place
            stop = min(start + BATCH_LINES, self.first + self.count)
            yield number, FIRST_DAY + timedelta(days=number), range(start, stop)


def report(directory: Path, span: Span) -> Path:
    """The settlement details report of a span of payments."""
    path = directory / f"settlement_detail_report_batch_{span.name}.csv"
    return _written(path, _report_lines(span))


def ledger_export(directory: Path, span: Span) -> Path:
    """Our own ledger's export of the same payments."""
    return _written(directory / f"movements_{span.name}.csv", _ledger_lines(span))


def _written(path: Path, lines: Iterator[str]) -> Path:
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(".unfinished")
        with unfinished.open("w", encoding="utf-8", newline="") as stream:
            stream.writelines(lines)
        unfinished.rename(path)
    return path


def _report_lines(span: Span) -> Iterator[str]:
    yield HEADER
    for number, day, payments in span.batches():
        yield from batch_lines(number, day, payments)


def batch_lines(number: int, day: date, payments: range) -> Iterator[str]:
    """One batch: its payments, the monthly fee, and the payout of all that is left."""
    before = f"BenchGroup,{MERCHANT_ACCOUNT},"
    after = f",{number},{day} 06:00:00,CET{RESERVED}\n"
    balance = 0
    for payment in payments:
        one = sale(payment, day - timedelta(days=1))
        if one.place in ONLY_IN_LEDGER:
            continue
        row, net = line_cells(one)
        for _ in range(2 if one.place in LISTED_TWICE else 1):
            balance += net
            yield f"{before}{row},,{after[1:]}" if one.type_place == 0 else f"{before}{row},<auto>,{after[1:]}"
    fee = 1_250
    yield batch_row(number, day, "Fee", -fee, f"Transaction Fees {day:%B %d %Y}")
    yield batch_row(number, day, "MerchantPayout", -(balance - fee), "")


def batch_row(number: int, day: date, type_name: str, net: int, words: str, *, modification: str = "") -> str:
    """A row about the batch itself: it states only the net."""
    sides = f"{euros(-net)}," if net < 0 else f",{euros(net) or 0}"
    return (
        f"BenchGroup,{MERCHANT_ACCOUNT},,,,{day} 05:00:00,CET,{type_name},{modification or words},,,,,EUR,{sides},"
        f",,,,,{words if modification else ''},{number},{day} 06:00:00,CET{RESERVED}\n"
    )


def _ledger_lines(span: Span) -> Iterator[str]:
    yield ",".join(COLUMNS) + "\n"
    for _, day, payments in span.batches():
        for payment in payments:
            one = sale(payment, day - timedelta(days=1))
            if one.place not in ONLY_ON_STATEMENT:
                yield ledger_row(one)
