"""How linked payments are drawn: payments and what they share in columns, the same in a table beside the picture."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from fraud.features.models import KeyKind
from fraud.review.pictures import Graph, Node

_ROW: Final = 26
_TOP: Final = 18
_CASE_X, _KEY_X, _OTHER_X, _WIDTH = 170, 285, 570, 750
_HALF_KEY: Final = 85
_LETTERS: Final = 24
KINDS: Final = {kind.value: kind.label for kind in KeyKind}


@dataclass(frozen=True, slots=True)
class Dot:
    """One node at its place."""

    node: Node
    x: int
    y: int
    words: str
    """Short enough for its column; the whole label is in the title."""

    @property
    def text_x(self) -> int:
        """Where the words end (payments of the case) or begin."""
        return self.x - 12 if self.node.is_of_case else self.x + 12

    @property
    def text_y(self) -> int:
        """The line on which the words stand."""
        return self.y + 4

    @property
    def fraud_x(self) -> int:
        """Left edge of the square that stands on its corner where the payment was fraud."""
        return self.x - 6

    @property
    def fraud_y(self) -> int:
        """Its upper edge."""
        return self.y - 6

    @property
    def box_x(self) -> int:
        """Left edge of a key's box."""
        return self.x - _HALF_KEY

    @property
    def box_y(self) -> int:
        """Upper edge of a key's box."""
        return self.y - 10


@dataclass(frozen=True, slots=True)
class Stroke:
    """One edge."""

    x1: int
    y1: int
    x2: int
    y2: int
    is_of_case: bool
    is_fraud: bool


@dataclass(frozen=True, slots=True)
class Shared:
    """One row of the table: something that payments share, with those payments."""

    kind: object
    label: str
    of_case: tuple[Node, ...]
    others: tuple[Node, ...]
    fraud_count: int


@dataclass(frozen=True, slots=True)
class Drawn:
    """The picture and its table."""

    payments: tuple[Dot, ...]
    keys: tuple[Dot, ...]
    strokes: tuple[Stroke, ...]
    height: int
    rows: tuple[Shared, ...]
    is_cut: bool
    width: int = _WIDTH
    key_width: int = 2 * _HALF_KEY


def drawn(graph: Graph) -> Drawn | None:
    """Payments of the case left, what they share in the middle, the others right; None without anything shared."""
    keys = [node for node in graph.nodes if node.kind is not None]
    if not keys:
        return None
    payments = [node for node in graph.nodes if node.kind is None]
    of_case = [node for node in payments if node.is_of_case]
    others = [node for node in payments if not node.is_of_case]
    tallest = max(len(of_case), len(keys), len(others))
    height = 2 * _TOP + (tallest - 1) * _ROW
    places = {
        dot.node.id: dot
        for nodes, x in ((of_case, _CASE_X), (keys, _KEY_X + _HALF_KEY), (others, _OTHER_X))
        for dot in _column(nodes, x, height)
    }
    strokes = tuple(
        _stroke(places[payment], places[key]) for payment, key in graph.edges if payment in places and key in places
    )
    return Drawn(
        tuple(places[node.id] for node in payments), tuple(places[node.id] for node in keys), strokes, height,
        tuple(_rows(keys, payments, graph.edges)), graph.is_cut,
    )  # fmt: skip


def _column(nodes: list[Node], x: int, height: int) -> Iterable[Dot]:
    """Evenly from top to bottom, a short column in the middle."""
    first = (height - (len(nodes) - 1) * _ROW) // 2
    for number, node in enumerate(nodes):
        words = f"{KINDS[node.kind]} {node.label}" if node.kind else node.label
        yield Dot(node, x, first + number * _ROW, _short(words))


def _short(words: str) -> str:
    """Head and tail of what is too long for its column."""
    return words if len(words) <= _LETTERS else f"{words[: _LETTERS - 7]}…{words[-6:]}"


def _stroke(payment: Dot, key: Dot) -> Stroke:
    side = -_HALF_KEY if payment.node.is_of_case else _HALF_KEY
    return Stroke(payment.x, payment.y, key.x + side, key.y, payment.node.is_of_case, payment.node.is_fraud)


def _rows(keys: list[Node], payments: list[Node], edges: tuple[tuple[str, str], ...]) -> Iterable[Shared]:
    by_key: dict[str, set[str]] = {}
    for payment_id, key_id in edges:
        by_key.setdefault(key_id, set()).add(payment_id)
    for key in keys:
        linked = [node for node in payments if node.id in by_key.get(key.id, set())]
        yield Shared(
            KINDS.get(key.kind or 0, ""),
            key.label,
            tuple(node for node in linked if node.is_of_case),
            tuple(node for node in linked if not node.is_of_case),
            sum(node.is_fraud for node in linked),
        )
