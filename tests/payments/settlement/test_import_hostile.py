"""Hostile and broken files: each is refused in words, holds little memory, and leaves the books as they were."""

from __future__ import annotations

import io
import tracemalloc
import zipfile
from collections.abc import Callable
from typing import Any

import pytest

from payments.intake.models import FileImport
from payments.ledger.models import Movement
from payments.methods.models import BankAccount, Provider
from payments.settlement.models import BankLine, BankStatement, Statement, StatementLine, StatementPayout
from tests.payments.settlement.arrivals import Desk, adyen, bank_account, batch, problems, staged_rows

pytestmark = pytest.mark.django_db

MEGABYTE = 1024 * 1024


@pytest.fixture(autouse=True)
def _read_inside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the memory of this process is measured."""
    monkeypatch.setattr("payments.intake.parsing.beside.WORTHWHILE_BYTES", 1024 * MEGABYTE)


ROW = batch(1000).splitlines()[1]


def workbook() -> bytes:
    """A workbook that would unpack to a gigabyte."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        with archive.open("xl/worksheets/sheet1.xml", "w") as sheet:
            for _ in range(64):
                sheet.write(b" " * MEGABYTE * 2)
    return packed.getvalue()


def bomb() -> str:
    """The billion laughs inside a bank statement."""
    entities = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    return (
        f'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a0 "ha">{entities}]>'
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt>&a9;</BkToCstmrStmt></Document>'
    )


def external() -> str:
    return bomb().replace('<!ENTITY a0 "ha">', '<!ENTITY a0 SYSTEM "file:///etc/passwd">')


PROVIDER_FILES: dict[str, Callable[[], str | bytes]] = {
    "one endless line": lambda: b"a" * (20 * MEGABYTE),
    "one endless line below the header": lambda: batch(1000).splitlines()[0] + "\n" + "a," * (10 * MEGABYTE),
    "an open quotation mark": lambda: batch(1000).replace("visa", '"visa', 1) + ROW * 50_000,
    "nulls": lambda: batch(1000).replace("visa", "vi\0sa"),
    "only nulls": lambda: b"\0" * MEGABYTE,
    "cut off in a row": lambda: batch(1000, 2000, 3000)[:-60],
    "ten thousand columns": lambda: batch(1000) + "," * 10_000 + "\n",
    "ten thousand header names": lambda: ",".join(f"c{n}" for n in range(10_000)) + "\n" + "1," * 9_999 + "1\n",
    "a formula for an amount": lambda: batch(1000).replace("10.00", "=1+1"),
    "a number of spreadsheets": lambda: batch(1000).replace("10.00", "1E80000000"),
    "another currency": lambda: batch(1000).replace("EUR", "USD"),
    "no currency": lambda: batch(1000).replace("EUR", "XXE"),
    "wrong bytes": lambda: batch(1000).encode().replace(b"visa", b"vi\xff\xfesa"),
    "half a character": lambda: (
        batch(1000).replace("order-1", "주문").encode("utf-8").replace("주".encode(), b"\xec\xa3")
    ),
    "a workbook that unpacks to much": workbook,
    "a web page": lambda: "<!DOCTYPE html><html><body>Log in</body></html>",
    "a picture": lambda: b"\x89PNG\r\n\x1a\n" + b"\0" * 1000,
    "something else": lambda: "hello world\n" * 1000,
    "a header alone": lambda: batch(1000).splitlines()[0] + "\n",
}
BANK_FILES: dict[str, Callable[[], str | bytes]] = {
    "an entity bomb": bomb,
    "an external entity": external,
    "cut off XML": lambda: '<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToC',
    "a deep tree": lambda: "<a>" * 100_000,
    "an endless tag": lambda: '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><' + "x" * 20 * MEGABYTE,
    "an MT940 of one line": lambda: ":20:X\n:25:1\n:28C:1\n:60F:C260701EUR1,00\n:61:" + "9" * 20 * MEGABYTE,
    "an MT940 cut off": lambda: ":20:X\n:25:1\n:28C:1\n:60F:C260701EUR1,00\n:61:2607010701C1,00NTRFX\n",
}  # fmt: skip


def books() -> list[int]:
    tables: list[Any] = [Statement, StatementLine, StatementPayout, Movement, BankStatement, BankLine]
    return [table.objects.count() for table in tables]


def refused(desk: Desk, owner: Provider | BankAccount, content: str | bytes) -> FileImport:
    """Take a file in that must be refused, in bounded memory and without a trace in the books."""
    tracemalloc.start()
    taken = desk.take(owner, content, "hostile")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert taken.state == "rejected", taken.summary
    assert peak < 24 * MEGABYTE
    assert taken.problem_count >= 1
    assert all(message and len(message) < 600 for _, _, message in problems(taken))
    assert (books(), staged_rows()) == ([0] * 6, 0)
    return taken


@pytest.mark.parametrize("name", PROVIDER_FILES)
def test_a_hostile_provider_file_is_refused(desk: Desk, name: str) -> None:
    provider = adyen()
    refused(desk, provider, PROVIDER_FILES[name]())


@pytest.mark.parametrize("name", BANK_FILES)
def test_a_hostile_bank_file_is_refused(desk: Desk, name: str) -> None:
    account = bank_account()
    refused(desk, account, BANK_FILES[name]())


def test_a_formula_in_a_name_is_data_and_stays_as_it_is(desk: Desk) -> None:
    taken = desk.take(adyen(), batch(1000).replace("order-1", "=HYPERLINK(1)"))
    assert taken.state == "posted"
    assert StatementLine.objects.get(kind=1).merchant_reference == "=HYPERLINK(1)"
