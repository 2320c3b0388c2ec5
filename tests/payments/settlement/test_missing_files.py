"""Missing files: a statement or bank file past its hour is named, and is missing no more when it comes."""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from config.staff.roles import Role
from payments.methods.models import PayoutSchedule
from payments.notices.models import WebhookEndpoint, WebhookMessage
from payments.settlement.selectors.missing_files import MissingFile, awaited_days, missing_files
from payments.settlement.services.missing_files import tell_missing_files
from payments.settlement.services.reconcile import reconcile_everything
from tests.cast import person
from tests.payments.settlement.arrivals import Desk, adyen
from tests.payments.settlement.facts import Merchant
from tests.payments.settlement.split_reports import part_of_batch, read_parts

pytestmark = pytest.mark.django_db
SEOUL = ZoneInfo("Asia/Seoul")


def at(month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    """A moment of 2026 in Seoul."""
    return datetime(2026, month, day, hour, minute, tzinfo=SEOUL)


def late(now: datetime) -> list[tuple[str, str, date]]:
    return [(each.kind, each.owner_code, each.day) for each in missing_files(now)]


def test_a_statement_is_late_at_its_hour_and_not_before() -> None:
    merchant = Merchant()  # pays two business days later
    PayoutSchedule.objects.filter(provider=merchant.provider).update(cut_off=time(15))
    merchant.statement("s1", {"provider_key": "a"}, on=date(2026, 7, 1))
    # That of Thursday 2 July is paid on Monday 6 July at three.
    assert late(at(7, 6, 15)) == []
    assert late(at(7, 6, 15, 1)) == [("statement", "toss", date(2026, 7, 2))]
    assert missing_files(at(7, 8))[0].due_at == at(7, 6, 15)
    merchant.statement("s2", {"provider_key": "b"}, on=date(2026, 7, 2))
    assert late(at(7, 6, 15, 1)) == []


def test_without_a_cut_off_the_payout_date_is_waited_for_to_its_end() -> None:
    merchant = Merchant()
    merchant.statement("s1", {"provider_key": "a"}, on=date(2026, 7, 1))
    assert late(at(7, 7)) == []
    assert late(at(7, 7, 0, 1)) == [("statement", "toss", date(2026, 7, 2))]


def test_weekends_and_holidays_are_not_waited_for() -> None:
    merchant = Merchant()
    # Friday 14 August; Monday 17 is the substitute of Liberation Day: next is Tuesday 18, paid on Thursday 20.
    merchant.statement("s1", {"provider_key": "a"}, on=date(2026, 8, 14))
    assert late(at(8, 20, 23, 59)) == []
    assert late(at(8, 21, 0, 1)) == [("statement", "toss", date(2026, 8, 18))]


def test_a_day_between_two_statements_is_missing_when_movements_of_it_wait() -> None:
    merchant = Merchant()
    merchant.movements({"key": "m1", "provider_key": "x", "on": date(2026, 7, 2)})
    merchant.statement("s1", {"provider_key": "a"}, on=date(2026, 7, 1))
    merchant.statement("s3", {"provider_key": "c"}, on=date(2026, 7, 3))
    reconcile_everything(as_of=date(2026, 7, 3))
    assert late(at(7, 7, 1)) == [("statement", "toss", date(2026, 7, 2))]
    merchant.statement("s2", {"provider_key": "x"}, on=date(2026, 7, 2))
    reconcile_everything(as_of=date(2026, 7, 3))
    assert late(at(7, 7, 1)) == []


def test_a_provider_that_never_sent_one_is_told_from_its_first_movement() -> None:
    merchant = Merchant()
    merchant.movements({"key": "m1", "on": date(2026, 7, 2)})
    reconcile_everything(as_of=date(2026, 7, 3))
    assert late(at(7, 10)) == [("statement", "toss", date(2026, 7, 2))]
    merchant.provider.is_enabled = False
    merchant.provider.save()
    assert late(at(7, 10)) == []


def not_here(now: datetime, first: int = 1, last: int = 31) -> list[int]:
    """The days of July of which the statement of the only provider is not here."""
    [found] = awaited_days(now)
    days = found.within(date(2026, 7, first), date(2026, 7, last))
    assert (found.provider_code, found.currencies) == ("toss", frozenset({"KRW"}))
    assert {each.month for each in days} <= {7}
    return sorted(each.day for each in days)


def test_the_days_behind_the_newest_statement_are_awaited_from_the_next_business_day_to_yesterday() -> None:
    merchant = Merchant()
    merchant.statement("s1", {"provider_key": "a"}, on=date(2026, 7, 3))  # a Friday
    assert not_here(at(7, 6, 23)) == []
    assert not_here(at(7, 7)) == [6]
    assert not_here(at(7, 10)) == [6, 7, 8, 9]
    assert not_here(at(7, 10), 8, 8) == [8]
    assert not_here(at(7, 10), 1, 5) == []
    merchant.statement("s2", {"provider_key": "b"}, on=date(2026, 7, 9))
    assert not_here(at(7, 10)) == []


def test_a_day_between_two_statements_is_awaited_while_movements_of_it_wait() -> None:
    merchant = Merchant()
    merchant.movements(*({"key": f"m{day}", "provider_key": f"x{day}", "on": date(2026, 7, day)} for day in (2, 3, 6)))
    merchant.statement("s1", {"provider_key": "a"}, on=date(2026, 7, 1))
    merchant.statement("s3", {"provider_key": "c"}, on=date(2026, 7, 3))
    merchant.statement("s6", {"provider_key": "x6"}, on=date(2026, 7, 6))
    reconcile_everything(as_of=date(2026, 7, 6))
    assert not_here(at(7, 7)) == [2]
    assert not_here(at(7, 7), 3) == []
    merchant.statement("s2", {"provider_key": "x2"}, on=date(2026, 7, 2))
    reconcile_everything(as_of=date(2026, 7, 6))
    assert not_here(at(7, 7)) == []


def test_of_a_provider_that_never_sent_a_statement_all_is_awaited_since_its_first_movement() -> None:
    merchant = Merchant()
    assert not_here(at(7, 7)) == []
    merchant.movements({"key": "m1", "on": date(2026, 7, 2)})
    reconcile_everything(as_of=date(2026, 7, 3))
    assert not_here(at(7, 5)) == [2, 3, 4]


def test_of_a_provider_without_a_schedule_and_of_a_disabled_one_nothing_is_awaited() -> None:
    merchant = Merchant()
    merchant.statement("s1", {"provider_key": "a"}, on=date(2026, 7, 1))
    merchant.provider.is_enabled = False
    merchant.provider.save()
    assert awaited_days(at(7, 10)) == ()
    merchant.provider.is_enabled = True
    merchant.provider.save()
    assert not_here(at(7, 10)) == list(range(2, 10))
    PayoutSchedule.objects.all().delete()
    assert awaited_days(at(7, 10)) == ()


def test_a_bank_statement_is_late_by_the_rhythm_of_the_account() -> None:
    merchant = Merchant()
    PayoutSchedule.objects.all().delete()
    for day in (1, 2, 3):
        merchant.bank({"amount": 1, "on": date(2026, 7, day)})
    # Daily: that of Monday 6 July should be here on Tuesday at noon.
    assert late(at(7, 7, 12)) == []
    assert late(at(7, 7, 12, 1)) == [("bank", "bank-toss", date(2026, 7, 6))]
    merchant.bank({"amount": 1, "on": date(2026, 7, 6)})
    assert late(at(7, 7, 12, 1)) == []
    # An account that now and then gets none for a week is waited for as long.
    merchant.bank({"amount": 1, "on": date(2026, 7, 13)})
    assert late(at(7, 22, 12)) == []
    assert late(at(7, 22, 12, 1)) == [("bank", "bank-toss", date(2026, 7, 21))]


def test_missing_parts_are_named_until_they_come(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    read_parts(monkeypatch)
    provider = adyen()
    desk.take(provider, part_of_batch(5, paid=2970), "r.3of3.csv")
    [found] = missing_files()
    assert (found.kind, found.statement_key, found.missing, found.due_at) == ("part", "Shop/7", "1, 2", None)
    desk.take(provider, part_of_batch(1), "r.1of3.csv")
    desk.take(provider, part_of_batch(2), "r.2of3.csv")
    assert missing_files() == ()


@pytest.mark.parametrize("count", [1, 6])
def test_a_fixed_number_of_queries(count: int) -> None:
    for number in range(count):
        merchant = Merchant(code=f"toss{number}")
        merchant.movements({"key": f"m{number}", "on": date(2026, 7, 2)})
        merchant.statement(f"s{number}", {"provider_key": f"a{number}"}, on=date(2026, 7, 1))
        merchant.statement(f"t{number}", {"provider_key": f"b{number}"}, on=date(2026, 7, 3))
        merchant.bank({"amount": 1})
    reconcile_everything(as_of=date(2026, 7, 3))
    with CaptureQueriesContext(connection) as queries:
        assert len(missing_files(at(9, 1))) == 2 * count
    assert len(queries) == 4
    with CaptureQueriesContext(connection) as queries:
        assert len(awaited_days(at(7, 8))) == count
    assert len(queries) == 3


def test_today_and_imports_name_them(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    Merchant()
    client.force_login(person(Role.FINANCE))
    named = MissingFile("bank", "kb", "Kookmin", date(2026, 7, 6), at(7, 7, 12), "Asia/Seoul")
    monkeypatch.setattr("payments.settlement.views.imports.missing_files", lambda: (named,))
    monkeypatch.setattr("payments.settlement.selectors.today.missing_files", lambda: (named,))
    for address in ("/", reverse("settlement:imports")):
        shown = client.get(address).content.decode()
        assert 'Kookmin: no bank statement of <time datetime="2026-07-06">' in shown, address


def test_a_missing_file_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    named = MissingFile("bank", "kb", "Kookmin", date(2026, 7, 6), at(7, 7, 12), "Asia/Seoul")
    monkeypatch.setattr("payments.settlement.services.missing_files.missing_files", lambda: (named,))
    WebhookEndpoint.objects.create(url="https://shop.example.com/hooks", secret=b"closed")
    assert [tell_missing_files(), tell_missing_files()] == [1, 1]
    message = WebhookMessage.objects.get(kind="file.missing")
    assert (message.payload["owner"], message.payload["day"]) == ("kb", "2026-07-06")
