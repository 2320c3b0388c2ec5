"""XML read as a stream of small finished elements with their place in the file; document types are refused.

Python's expat is used because it tells the exact byte of every element, and because a document type is refused before
any entity could be declared, so there is nothing to expand and nothing outside to fetch.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final, NoReturn
from xml.parsers import expat

from payments.facts import FileRefused, Problem, SourceFile
from payments.tabular.containers import refuse_containers
from payments.tabular.limits import BLOCK_BYTES, RECORD_BYTES
from payments.tabular.lines import read_head, too_long
from payments.wording import translatable

NOT_XML: Final = translatable("This is not valid XML: %(reason)s. The file is damaged: download it again.")
CUT_OFF: Final = translatable("The file ends in the middle of its XML. It is cut off: download it again.")
DOCUMENT_TYPE: Final = translatable(
    "The file declares a document type or entities. Bank statements never do, and such declarations can attack the "
    "reader, so the file was refused."
)
TOO_DEEP: Final = translatable("The elements are nested too deeply. No statement is: download the file again.")
BAD_ENCODING: Final = translatable("The XML is written in an encoding that is not supported here. Save it as UTF-8.")

_DEEPEST: Final = 64
_PARTS: Final = 20_000
"""Elements inside one finished element."""


@dataclass(slots=True)
class Element:
    """One element with its children."""

    name: str
    """Without its namespace."""
    space: str
    line: int
    offset: int
    attributes: dict[str, str]
    length: int = 0
    texts: list[str] = field(default_factory=list)
    children: list["Element"] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The text inside, trimmed."""
        return "".join(self.texts).strip()

    def find(self, path: str) -> "Element | None":
        """The first element at a path such as `Acct/Id/IBAN`."""
        return next(self.all(path), None)

    def all(self, path: str) -> Iterator["Element"]:
        """All elements at a path."""
        name, _, rest = path.partition("/")
        for child in self.children:
            if child.name == name:
                if rest:
                    yield from child.all(rest)
                else:
                    yield child

    def value(self, *paths: str) -> str:
        """The text at the first of the paths that has any."""
        for path in paths:
            found = self.find(path)
            if found is not None and found.text:
                return found.text
        return ""


class ElementStream:
    """Yields elements when they end, as soon as `is_whole` says of an opened one that it is to be kept whole.

    Elements that are not kept whole are yielded when they open, without children, and again never.
    """

    def __init__(self, source: SourceFile, is_whole: Callable[[str, int], bool]) -> None:
        """`is_whole` is asked with the name and depth of every element that opens."""
        self._source = source
        self._is_whole = is_whole
        self._ready: list[tuple[Element, bool]] = []
        self._open: list[Element] = []
        self._depth = 0
        self._parts = 0
        self._bytes_each = 1
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.namespace_prefixes = True
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        self._parser.StartDoctypeDeclHandler = self._refuse_document_type
        self._parser.EntityDeclHandler = self._refuse_document_type

    def __iter__(self) -> Iterator[tuple[Element, bool]]:
        """Pairs of an element and whether it is whole. Raises FileRefused."""
        head = read_head(self._source)
        refuse_containers(head)
        self._bytes_each = 2 if head[:2] in (b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<") else 1
        fed = 0
        with self._source.path.open("rb") as stream:
            while block := stream.read(BLOCK_BYTES):
                fed += len(block)
                self._parse(block, is_final=False)
                start = self._open[0].offset if self._open else self._parser.CurrentByteIndex
                if fed - start > RECORD_BYTES + BLOCK_BYTES:
                    raise too_long(self._parser.CurrentLineNumber)
                yield from self._take()
            self._parse(b"", is_final=True)
            yield from self._take()

    def _take(self) -> Iterator[tuple[Element, bool]]:
        ready, self._ready = self._ready, []
        yield from ready

    def _parse(self, block: bytes, *, is_final: bool) -> None:
        try:
            self._parser.Parse(block, is_final)
        except expat.ExpatError as error:
            line = error.lineno
            if error.code == expat.errors.codes[expat.errors.XML_ERROR_UNKNOWN_ENCODING]:
                raise FileRefused(Problem(BAD_ENCODING, line=1)) from None
            if is_final:
                raise FileRefused(Problem(CUT_OFF, line=line)) from None
            raise FileRefused(Problem(NOT_XML, {"reason": expat.ErrorString(error.code)}, line)) from None
        except (LookupError, ValueError):
            raise FileRefused(Problem(BAD_ENCODING, line=1)) from None

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise FileRefused(Problem(TOO_DEEP, line=self._parser.CurrentLineNumber))
        space, local, _ = _parted(name)
        element = Element(local, space, self._parser.CurrentLineNumber, self._parser.CurrentByteIndex, attributes)
        if self._open:
            self._parts += 1
            if self._parts > _PARTS:
                raise too_long(self._open[0].line)
            self._open[-1].children.append(element)
            self._open.append(element)
        elif self._is_whole(local, self._depth):
            self._parts = 0
            self._open.append(element)
        else:
            self._ready.append((element, False))

    def _end(self, name: str) -> None:
        self._depth -= 1
        if not self._open:
            return
        element = self._open.pop()
        # The index is where the closing tag begins; the tag itself is the name as written and three marks.
        _, local, prefix = _parted(name)
        closing = len(f"</{prefix}:{local}>" if prefix else f"</{local}>")
        element.length = self._parser.CurrentByteIndex - element.offset + closing * self._bytes_each
        if not self._open:
            self._ready.append((element, True))

    def _text(self, data: str) -> None:
        if self._open:
            self._open[-1].texts.append(data)

    def _refuse_document_type(self, *_: object) -> NoReturn:
        raise FileRefused(Problem(DOCUMENT_TYPE, line=self._parser.CurrentLineNumber))


def _parted(name: str) -> tuple[str, str, str]:
    """Namespace, local name and prefix of a name as expat gives it: `local`, `space local` or `space local prefix`."""
    parts = name.split(" ")
    if len(parts) == 1:
        return "", parts[0], ""
    return parts[0], parts[1], parts[2] if len(parts) > 2 else ""
