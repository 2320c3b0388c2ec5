"""The page of a day and its lists of lines: every number leads to rows that add up to it."""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from config.staff.roles import Role
from payments.facts import LineKind, MovementKind
from payments.records.models import AuditEvent
from payments.settlement.models import Payout, Statement, StatementLine
from payments.settlement.services.reconcile import reconcile_everything
from payments.settlement.tables import LineTable
from tests.cast import person
from tests.payments.settlement.facts import Merchant

pytestmark = pytest.mark.django_db
AS_OF = date(2026, 7, 31)
DAY = {"provider": "toss", "booked_on": "2026-07-01"}


@pytest.fixture
def reader(client: Client) -> Client:
    """Somebody who may look and nothing else."""
    client.force_login(person(Role.AUDITOR))
    return client


def mixed_day(merchant: Merchant, count: int = 1) -> Statement:
    """A statement with every part of the summary, `count` sales, and one thing wrong."""
    merchant.movements(*({"key": f"m{n}", "provider_key": f"p{n}"} for n in range(count)))
    statement = merchant.statement(
        "s1",
        *({"provider_key": f"p{n}", "fee": 300, "vat": 30, "payout": "pay-1"} for n in range(count)),
        {"kind": LineKind.REFUND, "amount": -2_000, "provider_key": "r1", "payout": "pay-1"},
        {"kind": LineKind.CHARGEBACK, "amount": -900, "provider_key": "c1", "payout": "pay-1"},
        {"kind": LineKind.FEE, "amount": 0, "fee": 55, "payout": "pay-1"},
        {"kind": LineKind.ADJUSTMENT, "amount": -11, "payout": "pay-1"},
        {"kind": LineKind.PAYOUT, "amount": -6_000, "payout": "pay-1"},
        payout={"key": "pay-1", "amount": 6_000, "on": date(2026, 7, 3)},
    )
    reconcile_everything(as_of=AS_OF)
    return statement


def exported(client: Client, view: str, query: str, **where: Any) -> list[dict[str, str]]:
    response = client.get(f"{reverse(view, kwargs=where)}?{query}&format=csv")
    text = b"".join(response.streaming_content).decode()  # type: ignore[attr-defined]
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def column(rows: list[dict[str, str]], name: str) -> list[int]:
    return sorted(int(row[name]) for row in rows)


def test_the_page_says_how_much_is_unexplained_and_where(reader: Client) -> None:
    mixed_day(Merchant())

    page = reader.get(reverse("settlement:day", kwargs=DAY))

    day = page.context["day"]
    assert (page.status_code, day.verdict) == (200, "unexplained")
    text = page.content.decode()
    assert 'class="verdict verdict-unexplained"' in text
    assert [(risk.currency, risk.at_risk, risk.count) for risk in day.unexplained.risks] == [("KRW", 9_604, 4)]
    for shown in ("10,000", "-2,000", "-900", "-355", "-30", "-11", "6,704", "9,604"):
        assert f">{shown}<" in text or f" {shown}<" in text, shown


def test_every_figure_of_the_summary_opens_the_rows_that_make_it(reader: Client) -> None:
    mixed_day(Merchant(), count=2)
    totals = reader.get(reverse("settlement:day", kwargs=DAY)).context["day"].totals[0]

    def rows(part: str) -> list[dict[str, str]]:
        return exported(reader, "settlement:day_lines", f"part={part}&currency=krw", **DAY)

    assert sum(column(rows("gross"), "Gross")) == totals.gross == 20_000
    assert sum(column(rows("refunds"), "Gross")) == totals.refunds == -2_000
    assert sum(column(rows("chargebacks"), "Gross")) == totals.chargebacks == -900
    assert -sum(column(rows("fees"), "Fee")) == totals.fees == -655
    assert -sum(column(rows("vat"), "VAT")) == totals.vat == -60
    assert sum(column(rows("other"), "Gross")) == totals.other == -11
    assert sum(column(rows("net"), "Net")) == totals.net
    assert len(rows("transactions")) == 4
    assert len(exported(reader, "settlement:day_lines", "currency=USD", **DAY)) == 0


def test_the_rows_behind_a_figure_say_what_they_add_up_to(reader: Client) -> None:
    mixed_day(Merchant(), count=2)
    day = reader.get(reverse("settlement:day", kwargs=DAY)).context["day"].totals[0]

    def figure(part: str) -> Any:
        return reader.get(f"{reverse('settlement:day_lines', kwargs=DAY)}?part={part}").context["sums"][0]

    assert figure("gross").gross == figure("net").gross == day.gross
    assert figure("refunds").refunds == day.refunds
    assert figure("chargebacks").chargebacks == day.chargebacks
    assert figure("fees").fees == day.fees
    assert figure("vat").vat == day.vat
    assert figure("other").other == day.other
    assert figure("net").net == day.net
    everything = reader.get(reverse("settlement:day_lines", kwargs=DAY)).context["sums"]
    assert [(each.currency, each.net, each.payouts, each.line_count) for each in everything] == [
        ("KRW", day.net, 6_000, 7)
    ]
    unreadable = reader.get(f"{reverse('settlement:day_lines', kwargs=DAY)}?part=moon")
    assert unreadable.context["sums"] == ()


def test_payouts_booked_on_the_day_open_those_payouts(reader: Client) -> None:
    mixed_day(Merchant())
    totals = reader.get(reverse("settlement:day", kwargs=DAY)).context["day"].totals[0]

    query = "provider=toss&booked_from=2026-07-01&booked_to=2026-07-01&currency=KRW"
    assert sum(column(exported(reader, "settlement:payouts", query), "Paid out")) == totals.payouts == 6_000
    assert exported(reader, "settlement:payouts", query.replace("07-01", "07-02")) == []


def test_matched_lines_open_as_many_rows_also_when_some_differ(reader: Client) -> None:
    merchant = Merchant()
    merchant.movements(*({"key": f"m{n}", "provider_key": f"p{n}"} for n in range(3)))
    merchant.statement("s1", {"provider_key": "p0"}, {"provider_key": "p1", "amount": 9_000}, {"provider_key": "lost"})
    reconcile_everything(as_of=AS_OF)

    layer = reader.get(reverse("settlement:day", kwargs=DAY)).context["day"].transaction
    paired = exported(reader, "settlement:day_lines", "part=transactions&match=paired", **DAY)
    without = exported(reader, "settlement:day_lines", "match=unmatched", **DAY)
    assert (layer.matched, layer.without_match) == (len(paired), len(without)) == (2, 1)


def test_movements_that_wait_for_a_statement_are_rows_too(
    reader: Client, django_assert_num_queries: Callable[..., Any]
) -> None:
    merchant = Merchant()
    merchant.movements(
        {"key": "m1", "provider_key": "p1"},
        {"key": "m2", "provider_key": "p2", "amount": 500},
        {"key": "m3", "provider_key": "p3", "amount": -70, "kind": MovementKind.REFUND},
        {"key": "m4", "provider_key": "p4", "on": date(2026, 7, 2)},
    )
    merchant.statement("s1", {"provider_key": "p1"})
    reconcile_everything(as_of=date(2026, 7, 2))

    awaited = reader.get(reverse("settlement:day", kwargs=DAY)).context["day"].transaction.awaited
    rows = exported(reader, "settlement:day_movements", "", **DAY)
    assert [row["Movement"] for row in rows] == ["m2", "m3"]
    assert (
        (awaited.count, sum(money.minor for money in awaited.amounts)) == (2, sum(column(rows, "Amount"))) == (2, 430)
    )
    refunds = exported(reader, "settlement:day_movements", "kind=2&q=m3", **DAY)
    assert [row["Movement"] for row in refunds] == ["m3"]
    for more in (0, 20):
        merchant.movements(*({"key": f"more{n}", "provider_key": f"q{n}"} for n in range(more)))
        reconcile_everything(as_of=date(2026, 7, 2))
        with django_assert_num_queries(7):
            page = reader.get(reverse("settlement:day_movements", kwargs=DAY))
        assert page.context["page"].count == 2 + more


def test_lines_are_found_by_match_state_kind_and_reference(reader: Client) -> None:
    merchant = Merchant()
    merchant.movements(
        {"key": "m1", "provider_key": "p1"}, {"key": "m2", "reference": "same"}, {"key": "m3", "reference": "same"}
    )
    merchant.statement("s1", {"provider_key": "p1", "amount": 9_000}, {"reference": "same"}, {"provider_key": "lost"})
    reconcile_everything(as_of=AS_OF)

    def found(query: str) -> list[str]:
        rows = exported(reader, "settlement:day_lines", query, **DAY)
        return sorted(row["Provider’s key"] or row["Order"] for row in rows)

    assert found("match=differs") == ["p1"]
    assert found("match=suggested") == ["same"]
    assert found("match=unmatched") == ["lost"]
    assert found("match=matched") == []
    assert found("part=kind-1") == ["lost", "p1", "same"]
    assert found("q=lost") == ["lost"]
    assert found("q=los") == []


def test_the_lines_of_a_payout_and_of_one_version_are_lists_too(reader: Client) -> None:
    statement = mixed_day(Merchant())

    net = exported(reader, "settlement:payout_lines", "part=net", pk=Payout.objects.get().pk)
    assert sum(column(net, "Net")) == Payout.objects.get().line_net == 6_704
    assert len(exported(reader, "settlement:statement_lines", "", pk=statement.pk)) == 6


def test_the_same_lines_are_shown_by_sold_date(reader: Client) -> None:
    merchant = Merchant()
    merchant.statement("s1", {"on": date(2026, 6, 29), "amount": 100}, {"on": date(2026, 6, 30), "amount": 20})

    page = reader.get(reverse("settlement:day_by_date", kwargs={**DAY, "by": "sold"}))

    assert [(row.on, row.net) for row in page.context["rows"]] == [(date(2026, 6, 29), 100), (date(2026, 6, 30), 20)]
    opened = re.findall(r'href="([^"]*/lines/[^"]*sold=2026-06-29[^"]*)"', page.content.decode())
    assert len(opened) == 5  # the count and four sums
    net = reader.get(html.unescape(opened[-1])).context["table"].data.data
    assert [line.net for line in net] == [100]
    assert reader.get(reverse("settlement:day_by_date", kwargs={**DAY, "by": "moon"})).status_code == 404


@pytest.mark.parametrize("path", ["/toss/2026-02-30/", "/toss/20260701/", "/toss/yesterday/", "/nobody/2026-07-01/"])
def test_a_day_that_cannot_be_is_not_found(reader: Client, path: str) -> None:
    Merchant()

    assert reader.get(f"/settlement/days{path}").status_code == 404


def test_a_line_shows_its_bytes_escaped_and_both_sides_of_its_match(
    reader: Client, tmp_path: Any, settings: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    merchant = Merchant()
    merchant.movements({"key": "m1", "provider_key": "p1"})
    statement = merchant.statement("s1", {"provider_key": "p1", "amount": 9_000})
    content = "head\n<script>alert(1)</script>,p1,4111 1111 1111 1111,정산\nlast\n".encode()
    sha256 = statement.file_import.stored_file.sha256
    (tmp_path / sha256[:2]).mkdir()
    (tmp_path / sha256[:2] / sha256).write_bytes(content)
    line = StatementLine.objects.get()
    moved = StatementLine(**{field.attname: getattr(line, field.attname) for field in line._meta.concrete_fields
                             if field.attname not in ("id", "match_key", "group_key")})  # fmt: skip
    moved.byte_offset, moved.byte_length, moved.line_number = 5, content.index(b"last") - 5, 9
    moved.save()
    reconcile_everything(as_of=AS_OF)

    page = reader.get(reverse("settlement:line", args=[moved.pk]))

    text = page.content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;,p1,•••••••••••••••1111,정산" in text
    assert "<script>alert" not in text
    assert page.context["raw"].is_hidden
    matched = reader.get(reverse("settlement:line", args=[line.pk]))
    assert [each.label for each in matched.context["match"].fields if not each.is_equal] == ["Amount"]
    assert matched.context["raw"].is_gone


@pytest.mark.parametrize("count", [3, 30])
def test_the_pages_ask_as_many_questions_for_thirty_lines_as_for_three(
    count: int, reader: Client, django_assert_num_queries: Callable[..., Any]
) -> None:
    mixed_day(Merchant(), count)
    merchant = Merchant(code="other")
    merchant.statement("s9", *({"provider_key": f"lost{n}"} for n in range(count)))
    reconcile_everything(as_of=AS_OF)
    days = reverse("settlement:day", kwargs=DAY), reverse("settlement:day_lines", kwargs=DAY)
    broken = reverse("settlement:day", kwargs={**DAY, "provider": "other"})

    with django_assert_num_queries(18):
        assert reader.get(days[0]).status_code == 200
    with django_assert_num_queries(8):
        assert reader.get(days[1]).status_code == 200
    with django_assert_num_queries(17):
        assert reader.get(broken).status_code == 200


def test_what_leaves_as_a_file_leaves_a_line_in_the_audit_trail(reader: Client) -> None:
    mixed_day(Merchant(), count=2)

    exported(reader, "settlement:day_lines", "part=gross&currency=krw", **DAY)

    event = AuditEvent.objects.get(verb="list.exported")
    assert event.actor is not None
    assert (event.actor.get_username(), event.subject_type, event.subject_id) == (
        "auditor@example.com",
        "list",
        "lines",
    )
    assert event.detail == {
        "path": "/settlement/days/toss/2026-07-01/lines/",
        "filters": {"part": ["gross"], "currency": ["krw"]},
        "order": ["line_number"],
        "columns": list(LineTable.base_columns),
        "rows": 2,
        "file_format": "csv",
    }
