"""Versions on screen: who posted which, what changed between two with both values, and what that reopened."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from config.staff.roles import Role
from payments.settlement.models import Payout, Statement
from payments.settlement.selectors.versions import changes_between
from payments.settlement.services import imports
from payments.settlement.services.reconcile import reconcile_everything
from tests.cast import person
from tests.payments.settlement.arrivals import Desk, adyen
from tests.payments.settlement.split_reports import part_of_batch, read_parts
from tests.payments.settlement.test_posting_parts import page, toss

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(client: Client) -> Client:
    """Somebody who may look."""
    client.force_login(person(Role.AUDITOR))
    return client


def two_versions(desk: Desk) -> tuple[Statement, Statement]:
    """A statement of a, b, c, and its correction: a as before, b with another amount, c gone, d new."""
    provider = toss()
    desk.take(
        provider,
        "movement_key,provider_key,payment_reference,merchant_reference,kind,amount,currency,occurred_at,method\n"
        + "".join(f"m-{key},tx-{key},,o-{key},capture,10000,KRW,2026-07-01T10:00:00+09:00,card\n" for key in "abc"),
        "ledger.csv",
        kind="movements",
    )
    desk.take(provider, page("a", "b", "c"), "s.json")
    reconcile_everything()
    rows = page("a", "d").rstrip("]") + ", " + page("b").lstrip("[").replace("10000", "12000").replace("9780", "11780")
    desk.take(provider, rows, "s_v2.json")
    reconcile_everything()
    first, second = Statement.objects.order_by("version")
    return first, second


def shown(client: Client, old: Statement, new: Statement, **query: str) -> Any:
    return client.get(reverse("settlement:version_changes", args=[old.pk, new.pk]), query)


def test_added_gone_and_changed_lines_with_both_values(reader: Client, desk: Desk) -> None:
    old, new = two_versions(desk)
    page_shown = shown(reader, old, new)
    rows = {
        row.record.provider_key: (row.record.what, row.record.net_before, row.record.net_after)
        for row in page_shown.context["table"].rows
    }
    assert rows == {
        "tx-b": ("changed", 9780, 11780),
        "tx-c": ("gone", 9780, None),
        "tx-d": ("added", None, 9780),
    }
    assert page_shown.context["changes"].same_count == 1
    # The other way round is the same, turned around.
    back = {row.record.provider_key: row.record.what for row in shown(reader, new, old).context["table"].rows}
    assert back == {"tx-b": "changed", "tx-c": "added", "tx-d": "gone"}


def test_filters_and_export(reader: Client, desk: Desk) -> None:
    old, new = two_versions(desk)
    assert [row.record.provider_key for row in shown(reader, old, new, what="gone").context["table"].rows] == ["tx-c"]
    assert [row.record.what for row in shown(reader, old, new, q="o-d").context["table"].rows] == ["added"]
    assert len(shown(reader, old, new, kind="2").context["table"].rows) == 0
    exported = shown(reader, old, new, format="csv")
    rows = list(csv.DictReader(io.StringIO(exported.getvalue().decode("utf-8-sig"))))
    assert sorted((row["What"], row["Net before"], row["Net after"]) for row in rows) == [
        ("Added", "", "9780"),
        ("Changed", "9780", "11780"),
        ("Gone", "9780", ""),
    ]


def test_what_it_reopened_is_told(reader: Client, desk: Desk) -> None:
    old, new = two_versions(desk)
    reopened = shown(reader, old, new).context["reopened"]
    # b is matched again at once, with a difference; c waits.
    assert (reopened.count, [each.movement_key for each in reopened.movements]) == (2, ["m-b", "m-c"])
    assert {(event.verb, event.on_break.kind) for event in reopened.events} >= {("opened", "amount")}


def test_who_posted_which_version_and_when(reader: Client, desk: Desk) -> None:
    provider, clerk = toss(), person(Role.FINANCE)
    received = imports.advance(desk.receive(provider, page("a"), "s.json").pk)
    imports.commit(received, by=clerk)
    desk.take(provider, page("a", "b"), "s_v2.json")
    first = Statement.objects.get(version=1)
    found = reader.get(reverse("settlement:versions", args=[first.pk])).context["found"]
    assert [(each.row.version, each.posted_by, each.committed_at is not None) for each in found.rows] == [
        (2, "", False),
        (1, str(clerk), True),
    ]
    assert found.rows[0].earlier_id == first.pk
    assert found.parts is None


def test_only_versions_of_one_statement_are_compared(reader: Client, desk: Desk) -> None:
    old, _new = two_versions(desk)
    other = Statement.objects.create(
        provider=old.provider, statement_key="other", sha256="0" * 64, file_import=old.file_import, version=1,
        is_current=True, booked_on=old.booked_on, period_from=old.booked_on, period_to=old.booked_on, line_count=0,
    )  # fmt: skip
    assert shown(reader, old, other).status_code == 404
    assert shown(reader, old, old).status_code == 404
    assert reader.get(reverse("settlement:versions", args=[0])).status_code == 404


def test_equal_lines_are_counted(desk: Desk) -> None:
    provider = toss()
    desk.take(provider, page("a", "a", "b"), "s.json")
    desk.take(provider, page("b", "a"), "s_v2.json")
    old, new = Statement.objects.order_by("version")
    found = changes_between(old, new)
    assert (len(found.added), len(found.gone), found.changed) == (0, 1, {})


@pytest.mark.parametrize("size", [3, 120])
def test_a_known_number_of_queries(reader: Client, desk: Desk, size: int) -> None:
    provider = toss()
    keys = [f"k{number}" for number in range(size)]
    desk.take(provider, page(*keys), "s.json")
    desk.take(provider, page("k0", *[f"n{number}" for number in range(size)]), "s_v2.json")
    reconcile_everything()
    old, new = Statement.objects.order_by("version")
    for address, most in (
        (reverse("settlement:versions", args=[new.pk]), 7),
        (reverse("settlement:version_changes", args=[old.pk, new.pk]), 9),
    ):
        reader.get(address)
        with CaptureQueriesContext(connection) as queries:
            assert reader.get(address).status_code == 200
        assert len(queries) == most, [query["sql"][:80] for query in queries]


def test_missing_parts_are_told_on_the_payout_the_import_and_the_versions(
    reader: Client, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_parts(monkeypatch)
    provider = adyen()
    last = desk.take(provider, part_of_batch(5, paid=4950), "r.3of3.csv")
    desk.take(provider, part_of_batch(1, 2), "r.1ofunknown.csv")
    reconcile_everything()
    payout = Payout.objects.get()
    told = "Missing: part 2."
    addresses = [
        reverse("settlement:payout", args=[payout.pk]),
        reverse("settlement:import", args=[last.pk]),
        reverse("settlement:versions", args=[Statement.objects.get(part=1).pk]),
    ]
    for address in addresses:
        assert told in reader.get(address).content.decode(), address
    listed = reader.get(reverse("settlement:payouts")).context["table"].rows[0].record
    assert listed.deposit_state == "incomplete"
    desk.take(provider, part_of_batch(3, 4), "r.2ofunknown.csv")
    reconcile_everything()
    for address in addresses:
        assert told not in reader.get(address).content.decode(), address
