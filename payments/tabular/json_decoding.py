"""How one JSON value is decoded: numbers stay text, keys come once, and what JSON does not allow is refused."""

from json import JSONDecoder
from typing import Any, Final, NoReturn

from payments.facts import Problem
from payments.wording import translatable

TWICE: Final = translatable("The key “%(key)s” is there twice in one object, so it is unclear which value is meant.")
NO_NUMBER: Final = translatable("“%(text)s” is not a number JSON allows.")


class NumberText(str):
    """A number exactly as the file writes it."""

    __slots__ = ()


class BadJson(ValueError):
    """A value that is JSON by its letters, and still cannot be taken."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise BadJson(Problem(TWICE, {"key": key[:60]}, field=key[:60]))
            seen.add(key)
    return found


def _refuse_constant(text: str) -> NoReturn:
    raise BadJson(Problem(NO_NUMBER, {"text": text}))


DECODER: Final = JSONDecoder(
    object_pairs_hook=_unique, parse_float=NumberText, parse_int=NumberText, parse_constant=_refuse_constant
)


_SPACE: Final = " \t\r\n"


def behind_space(text: str, at: int) -> int:
    """Where the next character stands that is no white space."""
    length = len(text)
    while at < length and text[at] in _SPACE:
        at += 1
    return at


def behind_only_key(text: str, at: int) -> int:
    """Where the list of an embedding object begins; 0 when its first key has none. Raises ValueError, IndexError."""
    _, at = DECODER.raw_decode(text, behind_space(text, at))
    at = behind_space(text, at)
    if text[at] != ":":
        return 0
    at = behind_space(text, at + 1)
    return at if text[at] == "[" else 0


def depth_of(value: Any) -> int:
    """How deeply objects and lists are nested; the decoder has bounded it already."""
    deepest, pending = 0, [(value, 1)]
    while pending:
        inner, depth = pending.pop()
        deepest = max(deepest, depth)
        if isinstance(inner, dict):
            pending.extend((entry, depth + 1) for entry in inner.values() if isinstance(entry, (dict, list)))
        elif isinstance(inner, list):
            pending.extend((entry, depth + 1) for entry in inner if isinstance(entry, (dict, list)))
    return deepest
