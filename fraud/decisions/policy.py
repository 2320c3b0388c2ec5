"""What is done with a payment, from what rules, lists and score say of it, and when they cannot be asked; pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from fraud.lists.hits import Hits
from fraud.rules.given import Fired
from fraud.scoring.scorer import Scored

ALLOW, REVIEW, STEP_UP, BLOCK = 0, 1, 2, 3
"""Outcomes, as `fraud.assessments.models` numbers them."""
NOTHING, RULE, LIST, SCORE, POLICY = 0, 1, 2, 3, 4
"""What made them."""
LATEST: Final = timedelta(days=7)
"""What is told later than this after it happened is decided for the record alone: its goods have left."""
_RULE_STEP_UP, _RULE_ALLOW, _RULE_BLOCK, _RULE_REVIEW = 1, 2, 3, 4
_ALLOW_LIST, _BLOCK_LIST, _WATCH_LIST = 1, 2, 3
_WORDS: Final = {"allow": ALLOW, "review": REVIEW, "block": BLOCK}

Bands = Mapping[str, Sequence[tuple[int | None, str]]]
"""By currency, and `default` for every other: up to how many minor units (None: any amount) what is done."""


class Outcome(NamedTuple):
    """What is done, and what made it."""

    outcome: int
    basis: int


class Bounds(NamedTuple):
    """What a hold must not outlast."""

    authorization_expires_at: datetime | None
    promised_ship_at: datetime | None


def decide(fired: Fired, hits: Hits, score: Scored | None) -> Outcome:
    """What is done: ask for more proof before allow, block and review, in this order; the score comes last."""
    for action, list_name, outcome in (
        (_RULE_STEP_UP, None, STEP_UP),
        (_RULE_ALLOW, _ALLOW_LIST, ALLOW),
        (_RULE_BLOCK, _BLOCK_LIST, BLOCK),
        (_RULE_REVIEW, _WATCH_LIST, REVIEW),
    ):
        if fired.action == action:
            return Outcome(outcome, RULE)
        if list_name is not None and hits.has(list_name):
            return Outcome(outcome, LIST)
    if score is not None and score.score_ppm >= score.block_from_ppm:
        return Outcome(BLOCK, SCORE)
    if score is not None and score.score_ppm >= score.review_from_ppm:
        return Outcome(REVIEW, SCORE)
    return Outcome(ALLOW, NOTHING)


def when_down(amount: int, currency: str, bands: Bands) -> Outcome:
    """What is done with an amount (minor units) while nobody can be asked."""
    return Outcome(_WORDS[word_of(amount, currency, bands)], POLICY)


def word_of(amount: int, currency: str, bands: Bands) -> str:
    """The word of the first band that an amount, in minor units, is not above."""
    return next(word for limit, word in bands.get(currency, bands["default"]) if limit is None or amount <= limit)


def is_drawn(payment_id: int, sample_ppm: int) -> bool:
    """Whether an allowed payment is in the random sample: by its number, so that asking twice draws once."""
    digest = hashlib.blake2b(f"sample {payment_id}".encode(), digest_size=8).digest()
    return int.from_bytes(digest) % 1_000_000 < sample_ppm


def deadline(now: datetime, bounds: Bounds, *, at_most: timedelta, margin: timedelta) -> datetime:
    """When the clock ends a hold: some time before the authorization lapses, before the goods are promised to ship, and
    at most so long. A promise that has passed bounds nothing any more."""
    limits = [now + at_most]
    if bounds.promised_ship_at is not None and bounds.promised_ship_at > now:
        limits.append(bounds.promised_ship_at)
    if bounds.authorization_expires_at is not None:
        limits.append(max(bounds.authorization_expires_at - margin, now))
    return min(limits)
