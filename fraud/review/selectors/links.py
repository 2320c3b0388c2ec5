"""Payments linked to those of a case by a shared card, device, IP, e-mail or shipping address."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from django.db import connection
from django.urls import reverse

from fraud.features.models import KeyKind
from fraud.labels.selectors import Truth
from fraud.review.pictures import Graph, Node
from payments.ledger.models import Payment
from payments.ledger.services.tables import array

LOOKBACK: Final = timedelta(days=180)
MOST_NODES: Final = 40
MOST_OWN: Final = 12
"""Of the payments of the case; a burst of card testing has hundreds that say the same."""
AN_KEY_SHOWS: Final = 6
"""Payments beside those of the case that one key adds: a carrier's address would show nothing else."""
READ: Final = 60
"""Sightings of a key that are looked at, the newest; several may be of one payment."""
COLUMNS: Final = {
    KeyKind.INSTRUMENT: "instrument",
    KeyKind.DEVICE: "device",
    KeyKind.IP: "ip",
    KeyKind.EMAIL: "email",
    KeyKind.ADDRESS: "address",
}
"""What links, the telling before the common: in this order keys get their place in the picture."""

# One branch for each kind, so that each is a range of its own partial index.
_OF_ONE_KIND: Final = """
SELECT {kind} AS kind, k.{column} AS key, f.payment_id, f.at
  FROM (SELECT DISTINCT {column} FROM fraud_sighting
         WHERE payment_id = ANY(%(own)s::bigint[]) AND {column} IS NOT NULL) k
 CROSS JOIN LATERAL (
       SELECT payment_id, at FROM fraud_sighting WHERE {column} = k.{column}
          AND at >= (SELECT min(at) - %(lookback)s::interval FROM fraud_sighting
                      WHERE payment_id = ANY(%(own)s::bigint[]))
        ORDER BY at DESC LIMIT {read}) f
"""
_LINKS: Final = " UNION ALL ".join(
    _OF_ONE_KIND.format(kind=kind.value, column=column, read=READ) for kind, column in COLUMNS.items()
)

Key = tuple[int, int]
"""(kind, key)."""


class _Link(NamedTuple):
    kind: int
    key: int
    payment_id: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Links:
    """Which payments stand behind which keys."""

    own: tuple[int, ...]
    """Payments of the case."""
    payments_of: Mapping[Key, tuple[int, ...]]
    """Payments that share a key, those of the case first, then the newest; keys of one payment alone are left out."""
    is_cut: bool

    @property
    def others(self) -> set[int]:
        """Payments beside those of the case."""
        return {payment for payments in self.payments_of.values() for payment in payments} - set(self.own)


def links_of(payment_ids: Sequence[int]) -> Links:
    """What the payments of a case share with each other, and with others from 180 days before them on; one query."""
    own = tuple(payment_ids)
    with connection.cursor() as cursor:
        cursor.execute(_LINKS, {"own": array("bigint", own), "lookback": f"{LOOKBACK.days} days"})
        found = [_Link(*row) for row in cursor.fetchall()]
    behind: dict[Key, dict[int, None]] = defaultdict(dict)
    for link in sorted(found, key=lambda link: (link.payment_id not in own, -link.at.timestamp(), -link.payment_id)):
        behind[link.kind, link.key][link.payment_id] = None
    shared = {key: tuple(payments) for key, payments in behind.items() if len(payments) > 1}
    is_full = any(count >= READ for count in _counts(found).values())
    return Links(own, dict(sorted(shared.items(), key=lambda each: (each[0][0], len(each[1])))), is_full)


def _counts(links: Iterable[_Link]) -> dict[Key, int]:
    counts: dict[Key, int] = defaultdict(int)
    for link in links:
        counts[link.kind, link.key] += 1
    return counts


def shown_in(links: Links) -> list[int]:
    """Payments that the picture of some links has a node for."""
    return list(dict.fromkeys(payment for payment, _key in _edges(links)[0]))


def graph_of(links: Links, truths: Mapping[int, Truth], *, is_blind: bool) -> Graph:
    """Links as a picture of at most 40 nodes; in a blind case nothing is said of the case's own payments.

    `truths` are what the payments shown turned out to be.
    """
    edges, is_cut = _edges(links)
    shown = dict.fromkeys(payment for payment, _key in edges)
    frauds = {payment for payment, truth in truths.items() if truth.is_fraud}
    if is_blind:
        frauds -= set(links.own)
    references = dict(Payment.objects.filter(pk__in=shown).values_list("pk", "merchant_reference"))
    nodes = [
        Node(
            id=f"p{payment}", kind=None, label=references.get(payment, str(payment)),
            url=reverse("payments:payment_by_id", args=[payment]),
            is_of_case=payment in links.own, is_fraud=payment in frauds,
        )
        for payment in shown
    ]  # fmt: skip
    keys = dict.fromkeys(key for _payment, key in edges)
    nodes += [Node(_key_id(key), key[0], key_label(key[1]), "", is_of_case=False, is_fraud=False) for key in keys]
    return Graph(tuple(nodes), tuple((f"p{payment}", _key_id(key)) for payment, key in edges), is_cut)


def _edges(links: Links) -> tuple[list[tuple[int, Key]], bool]:
    """Pairs of payment and key as long as there is room, and whether there was not."""
    edges: list[tuple[int, Key]] = []
    shown: set[object] = set()
    own = set(links.own[:MOST_OWN])
    is_cut = links.is_cut or len(links.own) > MOST_OWN
    for key, payments in links.payments_of.items():
        beside = [payment for payment in payments if payment not in links.own]
        wanted = [payment for payment in payments if payment in own] + beside[:AN_KEY_SHOWS]
        is_cut = is_cut or len(beside) > AN_KEY_SHOWS
        if len(wanted) < 2 or len(shown | {key, *wanted}) > MOST_NODES:
            is_cut = is_cut or len(wanted) > 1
            continue
        shown |= {key, *wanted}
        edges += [(payment, key) for payment in wanted]
    return edges, is_cut


def _key_id(key: Key) -> str:
    return f"k{key[0]}.{key[1]}"


def key_label(key: int) -> str:
    """A key as people tell it from others: the first digits of its hash."""
    return f"{key & (2**64 - 1):016x}"[:6]
