"""Hostile files: refused clearly, by every reader, in a bounded amount of memory and time."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import tracemalloc
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from payments.banks import registry as banks
from payments.facts import FileRefused, ReadingTerms, SourceFile
from payments.providers import registry as providers
from tests.payments.files import stored
from tests.payments.providers.adyen_files import OLD_ORDER, payment, report

MEBIBYTE = 1024 * 1024
TERMS = ReadingTerms("Europe/Amsterdam", ("EUR",), {"columns": {"gross": "a", "booked_on": "b"}})
BANK_TERMS = ReadingTerms("Europe/Amsterdam", ("EUR",), {"columns": {"amount": "a", "booked_on": "b"}})
Reader = Callable[[SourceFile], Iterable[object]]


def provider_reader(code: str) -> Reader:
    return lambda source: providers.ADAPTERS[code].read(source, TERMS)


def bank_reader(code: str) -> Reader:
    return lambda source: banks.ADAPTERS[code].read(source, BANK_TERMS)


READERS: dict[str, Reader] = {
    **{f"provider {code}": provider_reader(code) for code in providers.ADAPTERS},
    **{f"bank {code}": bank_reader(code) for code in banks.ADAPTERS},
}
every_reader = pytest.mark.parametrize("read", READERS.values(), ids=READERS.keys())


def refusal(read: Reader, source: SourceFile) -> FileRefused:
    with pytest.raises(FileRefused) as caught:
        for _ in read(source):
            pass
    return caught.value


def peak(read: Reader, source: SourceFile) -> int:
    """Bytes of Python objects at the worst moment of a reading that is refused."""
    tracemalloc.start()
    try:
        refusal(read, source)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@every_reader
@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "The file is empty."),
        (b"PK\x03\x04" + b"\0" * 26 + b"[Content_Types].xml" + b"\0" * 100, "This is an Excel workbook."),
        (b"PK\x03\x04" + b"\0" * 26 + b"statement.csv" + b"\0" * 100, "This is a ZIP archive."),
        (b"PK\x05\x06" + b"\0" * 18, "This is a ZIP archive."),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512, "This is an Excel workbook."),
        (b"\x1f\x8b\x08" + b"\0" * 100, "This is a packed file (gzip)."),
        (b"BZh91AY", "This is a packed file (bzip2)."),
        (b"\xfd7zXZ\x00" + b"\0" * 10, "This is a packed file (xz)."),
        (b"%PDF-1.7\n", "This is a PDF file"),
        (b"\x89PNG\r\n\x1a\n", "This is a PNG file"),
        (b"\n <!DOCTYPE html><html>", "This is a web page"),
        (b"<html><body>", "This is a web page"),
        (b"\xef\xbb\xbf<meta http-equiv='Content-Type'><table>", "This is a web page"),
        (b"<!-- \xb0\xc5\xb7\xa1 -->\r\n<HTML><table border=1>", "This is a web page"),
        (b'<?xml version="1.0"?><!DOCTYPE html PUBLIC "-//W3C//DTD XHTML"><html>', "This is a web page"),
        ("\ufeff<!DOCTYPE html>".encode("utf-16-le"), "This is a web page"),
        (
            b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">',
            "This is an Excel workbook.",
        ),
        (b"\xff\xfe\x00\x00a\x00\x00\x00", "The file is encoded in UTF-32"),
    ],
)
def test_what_is_no_statement_at_all_is_refused_unopened(
    tmp_path: Path, read: Reader, content: bytes, message: str
) -> None:
    refused = refusal(read, stored(tmp_path, content))
    assert str(refused).startswith(message)
    assert not refused.must_delete_bytes


@every_reader
def test_an_archive_that_unpacks_to_gigabytes_is_never_unpacked(tmp_path: Path, read: Reader) -> None:
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", b"<Types/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (16 * MEBIBYTE))
    source = SourceFile(path, path.name, path.stat().st_size)
    assert peak(read, source) < 2 * MEBIBYTE
    assert "Excel" in str(refusal(read, source))


@every_reader
@pytest.mark.parametrize("start", [b"a,b\n1,2\n", b'[{"a": "', b"<Document><x>", b":20:X\n:25:", b""], ids=repr)
def test_one_endless_line_is_refused_in_little_memory(tmp_path: Path, read: Reader, start: bytes) -> None:
    source = stored(tmp_path, start + b"x" * (24 * MEBIBYTE))
    assert peak(read, source) < 12 * MEBIBYTE


@every_reader
@pytest.mark.parametrize(
    "content",
    [
        b"\0" * 100_000,
        b"a,b\n\0\0\0\n",
        bytes(range(256)) * 400,
        b"\xff" * 100_000,
        b"," * 10_000 + b"\n",
        b"<" * 100_000,
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'"' * 99_999,
        b"\n" * 1_000_000,
        b":20:" * 100_000,
    ],
    ids=[
        "nulls",
        "nulls in a row",
        "all bytes",
        "high bytes",
        "10 000 columns",
        "tags",
        "lists",
        "objects",
        "quotes",
        "lines",
        "fields",
    ],
)
def test_noise_is_refused(tmp_path: Path, read: Reader, content: bytes) -> None:
    assert str(refusal(read, stored(tmp_path, content)))


@pytest.mark.parametrize("cut", [1, 30, 60])
def test_a_file_cut_off_in_its_last_line_is_refused(tmp_path: Path, cut: int) -> None:
    whole = report([payment("Settled", "1.00", "1.00", number=number) for number in (1, 2, 3)])
    source = stored(tmp_path, whole[: -8 - cut])
    refused = refusal(READERS["provider adyen"], source)
    assert "It is cut off: download it again." in str(refused)
    assert refused.problem.line == 4


def test_formulas_are_text_and_never_amounts(tmp_path: Path) -> None:
    formula = '=HYPERLINK("http://127.0.0.1")'
    source = stored(tmp_path, report([payment("Settled", "1.00", "1.00", reference=formula)]))
    lines = list(providers.ADAPTERS["adyen"].read(source, TERMS))
    assert [line.merchant_reference for line in lines] == [formula]


def test_two_currencies_in_one_batch_are_summed_apart(tmp_path: Path) -> None:
    rows = [
        payment("Settled", "1.00", "1.00", number=1),
        payment("Settled", "100", "100", number=2, currency="JPY", net_currency="JPY"),
    ]
    reading = providers.ADAPTERS["adyen"].read(stored(tmp_path, report(rows)), TERMS)
    assert len(list(reading)) == 2
    assert [(check.found, check.currency) for check in reading.checks() if check.currency] == [
        (100, "EUR"),
        (100, "JPY"),
    ]


RESIDENT = """
import resource, sys
from pathlib import Path
from payments.facts import ReadingTerms, SourceFile
from payments.{room} import registry
path = Path(sys.argv[1])
reading = registry.ADAPTERS["{code}"].read(SourceFile(path, "x", path.stat().st_size), ReadingTerms("UTC", ("EUR",)))
lines = iter(reading)
next(lines)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
count = sum(1 for _ in lines)
print(count, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def growth(room: str, code: str, path: Path) -> tuple[int, int]:
    """Lines read after the first, and by how many KiB the process grew."""
    program = textwrap.dedent(RESIDENT.format(room=room, code=code))
    found = subprocess.run([sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=True)
    count, kibibytes = map(int, found.stdout.split())
    return count, kibibytes


def test_a_large_report_streams_in_constant_memory(tmp_path: Path) -> None:
    header, row = report([payment("Settled", "1.00", "1.00")], OLD_ORDER).splitlines(keepends=True)
    source = stored(tmp_path, header + row * 150_000)
    count, kibibytes = growth("providers", "adyen", source.path)
    assert count == 149_999
    assert kibibytes < 16 * 1024 < source.size // 1024


def test_a_large_bank_statement_streams_in_constant_memory(tmp_path: Path) -> None:
    entry = (
        '<Ntry><Amt Ccy="EUR">1.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-07-02</Dt></BookgDt>'
        f"<AddtlNtryInf>{'x' * 600}</AddtlNtryInf></Ntry>"
    )
    content = (
        "<Document><BkToCstmrStmt><GrpHdr><CreDtTm>2026-07-02T20:00:00Z</CreDtTm></GrpHdr><Stmt><Id>1</Id>"
        f"<Acct><Id><IBAN>DE1</IBAN></Id></Acct>{entry * 30_000}</Stmt></BkToCstmrStmt></Document>"
    )
    source = stored(tmp_path, content)
    count, kibibytes = growth("banks", "camt", source.path)
    assert count == 29_999
    assert kibibytes < 12 * 1024 < source.size // 1024
