"""The elements of a camt file and its entries, runs of which are read the quick way wherever that is safe."""

from collections.abc import Callable, Iterator
from typing import Final

from payments.banks.camt.fields import Entry, entry_of
from payments.banks.camt.runs import ENCODINGS, LONGEST, Run, is_plain, next_run
from payments.banks.camt.shapes import Drawn, Shapes
from payments.banks.camt.xml import Element, ElementStream
from payments.facts import SourceFile
from payments.tabular.limits import BLOCK_BYTES

_ENTRY: Final = "Ntry"
FEWEST: Final = 8
"""Entries of a run that is worth its patterns."""

Found = tuple[Element | Entry | Drawn, bool]


class EntryStream(ElementStream):
    """Yields entries (Ntry) as `Entry` or, in runs, as `Drawn`, and all else as elements."""

    def __init__(self, source: SourceFile, is_whole: Callable[[str, int], bool]) -> None:
        """`is_whole` as for `ElementStream`."""
        super().__init__(source, is_whole)
        self._codec = ENCODINGS[""]
        self._is_quick = True
        """False for good once anything was met in which tags may stand that are none."""
        self._shapes = Shapes()
        self._given = 0
        """Bytes given to the parser, from the first it was given."""
        self._lines_given = 0
        self._last = b""
        self._parser.XmlDeclHandler = self._declared

    def __iter__(self) -> Iterator[Found]:
        """Pairs of an element or entry and whether it is whole. Raises FileRefused."""
        self._prepare()
        held = b""
        with self._source.path.open("rb") as stream:
            stream.seek(self._bytes_skipped)
            while block := stream.read(BLOCK_BYTES):
                content = held + block
                done = 0
                while (run := self._next_run(content, done)) is not None:
                    yield from self._give(content[done : run.start])
                    done = run.start
                    if len(run.places) < FEWEST or not self._is_between(content[done : run.end]):
                        break
                    yield from self._entries(content, run)
                    done = run.end
                kept = self._keep(content, done)
                yield from self._give(content[done:kept])
                held = content[kept:]
            yield from self._give(held)
            self._parse(b"", is_final=True)
            yield from self._found()

    def _next_run(self, content: bytes, start: int) -> Run | None:
        return next_run(content, start) if self._is_quick and self._bytes_each == 1 else None

    def _keep(self, content: bytes, done: int) -> int:
        """From where on the end of a block waits for the next one: an entry or a tag that is not whole yet."""
        if not self._is_quick or self._open or self._passed_over or self._bytes_each > 1:
            return len(content)
        run = next_run(content, done)
        place = run.start if run is not None else content.rfind(b"<", done)
        return place if place >= 0 and len(content) - place < LONGEST else len(content)

    def _give(self, content: bytes) -> Iterator[Found]:
        """Let the parser read and call for each element."""
        if not content:
            return
        seen = self._last + content
        if b"<!" in seen or seen.count(b"<?") != seen.count(b"?>"):
            self._is_quick = False
        self._last = content[-1:]
        self._note(content)
        self._parse(content, is_final=False)
        self._refuse_long(self._given)
        yield from self._found()

    def _found(self) -> Iterator[Found]:
        for element, is_whole in self._take():
            yield entry_of(element) if is_whole and element.name == _ENTRY else element, is_whole

    def _note(self, content: bytes) -> None:
        self._given += len(content)
        self._lines_given += content.count(b"\n")

    def _is_between(self, content: bytes) -> bool:
        """Whether the parser stands between the children of a statement, and what follows is nothing but tags."""
        return (
            self._is_quick
            and not self._open
            and not self._passed_over
            and bool(self._codec)
            and self._is_whole(_ENTRY, self._depth + 1)
            and is_plain(content)
        )

    def _entries(self, content: bytes, run: Run) -> Iterator[Found]:
        offset = self._given + self._bytes_skipped - run.start
        line, done = 1 + self._lines_given + self._lines_skipped, run.start
        whole = content[run.start : run.end]
        self._note(whole)
        with self._unheard():
            self._parse(whole, is_final=False)
        self._last = b""
        for start, end in run.places:
            line += content.count(b"\n", done, start)
            written = content[start:end].decode(self._codec)
            yield self._shapes.drawn((line, offset + start, end - start), written), True
            done = start
        self._is_quick = self._is_quick and not self._shapes.is_full

    def _declared(self, version: str, encoding: str | None, standalone: int) -> None:
        self._codec = ENCODINGS.get((encoding or "").lower(), "")
