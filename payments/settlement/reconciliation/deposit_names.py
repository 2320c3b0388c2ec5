"""Layer 3: what a bank line's text names: payouts by their key, providers by their name. Pure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from payments.settlement.reconciliation.deposit_parties import Claim, Credit, Marks

REFERENCE_BEFORE = timedelta(days=3)
REFERENCE_AFTER = timedelta(days=45)
"""A line that names a payout is believed this long around the payout date: a returned payout is sent again."""
SHORT_REFERENCE = 6
"""A shorter reference (a batch number) counts only behind the word *batch*: `380` alone may be anything."""
SHORTEST_MARK = 3
"""A shorter word is the name of nobody."""

_TOKEN = re.compile(r"[0-9A-Za-z]+")
_DATE = re.compile(r"(19|20)[0-9]{2}([-/.]?)[0-9]{2}\2[0-9]{2}")


@dataclass(slots=True)
class References:
    """Which lines name which payouts."""

    edges: list[tuple[int, int]] = field(default_factory=list)
    """Payout and line of one currency."""
    shared: set[int] = field(default_factory=set)
    """Payouts whose key is another provider's too, named by a line that does not say whose it means."""
    foreign: dict[int, int] = field(default_factory=dict)
    """Payout and the first line of another currency that names it."""


class Speaking:
    """Tells which providers a line names; each line is read once."""

    def __init__(self, marks: Marks) -> None:
        self._patterns = {
            provider_id: re.compile("|".join(_word(mark) for mark in words), re.IGNORECASE)
            for provider_id, all_words in marks.items()
            if (words := [word for word in all_words if len(word) >= SHORTEST_MARK])
        }
        self._told: dict[int, frozenset[int]] = {}

    def of(self, line: Credit) -> frozenset[int]:
        """Return the providers that the text or the counterparty of a line names."""
        if line.id not in self._told:
            text = f"{line.text} {line.counterparty}"
            self._told[line.id] = frozenset(
                provider_id for provider_id, pattern in self._patterns.items() if pattern.search(text)
            )
        return self._told[line.id]


def names(text: str, key: str) -> bool:
    """Whether a remittance text names a payout reference as a whole word.

    A date never does: it is the key of payouts without one of their own, and stands in the rent's text as well.
    """
    if _DATE.fullmatch(key):
        return False
    word = _word(key.upper())
    if len(key) < SHORT_REFERENCE:
        word = rf"BATCH\W{{0,3}}{word}"
    return re.search(word, text.upper()) is not None


def references(claims: Sequence[Claim], credits: Sequence[Credit], speaking: Speaking) -> References:
    """Return which lines name which payouts, inside the time in which a reference is believed."""
    token_of = {claim.id: _longest_token(claim.key) for claim in claims if not _DATE.fullmatch(claim.key)}
    by_token: dict[str, list[Credit]] = defaultdict(list)
    wanted = set(token_of.values())
    for line in credits:
        for token in wanted.intersection(_TOKEN.findall(line.text.upper())):
            by_token[token].append(line)
    named: dict[tuple[int, str], list[Claim]] = defaultdict(list)
    for claim in claims:
        for line in by_token.get(token_of.get(claim.id, ""), []):
            is_near = claim.paid_on - REFERENCE_BEFORE <= line.booked_on <= claim.paid_on + REFERENCE_AFTER
            if is_near and names(line.text, claim.key):
                named[line.id, claim.key.upper()].append(claim)
    found = References()
    line_by_id = {line.id: line for line in credits}
    for (line_id, _), candidates in named.items():
        _judge(found, line_by_id[line_id], candidates, speaking)
    return found


def _judge(found: References, line: Credit, candidates: list[Claim], speaking: Speaking) -> None:
    """Keep the payouts of the one provider that a line means; of the providers that share a key it means one."""
    own = [claim for claim in candidates if claim.currency == line.currency]
    meant = _of_one_provider(own or candidates, line, speaking)
    if not meant:
        found.shared |= {claim.id for claim in own or candidates}
    elif own:
        found.edges += [(claim.id, line.id) for claim in meant]
    else:
        for claim in meant:
            found.foreign.setdefault(claim.id, line.id)


def _of_one_provider(candidates: list[Claim], line: Credit, speaking: Speaking) -> list[Claim]:
    """Return the candidates of the provider that the line names, else of the one whose amount it has, else none."""
    if len({claim.provider_id for claim in candidates}) == 1:
        return candidates
    told = speaking.of(line)
    left = [claim for claim in candidates if claim.provider_id in told] or candidates
    if len({claim.provider_id for claim in left}) > 1:
        left = [claim for claim in left if (claim.amount, claim.currency) == (line.amount, line.currency)]
    return left if len({claim.provider_id for claim in left}) == 1 else []


def _longest_token(key: str) -> str:
    """The part of a key by which the lines that may name it are found; '' when it has none."""
    return max(_TOKEN.findall(key.upper()), key=len, default="")


def _word(text: str) -> str:
    """A pattern for a text that no Latin letter or digit continues; Korean and Japanese write words without gaps."""
    return rf"(?<![0-9A-Za-z]){re.escape(text)}(?![0-9A-Za-z])"
