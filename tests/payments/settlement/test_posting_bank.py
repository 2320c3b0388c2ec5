"""Posting bank statements: fingerprints, versions, and interim reports that end with the statement of the day."""

from __future__ import annotations

from datetime import date

import pytest

from payments.methods.models import BankAccount
from payments.settlement.models import BankLine, BankStatement
from payments.settlement.reconciliation import credits
from tests.payments.settlement.arrivals import Desk, bank_account, problems, staged_rows

pytestmark = pytest.mark.django_db

COFFEE = (":61:2607010701C10,00NTRFNONREF", ":86:coffee")
PAYOUT = (":61:2607010701C20,00NTRFNONREF", ":86:TX380 Adyen")


def booked(*lines: tuple[str, str], closing: str, day: str = "260701", number: str = "1/1") -> str:
    body = "\n".join(part for line in lines for part in line)
    return f":20:X\n:25:NL01BANK0123456789\n:28C:{number}\n:60F:C{day}EUR100,00\n{body}\n:62F:C{day}EUR{closing}\n-\n"


def interim(*lines: tuple[str, str], number: str, time: str) -> str:
    total = sum(int(line[0].split("C")[1].split(",")[0]) for line in lines)
    body = "\n".join(part for line in lines for part in line)
    return (
        f":20:X\n:25:NL01BANK0123456789\n:28C:{number}\n:34F:EUR0,\n:13D:260701{time}+0200\n{body}\n"
        f":90D:0EUR0,\n:90C:{len(lines)}EUR{total},\n-\n"
    )


def current_lines() -> list[tuple[int, str, int]]:
    """What counts of the only account."""
    found = [line.id for line in credits.of_account(BankAccount.objects.get())]
    rows = BankLine.objects.filter(pk__in=found).order_by("remittance", "occurrence")
    return [(row.amount, row.remittance, row.occurrence) for row in rows]


def test_equal_entries_of_one_day_are_told_apart_by_counting(desk: Desk) -> None:
    taken = desk.take(bank_account(), booked(COFFEE, PAYOUT, COFFEE, closing="140,00"), "a.sta")

    assert (taken.state, taken.line_count, problems(taken)) == ("posted", 3, [])
    assert current_lines() == [(2000, "TX380 Adyen", 1), (1000, "coffee", 1), (1000, "coffee", 2)]
    statement = BankStatement.objects.get()
    assert (statement.version, statement.is_current, statement.line_count) == (1, True, 3)
    assert (statement.opening_balance, statement.closing_balance) == (10_000, 14_000)
    assert (statement.closed_on, statement.currency, statement.is_interim) == (date(2026, 7, 1), "EUR", False)
    assert len({row.fingerprint for row in BankLine.objects.filter(remittance="coffee")}) == 1
    assert staged_rows() == 0


HISTORY = {"columns": {"booked_on": "day", "amount": "amount", "remittance": "text"}}


@pytest.mark.parametrize("mark", range(4))
@pytest.mark.parametrize("is_later_first", [False, True])
def test_a_day_downloaded_before_its_end_gives_way_to_all_of_it(desk: Desk, mark: int, *, is_later_first: bool) -> None:
    account = bank_account()
    noon = f"day,amount,text\n2026-07-01,10.00,coffee{mark}\n"
    evening = noon + "2026-07-01,20.00,TX380 Adyen\n"
    next_day = evening + "2026-07-02,5.00,tea\n"
    files = {"noon": noon, "evening": evening, "next day": next_day}
    for name in sorted(files, reverse=is_later_first):
        taken = desk.take(account, files[name], f"{name}.csv", mapping=HISTORY)
        assert (taken.state, problems(taken)) == ("posted", [])
    assert [text for _, text, _ in current_lines()] == ["TX380 Adyen", f"coffee{mark}", "tea"]


@pytest.mark.parametrize("mark", range(4))
def test_of_two_downloads_of_one_day_the_one_with_more_of_it_counts(desk: Desk, mark: int) -> None:
    account = bank_account()
    noon = f"day,amount,text\n2026-07-01,10.00,coffee{mark}\n"
    desk.take(account, noon + "2026-07-01,20.00,TX380 Adyen\n", "b.csv", mapping=HISTORY)
    desk.take(account, noon, "a.csv", mapping=HISTORY)
    assert len(current_lines()) == 2
    desk.take(account, noon + "\n", "a_v2.csv", mapping=HISTORY)
    assert len(current_lines()) == 1


def test_the_same_bytes_again_change_nothing(desk: Desk) -> None:
    account = bank_account()
    desk.take(account, booked(COFFEE, closing="110,00"), "a.sta")
    assert desk.take(account, booked(COFFEE, closing="110,00"), "b.sta").state == "duplicate"
    assert (BankStatement.objects.count(), BankLine.objects.count()) == (1, 1)


def test_an_interim_report_is_current_until_the_statement_of_its_day(desk: Desk) -> None:
    account = bank_account()
    desk.take(account, interim(COFFEE, number="9/1", time="1000"), "i.sta")
    assert [(row.is_interim, row.is_current) for row in BankStatement.objects.all()] == [(True, True)]
    desk.take(account, booked(COFFEE, PAYOUT, closing="130,00"), "a.sta")

    states = BankStatement.objects.order_by("is_interim").values_list("is_interim", "is_current")
    assert list(states) == [(False, True), (True, False)]
    assert current_lines() == [(2000, "TX380 Adyen", 1), (1000, "coffee", 1)]


def test_an_interim_report_after_the_statement_of_its_day_is_never_current(desk: Desk) -> None:
    account = bank_account()
    desk.take(account, booked(COFFEE, PAYOUT, closing="130,00"), "a.sta")
    late = desk.take(account, interim(COFFEE, number="9/1", time="1000"), "i.sta")

    assert late.state == "posted"
    states = BankStatement.objects.order_by("is_interim").values_list("is_interim", "is_current", "line_count")
    assert list(states) == [(False, True, 2), (True, False, 1)]
    assert current_lines() == [(2000, "TX380 Adyen", 1), (1000, "coffee", 1)]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_overlapping_interim_reports_neither_double_nor_drop_a_line(desk: Desk, order: tuple[int, int]) -> None:
    account = bank_account()
    reports = [
        interim(COFFEE, PAYOUT, number="9/1", time="1000"),
        interim(COFFEE, PAYOUT, COFFEE, number="9/2", time="1400"),
    ]
    for place in order:
        assert desk.take(account, reports[place], f"{place}.sta").state == "posted"

    assert current_lines() == [(2000, "TX380 Adyen", 1), (1000, "coffee", 1), (1000, "coffee", 2)]


def test_a_statement_of_another_day_leaves_the_interim_report_alone(desk: Desk) -> None:
    account = bank_account()
    desk.take(account, interim(COFFEE, number="9/1", time="1000"), "i.sta")
    before = (
        booked(PAYOUT, closing="120,00", day="260630").replace(":61:260701", ":61:260630").replace("0701C", "0630C")
    )
    assert desk.take(account, before, "a.sta").state == "posted"
    assert BankStatement.objects.get(is_interim=True).is_current


def test_a_file_of_another_account_is_refused(desk: Desk) -> None:
    account = bank_account(account_reference="NL99 OTHER 1")
    taken = desk.take(account, booked(COFFEE, closing="110,00"), "a.sta")

    assert taken.state == "rejected"
    assert problems(taken) == [
        (None, "", "The file is of account NL01BANK0123456789, but “ing” is account NL99 OTHER 1.")
    ]
    assert BankStatement.objects.count() == 0


@pytest.mark.parametrize("reference", ["NL01 BANK 0123 4567 89 EUR", "NL01BANK0123456789"])
def test_the_currency_behind_the_number_of_an_account_is_no_other_account(desk: Desk, reference: str) -> None:
    content = booked(COFFEE, closing="110,00").replace(
        "0123456789", "0123456789EUR" if "EUR" not in reference else "0123456789"
    )
    assert desk.take(bank_account(account_reference=reference), content, "a.sta").state == "posted"


def test_a_file_in_another_currency_is_refused(desk: Desk) -> None:
    taken = desk.take(bank_account(currency="KRW"), booked(COFFEE, closing="110,00"), "a.sta")
    assert taken.state == "rejected"
    assert "settles in EUR, but “ing” is configured for KRW" in problems(taken)[0][2]


def test_the_banks_own_reference_is_no_part_of_the_fingerprint(desk: Desk) -> None:
    account = bank_account()
    desk.take(
        account, interim((":61:2607010701C10,00NTRFNONREF//A1", ":86:coffee"), number="9/1", time="1000"), "i.sta"
    )
    desk.take(account, booked((":61:2607010701C10,00NTRFNONREF//B2", ":86:coffee"), closing="110,00"), "a.sta")

    first, second = BankLine.objects.order_by("pk")
    assert first.bank_reference != second.bank_reference
    assert (first.fingerprint, first.occurrence) == (second.fingerprint, second.occurrence)
