"""Formats by the names that finance people know, and files that came as something they are not."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from config.staff.models import User
from config.staff.roles import Role
from payments.intake.models import ImportKind
from payments.intake.parsing.readers import format_name, readers_of
from payments.methods.models import BankAccount, Provider
from payments.settlement.selectors.imports import import_detail
from payments.settlement.services import imports
from tests.cast import person
from tests.payments.banks.mt940_files import statement as mt940
from tests.payments.providers.paypal_files import activity, body, row, settlement
from tests.payments.settlement.arrivals import Desk, adyen, bank_account, batch, problems

pytestmark = pytest.mark.django_db
MT940 = mt940(":61:2607010701C10,00NTRFX", closing="C260701EUR110,00")
MOVEMENTS = (
    "movement_key,provider_key,payment_reference,merchant_reference,kind,amount,currency,occurred_at,method\n"
    "m1,881,88,order-1,capture,12.34,EUR,2026-07-01T23:30:00+02:00,visa\n"
)


def test_no_format_is_called_by_its_code() -> None:
    for kind in ImportKind:
        for code in readers_of(kind):
            assert format_name(kind, code) not in ("", code)
    assert format_name(ImportKind.BANK, "of a reader that is gone") == "of a reader that is gone"


@pytest.mark.parametrize(
    ("language", "mapped", "press"),
    [
        ("en", "Mapped table (CSV or JSON)", "Read it as Adyen settlement details report"),
        ("ko", "매핑된 표(CSV·JSON)", "Adyen 정산 상세 보고서 형식으로 읽기"),
        ("ja", "マッピングした表（CSV・JSON）", "「Adyen 精算明細レポート」として読み取る"),
    ],
)
def test_the_page_names_formats_in_words(client: Client, desk: Desk, language: str, mapped: str, press: str) -> None:
    mapping = {"columns": {"gross": "Gross Credit (GC)", "sold_on": "Creation Date"}, "constants": {"currency": "EUR"}}
    refused = desk.take(adyen("acquirer", adapter="mapped", mapping=mapping), batch(1000).replace("10.00", "ten", 1))
    assert (refused.state, refused.adapter) == ("rejected", "mapped")
    reader = person(Role.FINANCE)
    User.objects.filter(pk=reader.pk).update(language=language)
    client.force_login(reader)
    shown = client.get(reverse("settlement:import", args=[refused.pk])).content.decode()
    assert f"<dd>{mapped} ·" in shown
    assert press in shown
    assert ">adyen<" not in shown


def test_a_reader_that_is_sure_by_something_else_misses_no_columns(desk: Desk) -> None:
    """A settlement report of PayPal has none of the columns of its activity download, and lacks nothing."""
    provider = adyen("paypal", adapter="paypal", zone="America/Los_Angeles", currencies=["USD"])
    taken = desk.take(provider, settlement([body("T0006", "CR", "1000")]), "STL-20260820.01.009.CSV")
    [found] = [each for each in import_detail(taken.pk).formats if each.code == "paypal"]
    assert (found.confidence, found.found, found.missing) == (95, (), ())
    table = desk.take(provider, activity([row("Website Payment", "1.00", "0.00", "1.00", "1.00")]), "Download.CSV")
    [found] = [each for each in import_detail(table.pk).formats if each.code == "paypal"]
    assert ("Gross" in found.found, found.missing) == (True, ())


def test_nobody_is_told_of_a_kept_mapping_where_none_is(desk: Desk) -> None:
    refused = desk.take(adyen("acquirer", adapter="mapped"), "a,b\n1,2\n", "table.csv")
    assert refused.evidence == ""
    assert problems(refused)[0][2].startswith("This format needs a mapping that says what the columns mean")


def test_a_file_that_would_not_count_says_what_to_do_if_it_is_the_right_one(client: Client, desk: Desk) -> None:
    provider, hint = adyen(), "If this file corrects what is here, post it"
    desk.take(provider, batch(1000), "report_v2.csv")
    reader = person(Role.FINANCE)
    client.force_login(reader)
    older = desk.receive(provider, batch(1000, 2000), "report.csv")
    imports.advance(older.pk)
    assert hint in client.get(reverse("settlement:import", args=[older.pk])).content.decode()
    newer = desk.receive(provider, batch(1000, 3000), "report_v3.csv")
    imports.advance(newer.pk)
    assert hint not in client.get(reverse("settlement:import", args=[newer.pk])).content.decode()


@pytest.mark.parametrize(
    ("kind", "content", "found"),
    [
        (ImportKind.STATEMENT, MT940, "“MT940 / MT942 (SWIFT)” (Bank statement)"),
        (ImportKind.STATEMENT, MOVEMENTS, "“Our ledger’s export” (Our ledger’s export)"),
        (ImportKind.BANK, batch(1000), "“Adyen settlement details report” (Provider statement)"),
        (ImportKind.BANK, MOVEMENTS, "“Our ledger’s export” (Our ledger’s export)"),
        (ImportKind.MOVEMENTS, batch(1000), "“Adyen settlement details report” (Provider statement)"),
        (ImportKind.MOVEMENTS, MT940, "“MT940 / MT942 (SWIFT)” (Bank statement)"),
    ],
)
def test_a_file_of_another_kind_is_called_what_it_is(desk: Desk, kind: ImportKind, content: str, found: str) -> None:
    owner: Provider | BankAccount = bank_account() if kind == ImportKind.BANK else adyen()
    refused = desk.take(owner, content, "file.txt", kind=kind)
    assert refused.state == "rejected"
    [(_, _, why)] = problems(refused)
    assert why.startswith(
        f"This looks like a file of the format {found}, but it came to “{owner.code}” as another kind"
    )
