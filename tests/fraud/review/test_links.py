"""What a case shares with others: a small picture of payments and keys, cut where it would show everything."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from fraud.features.models import Sighting
from fraud.labels.models import Label
from fraud.labels.selectors import truth_of
from fraud.review.pictures import Graph
from fraud.review.selectors.links import MOST_NODES, Links, graph_of, links_of, shown_in
from tests.fraud.review.cases import NOON, payment, seen
from tests.payments.valid_rows import row

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def pictured(links: Links, *, is_blind: bool) -> Graph:
    """As the page of a case draws it."""
    return graph_of(links, truth_of(shown_in(links)), is_blind=is_blind)


def shape(graph: Graph) -> set[tuple[str, str]]:
    """Its edges by label of the payment and kind of the key."""
    nodes = {node.id: node for node in graph.nodes}
    return {(nodes[payment].label, str(nodes[key].kind)) for payment, key in graph.edges}


def test_payments_are_linked_by_what_they_share_and_by_nothing_else() -> None:
    own, card, device, lone = (payment(f"A-{n}", of=f"c-{n}") for n in range(4))
    seen(own, instrument=1, device=2, ip=3, email=4, address=5, network=6)
    seen(card, instrument=1, network=6)
    seen(device, device=2, address=5, instrument=9)
    seen(lone, ip=2, network=6)  # the number of a device, as an address
    found = pictured(links_of([own.pk]), is_blind=False)
    assert shape(found) == {
        ("A-0", "2"), ("A-1", "2"), ("A-0", "3"), ("A-2", "3"), ("A-0", "6"), ("A-2", "6"),
    }  # fmt: skip
    assert not found.is_cut
    assert {node.label for node in found.nodes if node.is_of_case} == {"A-0"}
    assert [node.url for node in found.nodes if node.label == "A-1"] == [f"/payments/id/{card.pk}/"]


def test_payments_of_one_case_are_linked_with_each_other() -> None:
    first, second = payment("A-1"), payment("A-2")
    seen(first, ip=3, email=8)
    seen(second, ip=3)
    found = pictured(links_of([first.pk, second.pk]), is_blind=False)
    assert shape(found) == {("A-1", "4"), ("A-2", "4")}


def test_half_a_year_back_and_all_after_is_looked_at() -> None:
    own, old, new, late = (payment(f"A-{n}") for n in range(4))
    for each, at in ((own, NOON), (old, NOON - 180 * DAY), (new, NOON + 9 * DAY), (late, NOON - 181 * DAY)):
        seen(each, at=at, device=2)
    assert shape(pictured(links_of([own.pk]), is_blind=False)) == {("A-0", "3"), ("A-1", "3"), ("A-2", "3")}


def test_fraud_is_marked_but_for_that_of_a_blind_case() -> None:
    own, other = payment("A-1"), payment("A-2")
    for each in (own, other):
        seen(each, device=2)
        row(Label, payment_id=each.pk, is_fraud=True)
    marked = [
        {node.label for node in pictured(links_of([own.pk]), is_blind=blind).nodes if node.is_fraud}
        for blind in (False, True)
    ]
    assert marked == [{"A-1", "A-2"}, {"A-2"}]


def test_a_key_that_everybody_shares_adds_its_newest_and_says_so() -> None:
    own = payment("A-0")
    seen(own, ip=3)
    for number in range(1, 9):
        seen(payment(f"A-{number}"), ip=3, at=NOON - number * DAY)
    found = pictured(links_of([own.pk]), is_blind=False)
    assert {node.label for node in found.nodes if node.kind is None} == {f"A-{number}" for number in range(7)}
    assert found.is_cut


def test_several_tries_of_a_payment_are_one_payment() -> None:
    own, other = payment("A-1"), payment("A-2")
    for each in (own, own, other, other):
        seen(each, device=2)
    assert len(pictured(links_of([own.pk]), is_blind=False).edges) == 2


def test_a_payment_that_nobody_saw_is_linked_with_nothing() -> None:
    assert links_of([payment().pk]) == Links((payment("A-2").pk - 1,), {}, is_cut=False)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.integers(1, 30), min_size=1, max_size=30, unique=True),
    st.dictionaries(
        st.tuples(st.integers(2, 6), st.integers(1, 9)), st.sets(st.integers(1, 60), min_size=2, max_size=30)
    ),
)
def test_no_picture_is_larger_than_it_may_be_and_every_key_in_it_links(own: list[int], behind: Any) -> None:
    links = Links(tuple(own), {key: tuple(sorted(payments)) for key, payments in behind.items()}, is_cut=False)
    found = pictured(links, is_blind=False)
    assert len(found.nodes) <= MOST_NODES
    assert {payment for payment, _key in found.edges} | {key for _payment, key in found.edges} == {
        node.id for node in found.nodes
    }
    for node in found.nodes:
        if node.kind is not None:
            assert sum(key == node.id for _payment, key in found.edges) > 1


def test_links_read_the_index_of_their_key() -> None:
    Sighting.objects.bulk_create(
        Sighting(attempt_id=n, payment_id=n, at=NOON - n * DAY / 1_000, currency="KRW", device=n % 9_000, ip=n % 50)
        for n in range(1, 30_001)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE fraud_sighting")
    with CaptureQueriesContext(
        connection,
    ) as asked:
        links_of([17])
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {asked.captured_queries[-1]['sql']}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "Seq Scan" not in plan
    assert all(f"sighting_{name}" in plan for name in ("instrument", "device", "ip", "email", "address"))
