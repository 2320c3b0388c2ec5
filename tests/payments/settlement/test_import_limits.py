"""Dates and amounts that no row can truly have: refused with line and field, for posted they would stop the books."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import timezone

from payments.banks import registry as banks
from payments.facts import BankLineFact, LineFact
from payments.intake.limits import latest_date
from payments.intake.models import ImportKind
from payments.ledger.models import Movement
from payments.providers import registry as providers
from payments.settlement.models import BankLine, Payout, StatementLine
from payments.settlement.services.reconcile import reconcile_everything
from tests.payments.banks.camt_files import document, entry
from tests.payments.settlement.arrivals import Desk, adyen, bank_account, batch, problems

pytestmark = pytest.mark.django_db

MOVEMENTS = "movement_key,provider_key,payment_reference,merchant_reference,kind,amount,currency,occurred_at,method\n"
PLAIN = "m1,p1,,o1,capture,10.00,EUR,2026-07-01T12:00:00+02:00,visa\n"
MAPPING = {
    "format": "csv",
    "decimal_mark": ".",
    "date_format": "%Y-%m-%d",
    "columns": {
        "statement_key": "statement", "merchant_reference": "order", "gross": "gross", "net": "net",
        "booked_on": "day", "payout_key": "payout",
    },
    "constants": {"currency": "JPY", "kind": "sale"},
}  # fmt: skip
BANK_MAPPING = {
    "decimal_mark": ".",
    "columns": {"booked_on": "day", "value_on": "value", "amount": "amount", "remittance": "text"},
}
LAST = latest_date(timezone.now())


def mapped(desk: Desk, *rows: str, name: str = "a.csv") -> list[tuple[int | None, str, str]]:
    """Take a mapped statement in; its problems."""
    provider = adyen("shop", adapter="mapped", currencies=["JPY"], zone="Asia/Tokyo", country="JP", mapping=MAPPING)
    content = "statement,order,gross,net,day,payout\n" + "".join(f"{row}\n" for row in rows)
    return problems(desk.take(provider, content, name))


@pytest.mark.parametrize("day", ["2106-01-20", "0001-06-01", "1989-12-31", f"{LAST.year + 1}-01-01"])
def test_a_movement_of_a_mistyped_year_is_refused_with_its_line(desk: Desk, day: str) -> None:
    wrong = PLAIN.replace("m1", "m2").replace("2026-07-01", day)
    taken = desk.take(adyen(), MOVEMENTS + PLAIN + wrong, kind=ImportKind.MOVEMENTS)
    expected = f"is not between 1990-01-01 and {LAST}. Correct it where the file was made, and import that file."
    assert problems(taken) == [
        (3, "occurred_at", f"“occurred_at” {expected}"),
        (3, "occurred_on", f"“occurred_on” {expected}"),
    ]
    assert (taken.state, Movement.objects.count()) == ("rejected", 0)


@pytest.mark.parametrize("day", ["1990-01-02", str(LAST)])
def test_the_first_and_the_last_date_are_taken(desk: Desk, day: str) -> None:
    taken = desk.take(adyen(), MOVEMENTS + PLAIN.replace("2026-07-01", day), kind=ImportKind.MOVEMENTS)
    assert (taken.state, problems(taken)) == ("posted", [])
    reconcile_everything()


def test_a_report_whose_clock_ends_with_the_calendar_is_refused(desk: Desk) -> None:
    taken = desk.take(adyen(), batch(1000, 2000).replace("2026-07-01 10:00:00", "9999-12-31 23:59:59", 1))
    assert [(line, field) for line, field, _ in problems(taken)][:1] == [(2, "Creation Date")]
    assert (taken.state, StatementLine.objects.count()) == ("rejected", 0)


def test_a_statement_booked_at_the_end_of_all_days_is_refused(desk: Desk) -> None:
    found = mapped(desk, "s1,o1,100,100,9999-12-31,w1")
    assert (2, "day") in [(line, field) for line, field, _ in found]
    assert any("The file mentions 9999-12-31" in message for _, _, message in found)
    assert StatementLine.objects.count() == 0


def test_amounts_whose_sum_no_column_holds_are_refused(desk: Desk) -> None:
    found = mapped(desk, *(f"s{place},o1,{9 * 10**18},{9 * 10**18},2026-07-01,w1" for place in (1, 2)))
    said = "larger than any amount can be (1,000,000,000,000,000 minor units)"
    assert [(line, field) for line, field, message in found if said in message] == [
        (2, "gross"), (2, "gross_settled"), (2, "net"), (3, "gross"), (3, "gross_settled"), (3, "net"),
    ]  # fmt: skip
    assert StatementLine.objects.count() == 0


def test_an_amount_that_leaves_64_bits_when_its_net_is_checked_is_refused_in_words(desk: Desk) -> None:
    with_fee = {**MAPPING, "columns": MAPPING["columns"] | {"fee_commission": "fee"}}  # type: ignore[operator]
    provider = adyen("shop", adapter="mapped", currencies=["JPY"], zone="Asia/Tokyo", mapping=with_fee)
    row = f"s1,o1,{9 * 10**18},{9 * 10**18},2026-07-01,w1,{-9 * 10**18}\n"
    taken = desk.take(provider, f"statement,order,gross,net,day,payout,fee\n{row}")
    assert (taken.state, StatementLine.objects.count()) == ("rejected", 0)


def test_the_largest_amount_is_taken_and_reconciled(desk: Desk) -> None:
    found = mapped(desk, *(f"s{place},o{place},{10**15},{10**15},2026-07-01,w1" for place in (1, 2)))
    assert found == []
    reconcile_everything()
    assert list(Payout.objects.values_list("amount", flat=True)) == [2 * 10**15]


def test_a_file_that_adds_up_to_more_than_sums_hold_is_refused(desk: Desk) -> None:
    found = mapped(desk, *(f"s1,o{place},{10**15},{10**15},2026-07-01,w{place}" for place in range(101)))
    assert [message for _, _, message in found] == [
        "The amounts of this file add up to more than 100,000,000,000,000,000 minor units. "
        "Correct it where the file was made, and import that file."
    ]


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ("2106-07-01,2026-07-01,1.00,x", "day"),
        ("2026-07-01,1900-01-01,1.00,x", "value"),
        ("2026-07-01,2026-07-01,90000000000000.01,x", "amount"),
    ],
)
def test_a_bank_line_beyond_the_limits_is_refused(desk: Desk, row: str, field: str) -> None:
    account = bank_account(mapping=BANK_MAPPING)
    taken = desk.take(account, f"day,value,amount,text\n{row}\n", adapter="mapped")
    assert (2, field) in [(line, field) for line, field, _ in problems(taken)]
    assert (taken.state, BankLine.objects.count()) == ("rejected", 0)


def test_a_batch_of_twenty_years_ago_is_reconciled_where_no_holidays_of_that_year_are_known(desk: Desk) -> None:
    old = batch(1000, 2000).replace("2026-07", "2005-07")
    assert desk.take(adyen(country="ES", zone="Europe/Madrid"), old).state == "posted"
    movements = MOVEMENTS + PLAIN.replace("p1", "8815000000000001").replace("2026-07-01", "2005-07-01")
    desk.take(adyen("other", country="ES"), movements, "m.csv", kind=ImportKind.MOVEMENTS)
    reconcile_everything(as_of=date(2026, 7, 31))
    assert list(Payout.objects.values_list("amount", "residual")) == [(2980, 0)]


def test_a_text_that_is_too_long_is_called_as_the_file_calls_it(desk: Desk) -> None:
    found = mapped(desk, f"s1,{'o' * 121},100,100,2026-07-01,w1")
    assert found == [(2, "order", "“order” is longer than 120 characters.")]


def test_a_bank_text_that_is_too_long_is_called_as_the_file_calls_it(desk: Desk) -> None:
    inside = f"<NtryDtls><TxDtls><RltdPties><Dbtr><Nm>{'n' * 201}</Nm></Dbtr></RltdPties></TxDtls></NtryDtls>"
    taken = desk.take(bank_account(), document(entry("10", inside=inside), closing="110"), "a.xml")
    assert [(field, message) for _, field, message in problems(taken)] == [
        ("RltdPties", "“RltdPties” is longer than 200 characters.")
    ]


def test_what_readers_call_their_columns_are_fields_of_facts() -> None:
    for adapter in providers.ADAPTERS.values():
        assert set(adapter.columns) <= set(LineFact._fields)
    for bank in banks.ADAPTERS.values():
        assert set(bank.columns) <= set(BankLineFact._fields)
