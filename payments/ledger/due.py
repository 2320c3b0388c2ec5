"""Which movements of a payment are yet to be posted, by the names under which its money was posted before; pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence

from payments.facts import MovementKind
from payments.ledger.money import FoldedMovement, MovementName, Word

Name = tuple[str, MovementKind, MovementName]
"""Provider's code, kind and name of a movement."""
Known = Collection[Name]
"""Those that are posted."""


def names_of(movement: FoldedMovement) -> list[Name]:
    """Every name by which the money of a movement may have been posted."""
    names = (movement.name, *movement.others, *(word.name for word in movement.words))
    return [(movement.provider, movement.kind, name) for name in names]


def due(movements: Sequence[FoldedMovement], known: Known) -> list[FoldedMovement]:
    """Those of which nothing is posted: neither under a name of theirs, nor on the shop's word.

    A word that was posted while its provider was silent stands for one movement of its amount; where there is none, for
    all that nobody else speaks of, and the fold shows when it is not their sum. Which one of equals it stands for does
    not matter, as long as it is one.
    """
    pools: dict[tuple[MovementKind, tuple[Word, ...]], list[FoldedMovement]] = defaultdict(list)
    for movement in movements:
        pools[movement.kind, movement.words].append(movement)
    return [each for (_, words), told in pools.items() for each in _besides(words, told, known)]


def _is_known(movement: FoldedMovement, known: Known) -> bool:
    return any((movement.provider, movement.kind, name) in known for name in (movement.name, *movement.others))


def _besides(words: Sequence[Word], told: Sequence[FoldedMovement], known: Known) -> list[FoldedMovement]:
    left = [each for each in told if not _is_known(each, known)]
    if not words:
        return left
    posted = Counter(abs(each.amount) for each in told) - Counter(abs(each.amount) for each in left)
    provider, kind = told[0].provider, told[0].kind
    is_summed_up, found = False, list[FoldedMovement]()
    # A word that was posted takes its equal out; one that was not speaks of what is posted, else of what is due.
    for word in sorted(words, key=lambda word: (provider, kind, word.name) not in known):
        is_posted = (provider, kind, word.name) in known
        if not is_posted and posted[word.amount]:
            posted[word.amount] -= 1
            continue
        same = next((place for place, each in enumerate(left) if abs(each.amount) == word.amount), None)
        if same is None:
            is_summed_up = is_summed_up or is_posted
        elif is_posted:
            del left[same]
        else:
            found.append(left.pop(same))
    return found if is_summed_up else found + left
