"""Who buys: people of one market, most of whom buy once, and some again and again, each at a pace of their own.

After each purchase somebody stays away for good with a chance of their own, else comes back after an exponential time;
the paces are gamma distributed among people (the model known as BG/NBD). A bad beginning makes staying away likelier.
"""

from __future__ import annotations

import heapq
from datetime import datetime, timedelta
from random import Random
from typing import Final

from payments.simulator.journeys import Journey, Wish

_PACE_SHAPE: Final = 1.3
_PACE_SCALE_DAYS: Final = 26
_STAYS_AWAY_AT_FIRST: Final = 0.6
_STAYS_AWAY_LATER: Final = 0.22
_AFTER_A_FAILED_TRY: Final = 0.15
_AFTER_A_REFUND: Final = 0.22
_WITH_A_WALLET: Final = -0.08
_WALLETS: Final = frozenset({"toss-pay", "naver-pay", "paypay"})
_SHORTEST_DAYS: Final = 0.2
_KNOWN_AMONG_THOSE_WHO_LEAVE: Final = 0.4
_VISITED_BEFORE: Final = 0.15


class Clientele:
    """The buyers of one market, in the order of time."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._count = 0
        self._due: list[tuple[datetime, str]] = []
        self._paces: dict[str, float] = {}
        """Purchases a day of everybody who has bought."""
        self._buyers: list[str] = []
        self._visitors: list[str] = []
        """Who came and has not bought yet."""

    def who(self, wish: Wish, luck: Random) -> str:
        """The id of whoever has a wish: somebody whose time to come back it is, or somebody new."""
        if wish.will_pay:
            if self._due and self._due[0][0] <= wish.started_at:
                return heapq.heappop(self._due)[1]
            if self._visitors and luck.random() < _VISITED_BEFORE:
                return self._visitors.pop(luck.randrange(len(self._visitors)))
            return self._new()
        if not wish.campaign and self._buyers and luck.random() < _KNOWN_AMONG_THOSE_WHO_LEAVE:
            return luck.choice(self._buyers)
        visitor = self._new()
        if not wish.campaign:
            self._visitors.append(visitor)
        return visitor

    def _new(self) -> str:
        self._count += 1
        return f"{self._name}-{self._count:05d}"

    def learn(self, journey: Journey, luck: Random, *, is_refunded: bool) -> None:
        """Take in what became of somebody who wanted to pay: it decides whether and when they come back."""
        wish = journey.wish
        is_first = wish.customer not in self._paces
        if journey.paid_at is None:
            if is_first:
                self._visitors.append(wish.customer)
            else:
                self._expect(wish.customer, wish.started_at, luck.expovariate(self._paces[wish.customer]))
            return
        if is_first:
            self._buyers.append(wish.customer)
            self._paces[wish.customer] = max(0.002, luck.gammavariate(_PACE_SHAPE, 1 / _PACE_SCALE_DAYS))
        if luck.random() >= self._staying_away(journey, is_first=is_first, is_refunded=is_refunded):
            self._expect(wish.customer, journey.paid_at, luck.expovariate(self._paces[wish.customer]))

    def _staying_away(self, journey: Journey, *, is_first: bool, is_refunded: bool) -> float:
        share = _STAYS_AWAY_AT_FIRST if is_first else _STAYS_AWAY_LATER
        share += _AFTER_A_FAILED_TRY if journey.is_first_failed else 0
        share += _AFTER_A_REFUND if is_refunded else 0
        return share + (_WITH_A_WALLET if journey.wish.method in _WALLETS else 0)

    def _expect(self, customer: str, since: datetime, days: float) -> None:
        heapq.heappush(self._due, (since + timedelta(days=max(_SHORTEST_DAYS, days)), customer))
