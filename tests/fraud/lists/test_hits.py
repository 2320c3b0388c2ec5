"""Which entries a payment's keys stand on, and when an entry counts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from config.staff.models import User
from fraud.features.models import KeyKind
from fraud.lists.hits import Hits, Keys, code_of
from fraud.lists.models import ListEntry, ListName
from fraud.lists.selectors import hits
from tests.fraud.rows import NOON
from tests.payments.valid_rows import row

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(hours=1)


def entry(list_name: int, kind: int, key: int, **changes: Any) -> int:
    """A row on a list; its id."""
    return int(row(ListEntry, list_name=list_name, kind=kind, key=key, **changes).pk)


def approved(**changes: Any) -> dict[str, Any]:
    """What an entry of the allow list has when it is in force."""
    return {"expires_at": LATER, "approved_by": row(User), "approved_at": NOON} | changes


def test_hits_come_in_the_order_asked_and_cost_one_query(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    blocked = entry(ListName.BLOCK, KeyKind.IP, -5)
    watched = entry(ListName.WATCH, KeyKind.IP, -5)
    allowed = entry(ListName.ALLOW, KeyKind.CUSTOMER, 7, **approved())
    asked: list[Keys] = [
        {KeyKind.IP: 5},
        {KeyKind.IP: -5, KeyKind.CUSTOMER: 7},
        {},
        {KeyKind.EMAIL: -5},
        {KeyKind.IP: -5},
    ]
    both = Hits((code_of(2, 4), code_of(3, 4)), (blocked, watched))
    for times in (1, 40):
        with django_assert_num_queries(1):
            found = hits(asked * times, NOON)
        assert found == [Hits(), Hits((17, 36, 52), (blocked, watched, allowed)), Hits(), Hits(), both] * times


def test_nothing_is_asked_about_nothing(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(0):
        assert hits([{}, {}], NOON) == [Hits(), Hits()]
        assert hits([], NOON) == []


@pytest.mark.parametrize(
    ("list_name", "changes", "counts"),
    [
        (ListName.BLOCK, {}, True),
        (ListName.BLOCK, {"expires_at": LATER}, True),
        (ListName.BLOCK, {"expires_at": NOON}, False),
        (ListName.BLOCK, {"removed_at": NOON}, False),
        (ListName.WATCH, {}, True),
        (ListName.ALLOW, {"expires_at": LATER}, False),
    ],
)
def test_an_entry_counts_while_it_is_in_force(list_name: int, changes: dict[str, Any], counts: bool) -> None:
    pk = entry(list_name, KeyKind.SHOP, 1, **changes)
    expected = Hits((code_of(list_name, KeyKind.SHOP),), (pk,)) if counts else Hits()
    assert hits([{KeyKind.SHOP: 1}], NOON) == [expected]


def test_an_approved_entry_of_the_allow_list_counts_until_it_expires() -> None:
    pk = entry(ListName.ALLOW, KeyKind.SHOP, 1, **approved())
    assert hits([{KeyKind.SHOP: 1}], NOON) == [Hits((23,), (pk,))]
    assert hits([{KeyKind.SHOP: 1}], LATER) == [Hits()]
