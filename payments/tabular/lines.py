"""Physical lines of a stored file: decoded, bounded, and each with its bytes counted to be found again."""

import re
from collections.abc import Iterable, Iterator
from typing import BinaryIO, Final

from payments.facts import FileRefused, Problem, SourceFile
from payments.tabular.containers import refuse_containers
from payments.tabular.encodings import (
    NOT_AS_DECLARED,
    WRONG_BYTES,
    Encoding,
    detect,
    first_undecodable_line,
    multibyte_codec,
)
from payments.tabular.limits import BLOCK_BYTES, HEAD_BYTES, RECORD_BYTES
from payments.tabular.refusals import lines_need_guard
from payments.wording import translatable

TOO_LONG: Final = translatable(
    "This line or record is longer than %(limit)s KiB. No statement has such lines: download the file again."
)
NUL: Final = translatable("This line holds a NUL byte. The file is damaged: download it again.")
HALF_CHARACTER: Final = translatable("The file ends in the middle of a character. It is cut off: download it again.")

_LOOKS_IN_VAIN: Final = 3
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+")

Lines = tuple[list[str], Iterable[int]]


def too_long(line: int) -> FileRefused:
    """The refusal of a line or record beyond the limit."""
    return FileRefused(Problem(TOO_LONG, {"limit": str(RECORD_BYTES // 1024)}, line=line))


def read_head(source: SourceFile) -> bytes:
    """The first bytes of a stored file, enough to recognise it."""
    with source.path.open("rb") as stream:
        return stream.read(HEAD_BYTES)


class LineFeed:
    """Iterates over the lines of a file. While it runs, `end` is the byte offset behind the line given last."""

    def __init__(
        self, source: SourceFile, declared: str = "", fallback: str = "", home: str = "", *, is_guarded: bool = False
    ) -> None:
        """`declared` is the codec a mapping names, `fallback` the one to take when no encoding fits, `home` the zone
        of whoever wrote the file. `is_guarded` asks for `needs_guard` to be found out.

        Raises FileRefused for what is no text.
        """
        self.source = source
        head = read_head(source)
        refuse_containers(head)
        self._declared = declared
        self._fallback = fallback
        self._home = home
        self.encoding: Encoding = detect(head, declared, fallback, home)
        self.end = self.encoding.bom
        self.record_start = self.end
        """Where the record being read begins; its reader moves it on, and the feed refuses records beyond the limit."""
        self.is_cut = False
        """True once a last line without a line end has been given."""
        self.needs_guard = True
        """Whether a card guard has to look at the record that ends with the line given last: False is certain."""
        self._is_guarded = is_guarded
        self._looked_in_vain = 0
        self._lines_before = self._lines_here = 0
        self._read = self._blocks()
        self._lines: Iterator[str] = iter(())
        self._sizes: Iterator[int] = iter(())
        """What was read of the file, but not given yet: lines, and how many bytes each takes."""

    def __iter__(self) -> Iterator[str]:
        while self._read_on():
            yield from self.given(self._lines, self._sizes)

    def given(self, lines: Iterable[str], sizes: Iterable[int]) -> Iterator[str]:
        """Give lines of a block one by one."""
        for line, size in zip(lines, sizes, strict=True):
            self.end += size
            yield line

    def block(self) -> tuple[list[str], list[int]]:
        """Many lines at once, and how many bytes each takes; none at the end of the file. The caller moves `end` on."""
        lines = list(self._lines)
        if not lines and self._read_on():
            lines = list(self._lines)
        return lines, list(self._sizes)

    def _read_on(self) -> bool:
        """Read the next block; False at the end of the file."""
        self._lines_before += self._lines_here
        lines, sizes = next(self._read, ([], ()))
        # Once a block is often enough to bound a record that never ends, and costs nothing for each line.
        if lines and self.end - self.record_start > RECORD_BYTES:
            raise too_long(self._lines_before + 1)
        self._lines, self._sizes, self._lines_here = iter(lines), iter(sizes), len(lines)
        return bool(lines)

    def _blocks(self) -> Iterator[Lines]:
        with self.source.path.open("rb") as stream:
            stream.seek(self.encoding.bom)
            for block in self._cut(stream):
                yield self._wide_lines(block) if self.encoding.is_wide else self._narrow_lines(block)

    def _cut(self, stream: BinaryIO) -> Iterator[bytes]:
        """Blocks of whole lines, and at last the line without an end."""
        carried = b""
        while chunk := stream.read(BLOCK_BYTES):
            block = carried + chunk
            cut = self._last_line_end(block)
            carried = block[cut:]
            if len(carried) > RECORD_BYTES:
                raise too_long(self._lines_before + len(block[:cut].splitlines()) + 1)
            if cut:
                yield block[:cut]
        if carried:
            if self.encoding.is_wide and len(carried) % 2:
                raise FileRefused(Problem(HALF_CHARACTER, line=self._lines_before + 1))
            self.is_cut = not carried.endswith((b"\r", b"\r\x00"))
            yield carried

    def _look_at(self, text: str) -> None:
        """One look at a block spares the guard one at each cell. A record that began before it is not all in it.

        Where ids look like card numbers block after block, the guard looks at what is left of the file.
        """
        if self._is_guarded and self._looked_in_vain < _LOOKS_IN_VAIN:
            self.needs_guard = self.record_start < self.end or lines_need_guard(text)
            self._looked_in_vain = self._looked_in_vain + 1 if self.needs_guard else 0

    def _last_line_end(self, block: bytes) -> int:
        """Offset behind the last line end of the block; a lone CR counts only where there is no LF at all."""
        if self.encoding.is_wide:
            return _last_wide_line_end(block, self.encoding.codec)
        return block.rfind(b"\n") + 1 or block.rfind(b"\r", 0, len(block) - 1) + 1

    def _narrow_lines(self, block: bytes) -> Lines:
        if b"\0" in block:
            raise FileRefused(Problem(NUL, line=self._lines_before + 1 + _breaks_before(block, block.index(b"\0"))))
        if block.isascii():
            text = block.decode("ascii")
            self._look_at(text)
            lines = text.splitlines(keepends=True)
            # `str` breaks lines at more marks than text editors and CSV do: then there are more than line feeds.
            if len(lines) != block.count(b"\n") + (not block.endswith(b"\n")):
                lines = _LINE.findall(text)
            return lines, map(len, lines)
        if self.encoding.codec == "ascii":
            # All before was ASCII, which reads the same in every candidate: nothing read so far becomes wrong.
            found = multibyte_codec(block, self._fallback, self._home, line=self._lines_before + 1)
            self.encoding = Encoding(found, self.encoding.bom)
        rows = block.splitlines(keepends=True)
        codec = self.encoding.codec
        try:
            text = block.decode(codec)
            self._look_at(text)
            lines = text.splitlines(keepends=True)
            return lines if len(lines) == len(rows) else [row.decode(codec) for row in rows], map(len, rows)
        except UnicodeDecodeError:
            raise self._wrong_bytes(block) from None

    def _wide_lines(self, block: bytes) -> Lines:
        codec = self.encoding.codec
        try:
            text = block.decode(codec)
        except UnicodeDecodeError:
            raise self._wrong_bytes(block) from None
        if "\0" in text:
            before = text[: text.index("\0")]
            raise FileRefused(Problem(NUL, line=self._lines_before + 1 + len(_LINE.findall(before + "x")) - 1))
        self._look_at(text)
        lines: list[str] = _LINE.findall(text)
        return lines, [len(line.encode(codec)) for line in lines]

    def _wrong_bytes(self, block: bytes) -> FileRefused:
        line = self._lines_before + 1 + first_undecodable_line(block, self.encoding.codec)
        template = NOT_AS_DECLARED if self.encoding.codec == self._declared else WRONG_BYTES
        return FileRefused(Problem(template, {"encoding": self.encoding.shown}, line=line))


def _breaks_before(block: bytes, position: int) -> int:
    return len((block[:position] + b"x").splitlines()) - 1


def _last_wide_line_end(block: bytes, codec: str) -> int:
    mark = "\n".encode(codec)
    position = block.rfind(mark)
    while position >= 0 and position % 2:
        position = block.rfind(mark, 0, position + 1)
    return position + 2 if position >= 0 else 0
