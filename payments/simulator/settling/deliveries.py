"""How statements reach us: on time, days late, wrong at first and corrected later, or twice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from payments.facts import LineKind
from payments.simulator.chance import chance
from payments.simulator.world import Document, Line, StatedPayout, Version

Payouts = Callable[[Sequence[Line]], list[StatedPayout]]


@dataclass(frozen=True, slots=True)
class Habits:
    """How reliable a provider is with its files."""

    late_share: float
    corrected_share: float
    copied_share: float
    longest_delay: int
    """Days after which a late or corrected file is there at the latest."""


@dataclass(frozen=True, slots=True)
class Draft:
    """One statement as the provider's books have it."""

    provider: str
    statement_key: str
    label: str
    booked_on: date
    delivered_on: date
    lines: list[Line]


def deliver(seed: int, draft: Draft, habits: Habits, payouts: Payouts) -> Document:
    """Return a statement with the versions in which it reaches us. `payouts` tells what given lines pay out."""
    generator = chance(seed, "delivery", draft.provider, draft.label)
    luck, delay = generator.random(), timedelta(days=generator.randint(1, habits.longest_delay))
    final = Version(1, draft.delivered_on, draft.lines, payouts(draft.lines))
    document = Document(draft.provider, draft.statement_key, draft.label, draft.booked_on, [final], payouts_of=payouts)
    if luck < habits.late_share:
        final.delivered_on += delay
        return document
    luck -= habits.late_share
    if luck < habits.corrected_share:
        wrong = distorted(generator, draft.lines)
        if wrong is not None:
            final.number, final.delivered_on = 2, draft.delivered_on + delay
            document.versions.insert(0, Version(1, draft.delivered_on, wrong, payouts(wrong)))
    elif luck - habits.corrected_share < habits.copied_share:
        document.copied_on = final.delivered_on + delay
    return document


def distorted(generator: Random, lines: Sequence[Line]) -> list[Line] | None:
    """The lines with one of them changed, forgotten or invented; None when there is no plain line to spoil."""
    places = [place for place, line in enumerate(lines) if _is_plain(line)]
    if len(places) < 2:
        return None
    place = generator.choice(places)
    line = lines[place]
    before, after = lines[:place], lines[place + 1 :]
    match generator.choice(("changed", "forgotten", "invented")):
        case "changed":
            return [*before, _with_other_amount(line), *after]
        case "forgotten":
            return [*before, *after]
        case _:
            return [*before, line, _stranger(generator, line), *after]


def _is_plain(line: Line) -> bool:
    movement = line.movement
    return (
        movement is not None
        and movement.fault is None
        and not movement.is_twin
        and movement.is_key_in_ledger
        and not line.is_copy
        and line.kind is LineKind.SALE
        and line.currency == line.net_currency
    )


def _with_other_amount(line: Line) -> Line:
    """The line with a gross a tenth higher; its fee stays, so until the correction that may be wrong too."""
    more = line.gross // 10 + 1
    return replace(line, gross=line.gross + more, gross_settled=line.gross_settled + more)


def _stranger(generator: Random, line: Line) -> Line:
    """A sale that never was: other keys, no movement."""
    key = _other_key(generator, line.provider_key)
    return replace(
        line,
        line_key=key or _other_key(generator, line.line_key),
        provider_key=key,
        payment_reference=_other_key(generator, line.payment_reference),
        merchant_reference=line.merchant_reference + "X",
        charges=replace(line.charges),
        movement=None,
    )


def _other_key(generator: Random, key: str) -> str:
    """A key of the same form: the last six characters are digits of its own."""
    return key and key[:-6] + f"{generator.randrange(10**6):06d}"
