"""An OFX file cut into its transactions and what stands between them, streamed as bytes with their place.

Tags are ASCII in every encoding that is taken, and no second byte of a Korean or Japanese character looks like one, so
the file is cut before it is decoded: SGML without end tags and XML alike.
"""

import re
from collections.abc import Iterator
from typing import BinaryIO, Final, NamedTuple

from payments.facts import FileRefused, Problem, SourceFile
from payments.tabular.containers import refuse_containers
from payments.tabular.limits import BLOCK_BYTES, RECORD_BYTES
from payments.tabular.lines import NUL, read_head, too_long
from payments.wording import translatable

CUT_OFF: Final = translatable("The file ends before its closing tag %(tag)s. It is cut off: download it again.")
DECLARATIONS: Final = translatable(
    "The file declares a document type or entities. Bank statements never do, and such declarations can attack the "
    "reader, so the file was refused."
)
WIDE: Final = translatable("The file is encoded in UTF-16, which this format is not. Save it as UTF-8.")

OPEN: Final = b"<STMTTRN>"
CLOSE: Final = b"</STMTTRN>"
_END: Final = b"</OFX>"
_STOP: Final = re.compile(rb"<(?:/(?:STMTTRN|BANKTRANLIST|STMTRS|CCSTMTRS|OFX)|STMTTRN)>")
_OTHER_STOPS: Final = (b"</BANKTRANLIST>", b"</STMTRS>", b"</CCSTMTRS>", _END)
_DECLARED: Final = re.compile(rb"<!(?:DOCTYPE|ENTITY|ELEMENT|ATTLIST|NOTATION)", re.IGNORECASE)
_LONGEST_MARK: Final = 16
FEWEST: Final = 8
"""Transactions that are worth looking at as a run."""


class Part(NamedTuple):
    """A stretch of the file."""

    is_transaction: bool
    line: int
    """Where it begins, from 1."""
    offset: int
    content: bytes
    line_end: bytes = b"\n"
    is_run: bool = False
    """Whether it is many transactions in a row, each with its end tag and nothing but space between them."""


class _Held:
    """The part of the file that is at hand: what is before it has been given away."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.content = b""
        self.offset = 0
        self.line = 1
        self.line_end = b"\n"
        self.is_ended = False
        """Whether the closing tag of the file has been met."""

    def read_on(self) -> bool:
        """Read the next block, False at the end. Raises FileRefused for what no statement holds."""
        block = self._stream.read(BLOCK_BYTES)
        if not block:
            return False
        if not self.offset and not self.content and b"\n" not in block:
            self.line_end = b"\r"
        if len(self.content) > RECORD_BYTES:
            raise too_long(self.line)
        held = len(self.content)
        self.content += block
        seen = self.content[max(0, held - _LONGEST_MARK) :]
        if b"\0" in block:
            raise FileRefused(Problem(NUL, line=self.line_at(self.content.index(b"\0", held))))
        if b"<!" in seen and (found := _DECLARED.search(seen)):
            raise FileRefused(Problem(DECLARATIONS, line=self.line_at(len(self.content) - len(seen) + found.start())))
        self.is_ended = self.is_ended or _END in seen
        return True

    def line_at(self, place: int) -> int:
        """The line of a place in what is at hand."""
        return self.line + self.content.count(self.line_end, 0, place)

    def give(
        self, places: list[tuple[int, int]], end: int, *, is_outline: bool, is_run: bool = False
    ) -> Iterator[Part]:
        """Give away the transactions at `places`, what is between them, and what is behind them up to `end`."""
        content, done = self.content, 0
        for start, stop in [*places, (end, end)]:
            if start > done:
                between = content[done:start]
                if not between.isspace():
                    yield Part(False, self.line, self.offset, between)
                self._pass(between)
            if stop > start:
                whole = content[start:stop]
                if not is_outline:
                    yield Part(True, self.line, self.offset, whole, self.line_end, is_run)
                self._pass(whole)
            done = stop
        self.content = content[end:]

    def _pass(self, content: bytes) -> None:
        self.line += content.count(self.line_end)
        self.offset += len(content)


def parts_of(source: SourceFile, *, is_outline: bool = False) -> Iterator[Part]:
    """Yield the parts in file order, without the transactions when only the outline is wanted.

    Raises FileRefused for a file that is cut off or declares a document type.
    """
    head = read_head(source)
    refuse_containers(head)
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or head[:2] in (b"<\0", b"\0<", b"O\0", b"\0O"):
        raise FileRefused(Problem(WIDE, line=1))
    with source.path.open("rb") as stream:
        held = _Held(stream)
        while held.read_on():
            run = _run(held.content)
            if run is not None:
                yield from held.give([run], run[1], is_outline=is_outline, is_run=True)
            places = _transactions(held.content)
            end = places[-1][1] if places else 0
            if held.content.find(OPEN, end) < 0 and len(held.content) - end > BLOCK_BYTES:
                # Long stretches without a transaction are given on at a tag; half a tag waits for its other half.
                end = max(end, held.content.rfind(b"<", end, -_LONGEST_MARK))
            yield from held.give(places, end, is_outline=is_outline)
        yield from held.give([], len(held.content), is_outline=is_outline)
        if not held.is_ended:
            raise FileRefused(Problem(CUT_OFF, {"tag": _END.decode()}, held.line))


def _transactions(content: bytes) -> list[tuple[int, int]]:
    """Where the transactions begin and end; without its end tag one ends where the next or the list does."""
    places, done = [], 0
    while (start := content.find(OPEN, done)) >= 0:
        stop = _STOP.search(content, start + len(OPEN))
        if stop is None:
            break
        done = stop.end() if stop[0] == CLOSE else stop.start()
        places.append((start, done))
    return places


def _run(content: bytes) -> tuple[int, int] | None:
    """Where all transactions begin and end that are whole, if they are alike enough to be counted instead of looked at.

    As many opening as closing tags, all but one of each meeting in one and the same seam: so they take turns.
    """
    start, last = content.find(OPEN), content.rfind(CLOSE)
    if start < 0 or last < start:
        return None
    stop = last + len(CLOSE)
    first = content.find(CLOSE, start)
    seam = content[first : content.find(OPEN, first, stop) + len(OPEN)]
    count = content.count(OPEN, start, stop)
    if count < FEWEST or seam[len(CLOSE) : -len(OPEN)].strip() or content.count(CLOSE, start, stop) != count:
        return None
    if content.count(seam, start, stop) != count - 1 or any(
        content.find(mark, start, stop) >= 0 for mark in _OTHER_STOPS
    ):
        return None
    return start, stop


def alone(part: Part) -> Iterator[tuple[int, int, bytes]]:
    """Line, byte offset and content of each transaction of a run; what is no run stands for itself."""
    line, offset, content, end = part.line, part.offset, part.content, part.line_end
    start = 0
    while start >= 0:
        following = content.find(OPEN, start + len(OPEN)) if part.is_run else -1
        whole = content[start:following] if following >= 0 else content[start:]
        yield line, offset + start, whole
        line += whole.count(end)
        start = following
