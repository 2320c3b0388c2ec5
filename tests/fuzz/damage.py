"""What can happen to a file: to its bytes, lines, cells, header and encoding."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from hypothesis import strategies as st

ODD: Final = st.one_of(
    st.sampled_from(
        (
            "| |0|-0|-1|1.5|1,5|1.234,56|1,653.75|12..34|(1.00)|1.00-|1E-80000000|1e5|NaN|Infinity|=1+1|@SUM(A1)|XYZ|KRW"
            "|2026-02-30|0000-00-00|9999-12-31|20260230|１２３|🙂|null|4111111111111111|1.23457E+15|-|'|EUR|USD|JPY"
            "|Charge|Refund|payout|CRDT|D|RC|&amp;|<x>|{}|[]|\\u0000|\t|\x00|\ufeff|" + "9" * 40 + "|" + "0" * 2000
        ).split("|")
    ),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
)
CELL: Final = re.compile(r"[^,;\t\r\n\"<>{}\[\]/:]+")
CODECS: Final = ("utf-8", "cp949", "shift_jis")

Damage = Callable[[bytes], bytes]


@st.composite
def damage(draw: st.DrawFn) -> Damage:
    """One to three things that happen to a file, one after the other."""
    steps = draw(st.lists(st.one_of(_bytes(), _lines(), _cells(), _encodings()), min_size=1, max_size=3))

    def apply(content: bytes) -> bytes:
        for step in steps:
            content = step(content)
        return content

    return apply


@st.composite
def cell_damage(draw: st.DrawFn) -> Damage:
    """Another value in one to four cells: the file keeps its lines."""
    steps = draw(st.lists(_cells(), min_size=1, max_size=4))

    def apply(content: bytes) -> bytes:
        for step in steps:
            content = step(content)
        return content

    return apply


_SHARE = st.floats(0, 1, exclude_max=True)


@st.composite
def _bytes(draw: st.DrawFn) -> Damage:
    at, length = draw(_SHARE), draw(st.integers(0, 60))
    inserted = draw(st.one_of(st.binary(max_size=20), st.sampled_from((b"\x00", b'"', b"\r", b"\n", b"]", b"}", b"<"))))
    is_cut = draw(st.booleans())

    def apply(content: bytes) -> bytes:
        start = int(len(content) * at)
        return content[:start] + inserted + (b"" if is_cut else content[start + length :])

    return apply


@st.composite
def _lines(draw: st.DrawFn) -> Damage:
    kind = draw(st.sampled_from(("drop", "twice", "swap", "only", "blank")))
    one, other = draw(_SHARE), draw(_SHARE)

    def apply(content: bytes) -> bytes:
        lines = content.splitlines(keepends=True)
        if not lines:
            return content
        at, to = int(len(lines) * one), int(len(lines) * other)
        match kind:
            case "drop":
                del lines[at]
            case "twice":
                lines.insert(to, lines[at])
            case "swap":
                lines[at], lines[to] = lines[to], lines[at]
            case "only":
                lines = lines[: at + 1]
            case _:
                lines.insert(at, b"\r\n")
        return b"".join(lines)

    return apply


@st.composite
def _cells(draw: st.DrawFn) -> Damage:
    at, value = draw(_SHARE), draw(ODD)

    def apply(content: bytes) -> bytes:
        for codec in CODECS:
            try:
                text = content.decode(codec)
                found = [each.span() for each in CELL.finditer(text)]
                start, end = found[int(len(found) * at)]
                return (text[:start] + value + text[end:]).encode(codec)
            except (UnicodeError, IndexError):
                continue
        return content

    return apply


@st.composite
def _encodings(draw: st.DrawFn) -> Damage:
    to = draw(st.sampled_from(("utf-8-sig", "utf-16", "utf-16-le", "cp949", "shift_jis", "latin-1", "utf-7")))

    def apply(content: bytes) -> bytes:
        for codec in CODECS:
            try:
                return content.decode(codec).encode(to, "replace")
            except UnicodeError:
                continue
        return content

    return apply
