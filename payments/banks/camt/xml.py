"""XML read as a stream of small finished elements with their place in the file; document types are refused.

Python's expat is used because it tells the exact byte of every element, and because a document type is refused before
any entity could be declared, so there is nothing to expand and nothing outside to fetch.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, NoReturn
from xml.parsers import expat

from payments.facts import FileRefused, Problem, SourceFile
from payments.tabular.containers import refuse_containers
from payments.tabular.encodings import is_wide
from payments.tabular.limits import BLOCK_BYTES, RECORD_BYTES
from payments.tabular.lines import read_head, too_long
from payments.wording import translatable

NOT_XML: Final = translatable(
    "This is not valid XML from character %(place)s of the line on. The file is damaged: download it again."
)
CUT_OFF: Final = translatable("The file ends in the middle of its XML. It is cut off: download it again.")
DOCUMENT_TYPE: Final = translatable(
    "The file declares a document type or entities. Bank statements never do, and such declarations can attack the "
    "reader, so the file was refused."
)
TOO_DEEP: Final = translatable("The elements are nested too deeply. No statement is: download the file again.")
BAD_ENCODING: Final = translatable("The XML is written in an encoding that is not supported here. Save it as UTF-8.")

_DEEPEST: Final = 64
_PARTS: Final = 20_000
"""Elements kept inside one finished element."""
_ALIKE: Final = 100
"""Transactions kept of one entry: a batch may hold thousands, of which a line tells no more than this."""
_PLACED: Final = frozenset({"Amt", "TtlNtries", "TtlCdtNtries", "TtlDbtNtries"})
"""Elements whose own line a message may name; counting lines costs too much to do it for all."""
_NAMES: Final = 1000
_SPACE: Final = b" \t\r\n"
_MANY: Final = "TxDtls"
_UNREAD: Final = frozenset(
    {
        "AmtDtls",
        "CardTx",
        "CdtrAcct",
        "Chrgs",
        "CtctDtls",
        "DbtrAcct",
        "FinInstrmId",
        "Intrst",
        "OrgId",
        "Ownr",
        "PrvtId",
    }
    | {"PstlAdr", "Purp", "RltdAgts", "RltdDts", "RltdPric", "RltdQties", "Svcr", "Tax"}
)
"""Elements nothing is read from: they are passed over with all they hold."""


class Element:
    """One element with its children, found by their names."""

    __slots__ = ("attributes", "children", "length", "line", "name", "offset", "text")

    def __init__(self, name: str, line: int, attributes: dict[str, str], offset: int = 0, text: str = "") -> None:
        """`name` is without its namespace; `offset` the byte of the file it begins at, 0 inside another element."""
        self.name = name
        self.line = line
        """Where it stands; inside another element only for those a message may name, else the line of that one."""
        self.attributes = attributes
        self.offset = offset
        self.length = 0
        self.text = text
        """The text inside, trimmed; of an element with children only what follows the last of them."""
        self.children: dict[str, list[Element]] = {}

    def add(self, child: "Element") -> None:
        """Put an element inside, behind those that are there."""
        alike = self.children.get(child.name)
        if alike is None:
            self.children[child.name] = [child]
        else:
            alike.append(child)

    def find(self, path: str) -> "Element | None":
        """The first element at a path such as `Acct/Id/IBAN`."""
        name, _, rest = path.partition("/")
        alike = self.children.get(name)
        if alike is None:
            return None
        if not rest:
            return alike[0]
        for child in alike:
            found = child.find(rest)
            if found is not None:
                return found
        return None

    def all(self, path: str) -> list["Element"]:
        """All elements at a path."""
        name, _, rest = path.partition("/")
        alike = self.children.get(name)
        if alike is None:
            return []
        return [found for child in alike for found in child.all(rest)] if rest else alike

    def value(self, *paths: str) -> str:
        """The text at the first of the paths that has any."""
        for path in paths:
            found = self.find(path)
            if found is not None and found.text:
                return found.text
        return ""


class ElementStream:
    """Knows elements when they end, as soon as `is_whole` says of an opened one that it is to be kept whole.

    Elements that are not kept whole are yielded when they open, without children, and again never.
    """

    def __init__(self, source: SourceFile, is_whole: Callable[[str, int], bool]) -> None:
        """`is_whole` is asked with the name and depth of every element that opens."""
        self._source = source
        self._is_whole = is_whole
        self._ready: list[tuple[Element, bool]] = []
        self._open: list[Element] = []
        self._depth = 0
        self._passed_over = 0
        """How deep inside an element nothing is read from."""
        self._parts = self._alike = self._kept = 0
        self._texts: list[str] = []
        self._names: dict[str, str] = {}
        self._bytes_each = 1
        self._bytes_skipped = self._lines_skipped = 0
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.namespace_prefixes = True
        self._parser.buffer_text = True
        self._hear()
        self._parser.StartDoctypeDeclHandler = self._refuse_document_type
        self._parser.EntityDeclHandler = self._refuse_document_type

    def _hear(self) -> None:
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text

    @contextmanager
    def _unheard(self) -> Iterator[None]:
        """Let the parser read without a call for each element: it still refuses what is not well-formed."""
        self._parser.StartElementHandler = None
        self._parser.EndElementHandler = None
        self._parser.CharacterDataHandler = None
        yield
        self._hear()

    def _prepare(self) -> None:
        head = read_head(self._source)
        refuse_containers(head)
        self._bytes_each = 2 if head[:2] in (b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<") else 1
        # Space before the declaration is not allowed, but some banks write an empty line there.
        space = head[: len(head) - len(head.lstrip(_SPACE))]
        self._bytes_skipped, self._lines_skipped = len(space), space.count(b"\n")

    def _refuse_long(self, fed: int) -> None:
        if fed - self._parser.CurrentByteIndex > RECORD_BYTES + BLOCK_BYTES:
            raise too_long(self._line)

    @property
    def _line(self) -> int:
        return self._parser.CurrentLineNumber + self._lines_skipped

    def _take(self) -> Iterator[tuple[Element, bool]]:
        ready, self._ready = self._ready, []
        yield from ready

    def _parse(self, block: bytes, *, is_final: bool) -> None:
        try:
            self._parser.Parse(block, is_final)
        except expat.ExpatError as error:
            line = error.lineno + self._lines_skipped
            if error.code == expat.errors.codes[expat.errors.XML_ERROR_UNKNOWN_ENCODING]:
                raise FileRefused(Problem(BAD_ENCODING, line=1)) from None
            if is_final:
                raise FileRefused(Problem(CUT_OFF, line=line)) from None
            if line == 1 and is_wide(read_head(self._source)):
                raise FileRefused(Problem(BAD_ENCODING, line=1)) from None
            raise FileRefused(Problem(NOT_XML, {"place": str(error.offset + 1)}, line)) from None
        except (LookupError, ValueError):
            raise FileRefused(Problem(BAD_ENCODING, line=1)) from None

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise FileRefused(Problem(TOO_DEEP, line=self._line))
        if self._passed_over:
            self._passed_over += 1
            return
        local = self._names.get(name) or self._local(name)
        if not self._open:
            self._start_outside(local, attributes)
        elif local in _UNREAD or (local == _MANY and self._is_enough()):
            self._passed_over = 1
        else:
            self._parts += 1
            if self._parts > _PARTS:
                raise too_long(self._open[0].line)
            outer = self._open[-1]
            element = Element(local, self._line if local in _PLACED else outer.line, attributes)
            outer.add(element)
            self._open.append(element)
            self._texts.clear()

    def _start_outside(self, local: str, attributes: dict[str, str]) -> None:
        element = Element(local, self._line, attributes, self._parser.CurrentByteIndex + self._bytes_skipped)
        if self._is_whole(local, self._depth):
            self._parts = self._alike = self._kept = 0
            self._texts.clear()
            self._open.append(element)
        else:
            self._ready.append((element, False))

    def _is_enough(self) -> bool:
        self._alike += 1
        return self._alike > _ALIKE

    def _end(self, name: str) -> None:
        self._depth -= 1
        if self._passed_over:
            self._passed_over -= 1
        elif self._open:
            element = self._open.pop()
            if self._texts:
                element.text = "".join(self._texts).strip()
                self._texts.clear()
            if not self._open:
                # The index is where the closing tag begins; the tag itself is the name as written and three marks.
                end = self._parser.CurrentByteIndex + self._bytes_skipped
                element.length = end + (len(_written(name)) + 3) * self._bytes_each - element.offset
                self._ready.append((element, True))

    def _text(self, data: str) -> None:
        if self._open and not self._passed_over:
            self._kept += len(data)
            if self._kept > RECORD_BYTES:
                raise too_long(self._open[0].line)
            self._texts.append(data)

    def _local(self, name: str) -> str:
        """The name without its namespace, remembered."""
        if len(self._names) >= _NAMES:
            self._names.clear()
        self._names[name] = _parted(name)[1]
        return self._names[name]

    def _refuse_document_type(self, *_: object) -> NoReturn:
        raise FileRefused(Problem(DOCUMENT_TYPE, line=self._line))


def _parted(name: str) -> tuple[str, str, str]:
    """Namespace, local name and prefix of a name as expat gives it: `local`, `space local` or `space local prefix`."""
    parts = name.split(" ")
    if len(parts) == 1:
        return "", parts[0], ""
    return parts[0], parts[1], parts[2] if len(parts) > 2 else ""


def _written(name: str) -> str:
    """The name as the file has it, with its prefix."""
    _, local, prefix = _parted(name)
    return f"{prefix}:{local}" if prefix else local
