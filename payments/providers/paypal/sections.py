"""What a settlement report says of itself: its files, sections and footers, held against the rows in between."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from payments.facts import Check, Problem
from payments.wording import translatable

SECTION_COUNT: Final = translatable("Count of the section")
SECTION_GROSS: Final = translatable("Gross amounts of the section")
SECTION_FEES: Final = translatable("Fees of the section")
SECTION_BALANCE: Final = translatable("Opening balance and rows of the section lead to its closing balance")
REPORT_COUNT: Final = translatable("Count of the report")
FILE_COUNT: Final = translatable("Count of the file")
BAD_FOOTER: Final = translatable("“%(text)s” in the footer “%(record)s” is no count or amount.")
NO_FOOTER: Final = translatable("The file ends without its last record (FF). It is cut off: download it again.")
FROM_ZERO: Final = translatable(
    "This is file 00 of a report in several files. Write first_part = 0 in the mapping of the provider: then file 01 "
    "is known to be the second and not the first."
)


@dataclass(slots=True)
class Sums:
    """Rows of one currency in one section, in minor units, signed by what they do to the balance."""

    gross: int = 0
    fees: int = 0


@dataclass(slots=True)
class Footer:
    """What the footer of a section states for one currency, signed likewise."""

    currency: str
    gross: int
    fees: int
    opening: int
    closing: int


@dataclass(slots=True)
class Section:
    """One account and day of the report."""

    account: str
    day: date
    starts_here: bool
    """False where the file before may hold rows of it: its footers count those too."""
    rows: int = 0
    sums: dict[str, Sums] = field(default_factory=dict)
    footers: list[Footer] = field(default_factory=list)
    count: int | None = None
    payouts: dict[tuple[str, str], int] = field(default_factory=dict)
    key: str = ""
    """The statement it belongs to."""

    def __post_init__(self) -> None:
        self.key = f"{self.account}/{self.day}"

    @property
    def is_empty_day(self) -> bool:
        """Whether it says itself that it holds no rows."""
        return self.starts_here and self.count == 0 and not self.rows

    def add(self, currency: str, gross: int, fee: int) -> None:
        """Note the amounts of a row, signed by what they do to the balance."""
        sums = self.sums.get(currency)
        if sums is None:
            sums = self.sums[currency] = Sums()
        sums.gross += gross
        sums.fees += fee

    def checks(self) -> Iterator[Check]:
        """Its footers against its rows."""
        if not self.starts_here:
            return
        if self.count is not None:
            yield Check(SECTION_COUNT, self.count, self.rows)
        for footer in self.footers:
            found = self.sums.get(footer.currency, Sums())
            yield Check(SECTION_GROSS, footer.gross, found.gross, footer.currency)
            yield Check(SECTION_FEES, footer.fees, found.fees, footer.currency)
            led_to = footer.opening + found.gross + found.fees
            yield Check(SECTION_BALANCE, footer.closing, led_to, footer.currency, is_refusing=False)


@dataclass(slots=True)
class Report:
    """The file as a whole."""

    generated_at: datetime | None = None
    account: str = ""
    number: int = 1
    """Which file of the report it says it is."""
    rows: int = 0
    records: int = 0
    sections: list[Section] = field(default_factory=list)
    report_count: int | None = None
    """Rows of all files, which only the last one states."""
    file_count: int | None = None

    @property
    def is_whole(self) -> bool:
        """Whether there is no other file."""
        return self.report_count is not None and self.report_count <= self.rows

    def part(self, first_part: int | None) -> tuple[int, int | None]:
        """Which part the file is, from 1, and how many there are if it says so; (0, None) for all of it."""
        if self.is_whole:
            return 0, None
        is_last = self.report_count is not None
        # The first file of several cannot be the last: a last file called 1 is counted from 0.
        counts_from_zero = first_part == 0 or (first_part is None and self.number == 1 and is_last)
        part = self.number + 1 if counts_from_zero else self.number
        return part, part if is_last else None

    def problems(self, first_part: int | None) -> Iterator[Problem]:
        """What is wrong with the file as a whole."""
        if self.file_count is None:
            yield Problem(NO_FOOTER, line=self.records or None, field="FF")
        if self.number == 0 and not self.is_whole and first_part != 0:
            yield Problem(FROM_ZERO, field="FH")

    def checks(self) -> Iterator[Check]:
        """Footers of sections, report and file."""
        for section in self.sections:
            yield from section.checks()
        if self.report_count is not None and self.is_whole:
            yield Check(REPORT_COUNT, self.report_count, self.rows)
        if self.file_count is not None:
            # The specification leaves open whether headers and footers count.
            found = self.records if self.file_count == self.records else self.rows
            yield Check(FILE_COUNT, self.file_count, found)


def number_in(cells: Sequence[str], place: int) -> int:
    """A count in a footer. Raises ValueError with its text."""
    text = cells[place].strip() if place < len(cells) else ""
    if not (text.isascii() and text.isdecimal() and len(text) <= 18):
        raise ValueError(text)
    return int(text)
