"""Settlement details reports for tests, written by column name and read back."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from payments.facts import LineFact, ReadingTerms
from payments.providers.adyen import AdyenAdapter
from tests.payments.files import Read, read_all, stored

TERMS = ReadingTerms("Europe/Amsterdam", ("EUR",))
OLD_ORDER = (
    "Company Account", "Merchant Account", "Psp Reference", "Merchant Reference", "Payment Method", "Creation Date",
    "TimeZone", "Type", "Modification Reference", "Gross Currency", "Gross Debit (GC)", "Gross Credit (GC)",
    "Exchange Rate", "Net Currency", "Net Debit (NC)", "Net Credit (NC)", "Commission (NC)", "Markup (NC)",
    "Scheme Fees (NC)", "Interchange (NC)", "Payment Method Variant", "Modification Merchant Reference", "Batch Number",
    "Reserved4", "Reserved5", "Reserved6", "Reserved7", "Reserved8", "Reserved9", "Reserved10",
)  # fmt: skip
NEW_ORDER = (
    *OLD_ORDER[:20], "Payment Method Variant", "Batch Number", "Modification Merchant Reference", *OLD_ORDER[23:],
    "Booking Date", "Booking Date TimeZone",
)  # fmt: skip

BASE = {
    "Company Account": "Co", "Merchant Account": "Shop", "Payment Method": "visa", "TimeZone": "CET",
    "Creation Date": "2026-07-01 10:00:00", "Batch Number": "7",
}  # fmt: skip


def payment(type_name: str, gross: str, net: str, *, number: int = 1, **others: str) -> dict[str, str]:
    """A row of a payment in euro; signs of `gross` and `net` choose the side. `others` by first words of the column."""
    return {
        **BASE,
        "Type": type_name,
        "Psp Reference": f"{8814000000000000 + number}",
        "Modification Reference": f"{8815000000000000 + number}",
        "Merchant Reference": f"order-{number}",
        "Gross Currency": "EUR",
        "Exchange Rate": "1",
        "Net Currency": "EUR",
        **_sides("Gross", "GC", gross),
        **_sides("Net", "NC", net),
        **named(others),
    }


def about_batch(type_name: str, net: str, **others: str) -> dict[str, str]:
    """A row about the batch: only a net amount."""
    return {
        **BASE,
        "Payment Method": "",
        "Type": type_name,
        "Net Currency": "EUR",
        **_sides("Net", "NC", net),
        **named(others),
    }


def named(others: dict[str, str]) -> dict[str, str]:
    """`net_currency="USD"` as the column it means."""
    short = {
        "created": "Creation Date", "zone": "TimeZone", "batch": "Batch Number", "account": "Merchant Account",
        "psp": "Psp Reference", "modification": "Modification Reference", "reference": "Merchant Reference",
        "modification_merchant": "Modification Merchant Reference", "currency": "Gross Currency",
        "net_currency": "Net Currency", "rate": "Exchange Rate", "commission": "Commission (NC)",
        "markup": "Markup (NC)", "scheme": "Scheme Fees (NC)", "interchange": "Interchange (NC)",
        "variant": "Payment Method Variant", "booked": "Booking Date", "booked_zone": "Booking Date TimeZone",
        "reserved": "Reserved4", "debit": "Gross Debit (GC)", "net_debit": "Net Debit (NC)", "method": "Payment Method",
    }  # fmt: skip
    return {short[name]: text for name, text in others.items()}


def _sides(name: str, suffix: str, amount: str) -> dict[str, str]:
    if not amount:
        return {}
    side = "Debit" if amount.startswith("-") else "Credit"
    return {f"{name} {side} ({suffix})": amount.lstrip("-")}


def report(rows: Sequence[dict[str, str]], columns: Sequence[str] = OLD_ORDER, delimiter: str = ",") -> str:
    """The file of these rows; a cell that needs quotation marks gets them."""

    def cell(text: str) -> str:
        return '"' + text.replace('"', '""') + '"' if delimiter in text or '"' in text or "\n" in text else text

    lines = [columns, *([row.get(name, "") for name in columns] for row in rows)]
    return "".join(delimiter.join(map(cell, line)) + "\n" for line in lines)


def read(folder: Path, content: bytes | str, terms: ReadingTerms = TERMS, name: str = "report.csv") -> Read:
    """Everything the adapter says about a report of these bytes."""
    return read_all(AdyenAdapter(), stored(folder, content, name), terms)


def one(folder: Path, row: dict[str, str], columns: tuple[str, ...] = OLD_ORDER) -> LineFact:
    """The line of a report of one good row."""
    found = read(folder, report([row], columns))
    assert found.problems == []
    return found.lines[0]


def problem(folder: Path, row: dict[str, str]) -> tuple[int | None, str, str]:
    """Line, field and message of what is wrong with a report of one bad row."""
    found = read(folder, report([row]))
    assert found.lines == []
    assert len(found.problems) == 1
    return found.problems[0]
