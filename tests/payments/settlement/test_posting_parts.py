"""Two pages of one statement in two files: neither may vanish behind the other."""

from __future__ import annotations

import json
from typing import Any

import pytest

from payments.methods.models import Provider
from payments.settlement.models import Statement
from tests.payments.settlement.arrivals import Desk, posted_lines, problems

pytestmark = pytest.mark.django_db


def toss() -> Provider:
    return Provider.objects.create(
        code="toss", name="Toss", adapter="toss", zone="Asia/Seoul", country="KR", currencies=["KRW"]
    )


def page(*keys: str) -> str:
    """A result page of the settlements of one sold date."""
    row: dict[str, Any] = {
        "mId": "shop", "currency": "KRW", "method": "카드", "amount": 10_000, "interestFee": 0, "fee": 220,
        "supplyAmount": 200, "vat": 20, "payOutAmount": 9_780, "approvedAt": "2026-07-01T10:00:00+09:00",
        "soldDate": "2026-07-01", "paidOutDate": "2026-07-03", "cancel": None,
    }  # fmt: skip
    rows = [{**row, "paymentKey": f"pay-{key}", "transactionKey": f"tx-{key}", "orderId": f"o-{key}"} for key in keys]
    return json.dumps(rows)


def test_another_page_is_refused_and_says_what_to_do(desk: Desk) -> None:
    provider = toss()
    first = desk.take(provider, page("a", "b"), "page1.json")
    second = desk.take(provider, page("c", "d"), "page2.json")
    assert (first.state, second.state) == ("posted", "rejected")
    [(_, _, message)] = problems(second)
    assert "page1.json" in message
    assert "join them in one file" in message
    assert len(posted_lines(provider, current_only=True)) == 2


def test_the_pages_joined_supersede_the_first(desk: Desk) -> None:
    provider = toss()
    desk.take(provider, page("a", "b"), "page1.json")
    joined = desk.take(provider, page("a", "b", "c", "d"), "whole_v2.json")
    assert joined.state == "posted"
    assert len(posted_lines(provider, current_only=True)) == 4


def test_a_correction_that_says_so_may_replace_every_line(desk: Desk) -> None:
    provider = toss()
    desk.take(provider, page("a"), "day.json")
    assert desk.take(provider, page("c"), "day_v2.json").state == "posted"
    assert list(Statement.objects.order_by("version").values_list("is_current", flat=True)) == [False, True]
