"""Two forms of one account tell of the same money (Mollie, PayPal): whichever comes first is the one that counts."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db.models import Sum
from django.test import Client
from django.urls import reverse

from config.staff.roles import Role
from payments.intake.models import FileImport, ImportState
from payments.intake.services import reading
from payments.methods.models import Provider
from payments.settlement.models import Statement, StatementLine
from payments.settlement.services import imports
from tests.cast import person
from tests.payments.providers.mollie_reports import by_category
from tests.payments.providers.paypal_files import activity, body, row, settlement
from tests.payments.providers.test_mollie import USUAL
from tests.payments.settlement.arrivals import Desk, adyen, problems

pytestmark = pytest.mark.django_db
SETTLEMENT, REPORT = ("settlement.json", USUAL), ("report.json", by_category())
WHY = "adds up the same transactions as"


def mollie() -> Provider:
    return adyen("mollie", adapter="mollie")


def taken(desk: Desk, provider: Provider, file: tuple[str, Any]) -> FileImport:
    return desk.take(provider, json.dumps(file[1]), file[0])


@pytest.mark.parametrize("files", [(SETTLEMENT, REPORT), (REPORT, SETTLEMENT)], ids=["settlement", "report"])
def test_the_money_is_counted_once_whichever_form_comes_first(desk: Desk, files: tuple[Any, Any]) -> None:
    provider = mollie()
    first = taken(desk, provider, files[0])
    assert (first.state, problems(first)) == (ImportState.POSTED, [])
    counted = StatementLine.objects.aggregate(Sum("gross"), Sum("net"), Sum("fee"))
    second = taken(desk, provider, files[1])
    assert second.state == ImportState.REJECTED
    [(_, _, why)] = problems(second)
    assert WHY in why
    assert f"“{files[0][0]}”" in why
    assert StatementLine.objects.aggregate(Sum("gross"), Sum("net"), Sum("fee")) == counted
    assert Statement.objects.count() == 1


def test_the_preview_says_so_before_anybody_posts_it(desk: Desk, client: Client) -> None:
    provider = mollie()
    waiting = desk.receive(provider, json.dumps(REPORT[1]), REPORT[0])
    reading.read(waiting)
    client.force_login(person(Role.FINANCE))
    page = reverse("settlement:import", args=[waiting.pk])
    assert WHY not in client.get(page).content.decode()
    taken(desk, provider, SETTLEMENT)
    shown = client.get(page).content.decode()
    assert f"bal_CKjKwQdjCwCSArXFAJNFH/2026-07-01/2026-07-31 {WHY} 1234567.2607.03" in shown
    client.post(reverse("settlement:import_commit", args=[waiting.pk]))
    imports.advance(waiting.pk)
    waiting.refresh_from_db()
    assert waiting.state == ImportState.REJECTED


def test_another_form_of_other_days_and_a_correction_of_the_same_form_are_taken(desk: Desk) -> None:
    provider = mollie()
    taken(desk, provider, SETTLEMENT)
    august = {**by_category(), "from": "2026-08-01", "until": "2026-08-31"}
    corrected = {**USUAL, "createdAt": "2026-07-06T05:00:01.0Z"}
    for file in (("august.json", august), ("settlement_v2.json", corrected)):
        assert problems(taken(desk, provider, file)) == []
    assert Statement.objects.filter(is_current=True).count() == 2


def test_both_forms_in_one_file_are_refused(desk: Desk) -> None:
    refused = taken(desk, mollie(), ("both.json", [USUAL, by_category()]))
    assert refused.state == ImportState.REJECTED
    assert len(problems(refused)) == 2


def test_other_providers_are_not_asked(desk: Desk) -> None:
    taken(desk, mollie(), SETTLEMENT)
    assert problems(taken(desk, adyen("mollie-nl", adapter="mollie"), REPORT)) == []


DAY = {"date": "20/08/2026", "zone": "PDT", "currency": "USD"}
DOWNLOAD = (
    "Download.CSV",
    activity([row("Express Checkout Payment", "100.00", "-3.20", "96.80", "96.80", key="A1", **DAY)]),
)
SETTLED = ("STL-20260820.01.009.CSV", settlement([body("T0006", "CR", "10000", "DR", "320", key="A1")]))


@pytest.mark.parametrize("files", [(DOWNLOAD, SETTLED), (SETTLED, DOWNLOAD)], ids=["download", "settlement"])
def test_the_two_forms_of_paypal_are_the_same_money(desk: Desk, files: tuple[Any, Any]) -> None:
    provider = adyen("paypal", adapter="paypal", zone="America/Los_Angeles", currencies=["USD"])
    (first_name, first), (second_name, second) = files
    assert problems(posted := desk.take(provider, first, first_name)) == []
    assert posted.state == ImportState.POSTED
    refused = desk.take(provider, second, second_name)
    assert refused.state == ImportState.REJECTED
    [(_, _, why)] = problems(refused)
    assert WHY in why
    assert f"“{first_name}”" in why
    assert Statement.objects.count() == 1


def test_another_day_of_the_other_form_of_paypal_is_taken(desk: Desk) -> None:
    provider = adyen("paypal", adapter="paypal", zone="America/Los_Angeles", currencies=["USD"])
    desk.take(provider, SETTLED[1], SETTLED[0])
    later = activity([row("Express Checkout Payment", "1.00", "0.00", "1.00", "1.00", **{**DAY, "date": "21/08/2026"})])
    assert desk.take(provider, later, "Download.CSV").state == ImportState.POSTED
