"""The judge: how many of the planted breaks and real matches a reconciliation found, and what it made up.

Pure: it compares truth.json with a snapshot of any reconciliation and knows nothing of how that was made.

- A match is right when movement and line belong together; claimed twice, the second claim is wrong.
- A break is right when its party, kind and reference are: what identifies it depends on the kind (`break_key`).
- A movement that an event told of is known by its `event_key`: `capture:<provider key>`, or by the shop's own name.
- An empty denominator counts as 1: who finds nothing where nothing is has made no mistake.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any, Final, Protocol

from payments.simulator.truth import BreakTruth, PairTruth, Truth

BREAK_KINDS: Final = (
    "missing_on_statement",
    "missing_in_ledger",
    "missing_deposit",
    "amount",
    "currency",
    "duplicate",
    "fee",
    "residual",
    "unknown_kind",
    "ambiguous",
)
"""Every kind of domain.md, in its order."""


class MatchLike(Protocol):
    """A match as a snapshot tells it."""

    @property
    def provider(self) -> str:
        """Code of the provider."""

    @property
    def movement_key(self) -> str:
        """Our ledger's identity of the movement."""

    @property
    def line_identity(self) -> str:
        """Provider key of the line, else its line key."""


class BreakLike(Protocol):
    """A break as a snapshot tells it."""

    @property
    def party(self) -> str:
        """Code of the provider or bank account."""

    @property
    def layer(self) -> str:
        """transaction, settlement or deposit."""

    @property
    def kind(self) -> str:
        """The value of `BreakKind`."""

    @property
    def movement_key(self) -> str:
        """'' when it is about no movement."""

    @property
    def line_identity(self) -> str:
        """'' when it is about no line, or the line has no key."""

    @property
    def payout_key(self) -> str:
        """'' when it is about no payout."""

    @property
    def merchant_reference(self) -> str:
        """'' when it has none."""

    @property
    def booked_on(self) -> date | str:
        """The day it belongs to."""


class SnapshotLike(Protocol):
    """What a reconciliation says of the present."""

    @property
    def matches(self) -> Sequence[MatchLike]:
        """Confirmed pairs, by whatever rule."""

    @property
    def breaks(self) -> Sequence[BreakLike]:
        """Breaks that are not resolved."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Planted, found, and found rightly."""

    planted: int
    found: int
    right: int

    @property
    def precision(self) -> float:
        """Share of the found that are right."""
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        """Share of the planted that were found."""
        return self.right / self.planted if self.planted else 1.0


@dataclass(frozen=True, slots=True)
class Score:
    """The verdict."""

    matches: Figures
    breaks: Mapping[str, Figures]
    missed: Sequence[tuple[Hashable, ...]] = field(default_factory=list)
    """Keys of planted breaks and real pairs that were not found."""
    invented: Sequence[tuple[Hashable, ...]] = field(default_factory=list)
    """Keys of breaks and pairs that are none."""

    @property
    def false_confirmations(self) -> int:
        """Confirmed pairs that do not belong together or that a machine may not confirm."""
        return self.matches.found - self.matches.right

    @property
    def is_perfect(self) -> bool:
        """Whether everything was found and nothing made up."""
        return not self.missed and not self.invented

    def to_json(self) -> dict[str, Any]:
        """The verdict as the command prints it."""
        return {
            "matches": {
                "precision": self.matches.precision,
                "recall": self.matches.recall,
                "false_confirmations": self.false_confirmations,
            },
            "breaks": {
                kind: {
                    "planted": figures.planted,
                    "found": figures.found,
                    "precision": figures.precision,
                    "recall": figures.recall,
                }
                for kind, figures in self.breaks.items()
            },
        }


def score(truth: Truth, snapshot: SnapshotLike) -> Score:
    """Hold a snapshot against the truth."""
    names = _names(truth)
    real_pairs = Counter(pair_key(pair) for pair in truth.matches)
    found_pairs = Counter(pair_key(match, names) for match in snapshot.matches)
    planted, found = _by_kind(truth.breaks), _by_kind(snapshot.breaks, names)
    kinds = [*BREAK_KINDS, *sorted({*planted, *found} - set(BREAK_KINDS))]
    missed = list((real_pairs - found_pairs).elements())
    invented = list((found_pairs - real_pairs).elements())
    for kind in kinds:
        missed += (planted.get(kind, Counter()) - found.get(kind, Counter())).elements()
        invented += (found.get(kind, Counter()) - planted.get(kind, Counter())).elements()
    return Score(
        matches=_figures(real_pairs, found_pairs),
        breaks={kind: _figures(planted.get(kind, Counter()), found.get(kind, Counter())) for kind in kinds},
        missed=missed,
        invented=invented,
    )


Names = Mapping[tuple[str, str], str]
"""Movement keys of the truth by (provider, key of a movement that an event told of)."""


def _names(truth: Truth) -> Names:
    named = {(pair.provider, pair.event_key): pair.movement_key for pair in (*truth.matches, *truth.ambiguous)}
    return named | {(one.party, one.event_key): one.movement_key for one in truth.breaks if one.event_key}


def pair_key(pair: PairTruth | MatchLike, names: Names = MappingProxyType({})) -> tuple[Hashable, ...]:
    """What makes two pairs the same. Not the statement: a line listed in two of them matches by either."""
    movement_key = names.get((pair.provider, pair.movement_key), pair.movement_key)
    return ("match", pair.provider, movement_key, pair.line_identity)


def break_key(one: BreakTruth | BreakLike, names: Names = MappingProxyType({})) -> tuple[Hashable, ...]:
    """What makes two breaks the same: the reference a person would look for."""
    match one.kind:
        case "missing_on_statement":
            reference = names.get((one.party, one.movement_key), one.movement_key)
        case "missing_deposit":
            reference = one.payout_key
        case "residual" if _is_gap(one):
            reference = str(one.booked_on)
        case "residual":
            reference = one.payout_key
        case _:
            reference = one.line_identity or one.merchant_reference or one.payout_key
    return (one.kind, one.party, reference)


def _is_gap(one: BreakTruth | BreakLike) -> bool:
    """Whether a residual lies between two bank statements: it has no payout, only the day of the later statement."""
    return one.is_account if isinstance(one, BreakTruth) else one.layer == "deposit"


def _by_kind(
    breaks: Iterable[BreakTruth | BreakLike], names: Names = MappingProxyType({})
) -> dict[str, Counter[tuple[Hashable, ...]]]:
    counted: dict[str, Counter[tuple[Hashable, ...]]] = {}
    for one in breaks:
        counted.setdefault(str(one.kind), Counter())[break_key(one, names)] += 1
    return counted


def _figures(planted: Counter[tuple[Hashable, ...]], found: Counter[tuple[Hashable, ...]]) -> Figures:
    return Figures(planted.total(), found.total(), (planted & found).total())
