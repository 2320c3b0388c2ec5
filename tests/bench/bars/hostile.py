"""Files that want to do harm, at the sizes that harm: each refused, nothing posted, memory bounded."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from tests.bench.figures import Figure, at_most, exactly
from tests.bench.files import HEADER, Span
from tests.bench.ground import Ground

MEGABYTE: Final = 1024 * 1024
HUGE: Final = 200 * MEGABYTE
MEMORY_MEGABYTES: Final = 400.0
POSTED: Final = """
SELECT (SELECT count(*) FROM payments_statementline) + (SELECT count(*) FROM payments_bankline)
     + (SELECT count(*) FROM payments_stagedstatementline) + (SELECT count(*) FROM payments_stagedbankline)
"""
_CAMT: Final = '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt>'


def measure(ground: Ground) -> list[Figure]:
    """Import every hostile file, each in a process of its own."""
    good = ground.span_files(Span(0, 2_000))[0].read_bytes()
    folder = ground.directory / "hostile"
    folder.mkdir(exist_ok=True)
    database = ground.clone("hostile", ground.with_merchant())
    refused: dict[str, bool] = {}
    peaks: dict[str, float] = {}
    for name, (kind, write) in _files(good).items():
        path = folder / name
        write(path)
        done = ground.work(database, (kind, path))
        path.unlink()
        outcome: dict[str, Any] = done["steps"][0]["outcome"]
        refused[name] = outcome["state"] == "rejected" and bool(outcome["problems"][0]["message"])
        peaks[name] = done["peak_megabytes"]
    with ground.server.connect(database) as connection:
        row = connection.execute(POSTED).fetchone()
    folder.rmdir()
    ground.server.drop(database)
    taken = [name for name, was_refused in refused.items() if not was_refused]
    worst = max(peaks, key=lambda name: peaks[name])
    return [
        exactly("hostile.refused", sum(refused.values()), len(refused), "files", f"taken: {', '.join(taken)}" if taken else ""),
        exactly("hostile.posted", row[0] if row else -1, 0, "rows", "posted or left in staging"),
        at_most("hostile.memory", peaks[worst], MEMORY_MEGABYTES, 1, "MiB", f"the worst is {worst}"),
    ]  # fmt: skip


Writer = Callable[[Path], object]


def _files(good: bytes) -> dict[str, tuple[str, Writer]]:
    """Name → how it is imported, and what writes it."""
    lines = good.splitlines(keepends=True)
    row = lines[5]

    def changed(old: bytes, new: bytes) -> bytes:
        assert old in row, old
        return b"".join([*lines[:5], row.replace(old, new, 1), *lines[6:]])

    amount = next(cell for cell in row.split(b",")[10:12] if cell)
    return {
        "entities.xml": ("bank", _plain(_bomb())),
        "element.xml": ("bank", _repeated(f"<?xml version='1.0'?>{_CAMT}<Stmt><Id>".encode(), b"x")),
        "nested.xml": ("bank", _repeated(f"<?xml version='1.0'?>{_CAMT}".encode(), b"<a>")),
        "one-line.csv": ("statement", _repeated(HEADER.encode(), b"x")),
        "one-line.sta": ("bank", _repeated(b":20:X\r\n:25:NL20INGB0001234567\r\n:28C:1/1\r\n:86:", b"y")),
        "no-line-end.csv": ("statement", _repeated(b"", b"z")),
        "nulls.csv": ("statement", _plain(b"".join([*lines[:9], b"\0" * 64, *lines[9:]]))),
        "cut-off.csv": ("statement", _plain(good[: len(good) // 2])),
        "currency.csv": ("statement", _plain(good.replace(b",EUR,", b",KRW,"))),
        "formula.csv": ("statement", _plain(changed(b"," + amount + b",", b",=1+1,"))),
        "exponent.csv": ("statement", _plain(changed(b"," + amount + b",", b",1E-80000000,"))),
        "encoding.csv": ("statement", _plain(changed(b"visa", b"vis\xff\xfe\x80") if b"visa" in row else good + b"\xff\xfe")),
        "columns.csv": ("statement", _plain(HEADER.encode() + b"," * 10_000 + b"\n")),
        "zip.csv": ("statement", _zipped("report.csv")),
        "book.xlsx": ("statement", _zipped("xl/worksheets/sheet1.xml")),
    }  # fmt: skip


def _plain(content: bytes) -> Writer:
    return lambda path: path.write_bytes(content)


def _repeated(head: bytes, unit: bytes) -> Writer:
    """A head, and behind it 200 MB of one thing without a line end."""

    def write(path: Path) -> None:
        block = unit * (MEGABYTE // len(unit))
        with path.open("wb") as stream:
            stream.write(head)
            for _ in range(HUGE // len(block)):
                stream.write(block)

    return write


def _zipped(inside: str) -> Writer:
    """Four gigabytes of zeros in a few megabytes."""

    def write(path: Path) -> None:
        with (
            zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
            archive.open(inside, "w", force_zip64=True) as stream,
        ):
            for _ in range(4 * 1024):
                stream.write(bytes(MEGABYTE))

    return write


def _bomb() -> bytes:
    return "".join(_entities()).encode()


def _entities() -> Iterator[str]:
    yield '<?xml version="1.0"?><!DOCTYPE d [<!ENTITY e0 "ha">'
    for level in range(1, 30):
        yield f'<!ENTITY e{level} "{f"&e{level - 1};" * 10}">'
    yield f"]>{_CAMT}<Stmt><Id>&e29;</Id></Stmt></BkToCstmrStmt></Document>"
