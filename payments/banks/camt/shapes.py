"""The shapes of entries: banks write thousands alike, so a shape is learned once, as one pattern that takes all texts.

An entry that comes here is well-formed and plain (see `runs`), so that a pattern of its own tags always takes it.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any, Final, NamedTuple

from payments.banks.camt.fields import TRANSACTION, Entry, Texts, keep
from payments.banks.camt.plain import Place, Plan, plan_of
from payments.facts import BankLineFact

MOST: Final = 48
"""Shapes that are learned of one file; one with more is read in the other way."""
_TAG: Final = re.compile(
    r"<(?:[\w.-]+:)?([\w.-]+)([^>\"']*(?:\"[^\"]*\"[^>\"']*|'[^']*'[^>\"']*)*)>[^<]*(</[^>]*>)?|</[^>]*>"
)
_CURRENCY: Final = re.compile(r"\sCcy\s*=\s*[\"']([^\"']*)")
_REFERENCE: Final = re.compile(r"&(?:(amp|lt|gt|quot|apos)|#(\d+)|#x([0-9A-Fa-f]+));", re.ASCII)
_NAMED: Final = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_AMOUNT: Final = "Amt"
_TEXT: Final = "([^<]*)"
_BETWEEN: Final = "[^<]*"


@dataclass(slots=True)
class Scope:
    """The entry itself, or one transaction in it: which groups of the pattern are its texts."""

    paths: list[str] = field(default_factory=list)
    groups: list[int] = field(default_factory=list)
    take: Callable[[Sequence[str]], Any] | None = None
    """Gives the texts of all groups at once; None where a path comes twice, or there are fewer than two."""

    def settle(self) -> None:
        """Find the quickest way, once all paths are known."""
        if len(self.paths) > 1 and len(set(self.paths)) == len(self.paths):
            self.take = itemgetter(*self.groups)

    def texts(self, found: Sequence[str]) -> Texts:
        """The texts by their paths."""
        if self.take is not None:
            return dict(zip(self.paths, self.take(found), strict=True))
        texts: Texts = {}
        for path, group in zip(self.paths, self.groups, strict=True):
            keep(texts, path, found[group])
        return texts


@dataclass(frozen=True, slots=True)
class Shape:
    """One shape: the pattern of its tags, and what its texts are."""

    pattern: re.Pattern[str]
    scopes: tuple[Scope, ...]
    """The entry, then its transactions."""
    currency: str

    plan: Plan | None
    """How its line is read the quick way, where that is possible."""

    def drawn(self, place: Place, written: str, found: re.Match[str]) -> "Drawn":
        """The texts of an entry of this shape, '' behind them."""
        groups: list[str] = list(map(str.strip, found.groups("")))
        if "&" in written:
            groups = [_REFERENCE.sub(_resolved, text) for text in groups]
        groups.append("")
        return Drawn(self, place, groups, written)


class Drawn(NamedTuple):
    """An entry as the texts of its shape."""

    shape: Shape
    place: Place
    texts: list[str]
    written: str

    def line(self, statement_key: str, currency: str) -> BankLineFact | None:
        """Its line, None where it is to be read with care; `currency` is that of the account."""
        plan = self.shape.plan
        if plan is None or currency != self.shape.currency:
            return None
        return plan.line(self.place, self.texts, statement_key)

    def entry(self) -> Entry:
        """Its fields by their paths."""
        texts, *transactions = [scope.texts(self.texts) for scope in self.shape.scopes]
        return Entry(*self.place, texts, transactions, self.shape.currency, self.written)


class Shapes:
    """The shapes met in one file, the latest first."""

    def __init__(self) -> None:
        self._known: list[Shape] = []
        self.is_full = False
        """True once more shapes were met than are learned."""

    def drawn(self, place: Place, written: str) -> Drawn:
        """The texts of an entry as it stands in the file."""
        for rank, shape in enumerate(self._known):
            found = shape.pattern.fullmatch(written)
            if found:
                if rank:
                    self._known.insert(0, self._known.pop(rank))
                return shape.drawn(place, written, found)
        shape = learned(written)
        found = shape.pattern.fullmatch(written)
        assert found is not None  # the pattern is made of these very tags
        self._known.insert(0, shape)
        self.is_full = len(self._known) >= MOST
        return shape.drawn(place, written, found)


def learned(written: str) -> Shape:
    """The shape of an entry."""
    scopes = [Scope()]
    outer: list[tuple[str, Scope]] = []
    path, scope, currency, end, count = "", scopes[0], "", 0, 0
    parts: list[str] = []
    for tag in _TAG.finditer(written):
        name, attributes, closing = tag.groups()
        if name is None:
            parts.append(re.escape(tag[0]) + _BETWEEN)
            if outer:
                path, scope = outer.pop()
            continue
        is_empty = attributes.endswith("/")
        opening = re.escape(written[tag.start() : tag.end(2) + 1])
        inner = f"{path}/{name}" if path else name
        if is_empty or closing is not None:
            scope.paths.append(inner)
            scope.groups.append(count)
            count += 1
            parts.append(opening + (f"(){_BETWEEN}" if is_empty else _TEXT) + re.escape(closing or "") + _BETWEEN)
            if inner == _AMOUNT and scope is scopes[0] and (found := _CURRENCY.search(attributes)):
                currency = currency or found[1]
            if is_empty and closing is not None and outer:  # it closes the element around the empty one
                path, scope = outer.pop()
            continue
        parts.append(opening + _BETWEEN)
        outer.append((path, scope))
        if name == TRANSACTION:
            path, scope = "", Scope()
            scopes.append(scope)
        elif end:
            path = inner
        end = 1
    for each in scopes:
        each.settle()
    is_plain = all(len(set(each.paths)) == len(each.paths) for each in scopes)
    places = [dict(zip(each.paths, each.groups, strict=True)) for each in scopes]
    plan = plan_of(places, currency) if is_plain else None
    return Shape(re.compile("".join(parts).removesuffix(_BETWEEN)), tuple(scopes), currency, plan)


def _resolved(found: re.Match[str]) -> str:
    if found[1]:
        return _NAMED[found[1]]
    return chr(int(found[2]) if found[2] else int(found[3], 16))
