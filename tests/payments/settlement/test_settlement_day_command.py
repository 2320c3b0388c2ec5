"""The command `settlement_day`, as people and scripts read it: the figures of the page."""

from __future__ import annotations

import io
import json

import pytest
from django.core.management import CommandError, call_command

from payments.settlement.selectors.days import settlement_day
from payments.settlement.services.reconcile import reconcile_everything
from tests.payments.settlement.facts import Merchant
from tests.payments.settlement.test_settlement_day import AS_OF, DAY, ledger_and_statement

pytestmark = pytest.mark.django_db


def printed(*arguments: str) -> str:
    out = io.StringIO()
    call_command("settlement_day", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_prints_the_figures_of_the_page_as_json() -> None:
    merchant = Merchant()
    ledger_and_statement(merchant)
    reconcile_everything(as_of=AS_OF)
    day = settlement_day(merchant.provider, DAY)

    answer = json.loads(printed("--provider", "toss", "--date", "2026-07-01", "--json"))

    assert (answer["provider"], answer["date"], answer["state"], answer["as_of"]) == (
        "toss",
        "2026-07-01",
        "open",
        "2026-07-31",
    )
    assert answer["totals"] == {"KRW": day.totals[0].as_json()}
    assert answer["breaks"] == {"missing_deposit": 1}
    assert answer["unexplained"] == {"KRW": {"at_risk": 9_670, "breaks": 1}}
    assert (answer["counts"]["lines"], answer["counts"]["matched"], answer["counts"]["deposits_missing"]) == (1, 1, 1)


def test_the_command_writes_amounts_for_people() -> None:
    merchant = Merchant(currency="USD")
    merchant.statement("s1", {"amount": 123_456})
    reconcile_everything(as_of=AS_OF)

    lines = printed("--provider", "toss", "--date", "2026-07-01").splitlines()

    assert lines[0] == "toss 2026-07-01: open"
    assert [line.split() for line in lines if "net" in line] == [["net", "1234.56", "USD"]]


def test_the_command_refuses_what_is_not_there() -> None:
    with pytest.raises(CommandError) as refusal:
        printed("--provider", "nobody", "--date", "2026-07-01")
    assert refusal.value.returncode == 2
    with pytest.raises(CommandError, match="is not a date"):
        printed("--provider", "nobody", "--date", "yesterday")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("settlement_day", "--provider", "nobody", "--date", "2026-07-01"), "there is no provider “nobody”"),
        (("score_reconciliation", "/nowhere/truth.json"), "/nowhere/truth.json: "),
        (
            ("simulate", "--from", "2026-07-01", "--out", "/nowhere/out", "--days", "0"),
            "a simulation has at least one day",
        ),
    ],
)
def test_misuse_is_answered_by_one_object_too(arguments: tuple[str, ...], message: str) -> None:
    out = io.StringIO()
    with pytest.raises(CommandError):
        call_command(*arguments, "--json", stdout=out)
    [problem] = json.loads(out.getvalue())["problems"]
    assert problem["message"].startswith(message)
