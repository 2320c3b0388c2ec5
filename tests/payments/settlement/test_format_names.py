"""Formats by the names that finance people know, and files that came as something they are not."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from config.staff.models import User
from config.staff.roles import Role
from payments.intake.models import ImportKind
from payments.intake.parsing.readers import SHELF, format_name
from payments.methods.models import BankAccount, Provider
from tests.cast import person
from tests.payments.banks.mt940_files import statement as mt940
from tests.payments.settlement.arrivals import Desk, adyen, bank_account, batch, problems

pytestmark = pytest.mark.django_db
MT940 = mt940(":61:2607010701C10,00NTRFX", closing="C260701EUR110,00")
MOVEMENTS = (
    "movement_key,provider_key,payment_reference,merchant_reference,kind,amount,currency,occurred_at,method\n"
    "m1,881,88,order-1,capture,12.34,EUR,2026-07-01T23:30:00+02:00,visa\n"
)


def test_no_format_is_called_by_its_code() -> None:
    for kind, adapters in SHELF.items():
        for code in adapters:
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
