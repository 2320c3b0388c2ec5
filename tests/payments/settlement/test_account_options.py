"""Accounts that keep an option of a format where others keep a mapping: it is told to the reader, and is no mapping."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from payments.intake.adapters import kept_mapping
from payments.intake.configuration import configuration_rules
from payments.intake.services.mappings import keep_mapping
from payments.methods.services.configuration import counts, plan_configuration
from payments.settlement.models import BankLine
from payments.settlement.selectors.mappings import kept_mappings
from payments.settlement.services.drop import empty_drop
from tests.cast import person
from tests.payments.banks.test_zengin import FILE
from tests.payments.settlement.arrivals import bank_account
from tests.payments.settlement.drops import put

pytestmark = pytest.mark.django_db
OPTION = {"zengin_years": "western"}
TABLE = {"columns": {"booked_on": "日付", "amount": "金額"}}


def japanese(mapping: dict[str, Any]) -> Any:
    return bank_account("mufg", currency="JPY", zone="Asia/Tokyo", country="JP", mapping=mapping)


@pytest.mark.parametrize("mapping", [OPTION, {**TABLE, **OPTION}], ids=["alone", "beside a table"])
def test_the_years_of_an_account_are_told_to_the_reader(root: Path, mapping: dict[str, Any]) -> None:
    japanese(mapping)
    put(root, FILE.replace(b"080701", b"260701"), "bank", "mufg", "zengin.txt")
    assert [(taken.state, taken.reason) for taken in empty_drop()] == [("posted", "")]
    assert {*BankLine.objects.values_list("booked_on", flat=True)} == {date(2026, 7, 1)}


def test_an_option_alone_is_no_mapping_and_stays_when_one_is_kept(root: Path) -> None:
    account = japanese(OPTION)
    assert (kept_mapping(account), kept_mappings()) == (None, [])
    keep_mapping(account, TABLE, by=person())
    account.refresh_from_db()
    assert (account.mapping, kept_mapping(account)) == (OPTION, TABLE)


@pytest.mark.parametrize(("years", "is_known"), [("western", True), ("showa", False)])
def test_the_configuration_takes_a_known_calendar(years: str, is_known: bool) -> None:
    text = (
        '[[bank_account]]\ncode = "m"\nname = "M"\ncurrency = "JPY"\nzone = "Asia/Tokyo"\ncountry = "JP"\n'
        f'[bank_account.mapping]\nzengin_years = "{years}"\n'
    ).encode()
    if is_known:
        assert counts(plan_configuration(text, configuration_rules()))["created"] == 1
        return
    with pytest.raises(Exception, match="The mapping's key “zengin_years” is “showa”"):
        plan_configuration(text, configuration_rules())
