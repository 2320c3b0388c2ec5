"""A JSON list of objects as records, read one by one from a bounded buffer, each with its place in the stored file.

Taken are a list, a list in an object (`{"data": [...]}`, `{"_embedded": {"orders": [...]}}`), and objects one after the
other (JSON Lines). Numbers stay text, so that no amount ever passes through a float; NaN, keys given twice and endless
nesting are refused.
"""

import codecs
from collections.abc import Iterator, Sequence
from dataclasses import replace
from json import JSONDecodeError
from typing import Any, Final, NoReturn

from payments.facts import FileRefused, Problem, SourceFile
from payments.tabular.containers import refuse_containers
from payments.tabular.encodings import NOT_AS_DECLARED, WRONG_BYTES, Encoding, detect
from payments.tabular.json_decoding import (
    DECODER,
    TWICE,
    BadJson,
    NumberText,
    behind_only_key,
    behind_space,
    depth_of,
)
from payments.tabular.limits import BLOCK_BYTES, NESTING, RECORD_BYTES
from payments.tabular.lines import read_head, too_long
from payments.wording import translatable

NOT_JSON: Final = translatable(
    "This is not valid JSON from character %(place)s of the line on. The file is damaged: download it again."
)
CUT_OFF: Final = translatable("The file ends in the middle of its JSON. It is cut off: download it again.")
TOO_DEEP: Final = translatable("The objects are nested too deeply. No statement is: download the file again.")
NO_OBJECT: Final = translatable("The list holds something that is not an object.")
NO_LIST: Final = translatable(
    "The file holds no list of entries in JSON, as this format does. Download it again as the provider offers it, or "
    "send it for the provider or bank account that it belongs to."
)
TWO_LISTS: Final = translatable("The file holds two lists, “%(first)s” and “%(second)s”: it is unclear which is meant.")

WRAPPERS: Final = frozenset(
    {"body", "content", "data", "details", "elements", "entries", "items", "list", "records", "result", "results"}
    | {"rows", "settlements", "transactions"}
)
"""Keys a provider puts its list under."""
EMBEDDED: Final = "_embedded"
"""What HAL calls the object that holds the list of an answer, under any key."""

JsonRecord = tuple[int, int, int, dict[str, Any], str]
"""Line number, byte offset, byte length, the object with its numbers as text, and its text."""


class JsonRecords:
    """The objects of a JSON file. `around` holds what stands beside the list, once all has been read."""

    def __init__(
        self, source: SourceFile, *, list_key: str = "", declared: str = "", home: str = "", lists: Sequence[str] = ()
    ) -> None:
        """`list_key` names the key of the list where a mapping knows it, `home` is the zone of whoever wrote the file.

        `lists` names several lists of which one object may hold any: they are read in turn, `within` says which, and
        further objects behind the first, the next pages of the answer, are read as well.
        Raises FileRefused for what is no text.
        """
        head = read_head(source)
        refuse_containers(head)
        encoding = detect(head, declared, home=home)
        self.encoding = Encoding("utf-8", encoding.bom) if encoding.codec == "ascii" else encoding
        self._declared = declared
        self.around: dict[str, Any] = {}
        self.count = 0
        """Objects met so far: the number of the one given last."""
        self._source = source
        self._lists = frozenset(lists)
        self._keys = self._lists or (frozenset({list_key}) if list_key else WRAPPERS)
        self.within = ""
        """The key of the list the object given last stands in, where there is one."""
        self._decode = codecs.getincrementaldecoder(self.encoding.codec)()
        self._text, self._at, self._byte, self._line = "", 0, self.encoding.bom, 1
        self._line_at = 0
        """Where in `_text` the line begins, below 0 once its beginning is passed and gone."""
        self._is_complete = self._is_embedded = False

    def records(self) -> Iterator[JsonRecord]:
        """Yield the objects in file order. Raises FileRefused."""
        with self._source.path.open("rb") as self._stream:
            self._stream.seek(self.encoding.bom)
            opening = self._peek()
            if opening == "[":
                yield from self._list()
            elif opening == "{":
                key = self._enter_wrapper()
                if key is None:
                    yield from self._objects()
                    return
                yield from self._wrapped(key)
                while self._lists and self._peek() == "{" and (key := self._enter_wrapper()):
                    yield from self._wrapped(key)
            else:
                raise FileRefused(Problem(NO_LIST, line=self._line))
            if self._peek():
                self._refuse(self._at)

    def _objects(self) -> Iterator[JsonRecord]:
        while self._peek():
            yield self._record()

    def _wrapped(self, key: str) -> Iterator[JsonRecord]:
        self.within = key
        yield from self._list()
        yield from self._leave_wrapper(key)

    def _list(self) -> Iterator[JsonRecord]:
        self._take("[")
        if self._peek() == "]":
            self._take("]")
            return
        while True:
            self._peek()
            yield self._record()
            if self._peek() == "]":
                self._take("]")
                return
            self._take(",")

    def _record(self) -> JsonRecord:
        line, offset = self._line, self._byte
        self.count += 1
        try:
            value, text = self._value()
        except FileRefused as refusal:
            raise FileRefused(replace(refusal.problem, record=self.count)) from None
        if not isinstance(value, dict):
            raise FileRefused(Problem(NO_OBJECT, line=line, record=self.count))
        if text.count("{") + text.count("[") > NESTING and depth_of(value) > NESTING:
            raise FileRefused(Problem(TOO_DEEP, line=line, record=self.count))
        return line, offset, self._byte - offset, value, text

    def _enter_wrapper(self) -> str | None:
        """Step to the list inside an object that wraps it, if it is one; everything before it must be small."""
        text, at = self._text, self._at + 1
        around: dict[str, Any] = {}
        try:
            while True:
                at = behind_space(text, at)
                if text[at] != '"':
                    return None
                key, at = DECODER.raw_decode(text, at)
                at = behind_space(text, at)
                if text[at] != ":":
                    return None
                at = behind_space(text, at + 1)
                if text[at] == "[" and key in self._keys:
                    break
                if text[at] == "{" and key == EMBEDDED and (list_at := behind_only_key(text, at + 1)):
                    self._is_embedded, at = True, list_at
                    break
                around[key], at = DECODER.raw_decode(text, at)
                at = behind_space(text, at)
                if text[at] != ",":
                    return None
                at += 1
        except (ValueError, IndexError, RecursionError):
            return None
        for other, value in around.items():
            if isinstance(value, list) and any(isinstance(entry, dict) for entry in value):
                raise FileRefused(Problem(TWO_LISTS, {"first": str(key), "second": other[:60]}, self._line))
        self.around = around
        self._advance(at - self._at)
        return str(key)

    def _leave_wrapper(self, first: str) -> Iterator[JsonRecord]:
        lists = {first}
        if self._is_embedded:
            self._take("}")
        while self._peek() == ",":
            self._take(",")
            self._peek()
            key, _ = self._value()
            if not isinstance(key, str) or isinstance(key, NumberText):
                self._refuse(self._at)
            self._peek()
            self._take(":")
            if key in self.around or key in lists:
                raise FileRefused(Problem(TWICE, {"key": key[:60]}, self._line, key[:60]))
            if self._peek() == "[" and key in self._lists:
                lists.add(key)
                self.within = key
                yield from self._list()
                continue
            value, _ = self._value()
            if isinstance(value, list) and any(isinstance(entry, dict) for entry in value):
                raise FileRefused(Problem(TWO_LISTS, {"first": first, "second": key[:60]}, self._line))
            self.around[key] = value
        self._take("}")

    def _value(self) -> tuple[Any, str]:
        while True:
            try:
                value, end = DECODER.raw_decode(self._text, self._at)
            except JSONDecodeError as error:
                if len(self._text) - self._at > RECORD_BYTES:
                    raise too_long(self._line) from None
                if self._fill():
                    continue
                self._refuse(error.pos, is_end=error.pos >= len(self._text))
            except BadJson as error:
                problem = error.problem
                raise FileRefused(Problem(problem.template, problem.values, self._line, problem.field)) from None
            except (RecursionError, ValueError):
                raise FileRefused(Problem(TOO_DEEP, line=self._line)) from None
            if end == len(self._text) and self._fill():
                continue
            text = self._text[self._at : end]
            if len(text) > RECORD_BYTES:
                raise too_long(self._line)
            self._advance(end - self._at)
            return value, text

    def _peek(self) -> str:
        """Pass over white space; the character behind it, or '' at the end of the file."""
        while True:
            self._advance(behind_space(self._text, self._at) - self._at)
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._fill():
                return ""

    def _take(self, expected: str) -> None:
        found = self._peek()
        if found != expected:
            self._refuse(self._at, is_end=not found)
        self._advance(1)

    def _advance(self, count: int) -> None:
        if count:
            passed = self._text[self._at : self._at + count]
            self._byte += count if passed.isascii() and not self.encoding.is_wide else self._size(passed)
            if "\n" in passed:
                self._line += passed.count("\n")
                self._line_at = self._at + passed.rindex("\n") + 1
            self._at += count

    def _size(self, text: str) -> int:
        return len(text.encode(self.encoding.codec))

    def _fill(self) -> bool:
        """Read another block; False at the end of the file."""
        if self._is_complete:
            return False
        chunk = self._stream.read(BLOCK_BYTES)
        self._is_complete = not chunk
        rest = self._text[self._at :]
        try:
            self._text = rest + self._decode.decode(chunk, final=not chunk)
        except UnicodeDecodeError as error:
            line = self._line + rest.count("\n") + error.object[: error.start].count(b"\n")
            template = NOT_AS_DECLARED if self.encoding.codec == self._declared else WRONG_BYTES
            raise FileRefused(Problem(template, {"encoding": self.encoding.shown}, line)) from None
        self._line_at -= self._at
        self._at = 0
        return True

    def _refuse(self, at: int, *, is_end: bool = False) -> NoReturn:
        """Refuse what stands in `_text` from `at` on."""
        line = self._line + self._text.count("\n", self._at, at)
        if is_end:
            raise FileRefused(Problem(CUT_OFF, line=line))
        line_at = self._text.rfind("\n", self._at, at) + 1 or self._line_at
        raise FileRefused(Problem(NOT_JSON, {"place": str(at - line_at + 1)}, line))
