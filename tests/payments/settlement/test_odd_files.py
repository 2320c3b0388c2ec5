"""What people drop: tables saved as UTF-16, totals alone, files of somebody else; each is taken, or told why not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from config.staff.models import User
from config.staff.roles import Role
from payments.intake.models import FileImport
from payments.settlement.models import StatementLine
from payments.settlement.services import imports
from payments.settlement.services.drop import empty_drop
from tests.cast import person
from tests.payments.banks.camt_files import document, entry
from tests.payments.settlement.arrivals import adyen, bank_account, batch
from tests.payments.settlement.drops import put

pytestmark = pytest.mark.django_db
SALES = {
    "encoding": "cp949",
    "columns": {"merchant_reference": "주문번호", "gross": "결제금액", "fee": "수수료", "sold_on": "거래일"},
    "constants": {"currency": "KRW"},
}
SALE = "거래일,주문번호,결제금액,수수료\n2026-07-01,A1,150000,4500\n"
OFX = "OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\n\n<OFX><SIGNONMSGSRSV1></SIGNONMSGSRSV1></OFX>\n"


def nanum(code: str = "nanum", **values: Any) -> Any:
    """A provider whose tables are read by a mapping, which says CP949."""
    given = {"adapter": "mapped", "zone": "Asia/Seoul", "currencies": ["KRW"], "mapping": SALES}
    return adyen(code, **{**given, **values})


def refusal(root: Path, content: bytes | str, *parts: str) -> str:
    put(root, content, *parts)
    [taken] = empty_drop()
    assert (taken.state, taken.path) == ("rejected", "/".join(parts))
    return taken.reason


@pytest.fixture(autouse=True)
def _vault(tmp_path: Path, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path / "vault"


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "utf-16-be", "utf-8", "utf-8-sig", "cp949"])
def test_a_table_of_a_mapping_is_read_however_it_was_saved(root: Path, codec: str) -> None:
    nanum()
    put(root, SALE.encode(codec), "statements", "nanum", "sales.csv")
    assert [(taken.state, taken.reason) for taken in empty_drop()] == [("posted", "")]
    assert StatementLine.objects.get().gross == 150_000


def test_formats_that_are_not_written_in_utf_16_say_so(root: Path) -> None:
    bank_account()
    wide = refusal(root, OFX.encode("utf-16-le"), "bank", "ing", "wide.ofx")
    assert wide.startswith("The file is encoded in UTF-16, and no format was found in it")
    camt = document(entry("10.00"), closing="110").encode("utf-16-le")
    assert refusal(root, camt, "bank", "ing", "wide.xml").endswith("not supported here. Save it as UTF-8.")


def test_files_with_totals_alone_contradict_themselves_or_are_what_they_say(root: Path) -> None:
    bank_account()
    adyen()
    says = document(closing="100", header="<TxsSummry><TtlNtries><NbOfNtries>3</NbOfNtries></TtlNtries></TxsSummry>")
    assert "states 3 entries" in refusal(root, says, "bank", "ing", "says-three.xml")
    moved = ":20:X\n:25:NL01BANK0123456789\n:28C:1/1\n:60F:C260701EUR100,00\n:62F:C260701EUR150,00\n-\n"
    assert "does not add up" in refusal(root, moved, "bank", "ing", "moved.sta")
    still = moved.replace("EUR150,00", "EUR100,00")
    put(root, still, "bank", "ing", "still.sta")
    assert [taken.state for taken in empty_drop()] == ["posted"]
    header = batch(1000).splitlines()[0] + "\n"
    assert "a header but no rows" in refusal(root, header, "statements", "adyen", "header.csv")
    nanum()
    total = "거래일,주문번호,결제금액,수수료\n합계,,150000,4500\n"
    assert refusal(root, total, "statements", "nanum", "total.csv").startswith(
        "Line 2: 거래일: This row adds the others up"
    )


def test_a_bank_whose_tables_are_mapped_may_send_a_format_that_is_built_in(root: Path) -> None:
    bank_account(mapping={"columns": {"booked_on": "day", "amount": "amount"}})
    swift = ":20:X\n:25:NL01BANK0123456789\n:28C:1/1\n:60F:C260701EUR100,00\n:62F:C260701EUR100,00\n-\n"
    put(root, swift, "bank", "ing", "statement.sta")
    [taken] = empty_drop()
    assert (taken.state, FileImport.objects.get().adapter) == ("posted", "mt940")


@pytest.mark.parametrize(
    ("mapping", "content", "told"),
    [
        (
            {},
            "상품,주문번호\n1,A1\n",
            "Line 1: 결제금액: The column “결제금액” of the mapping's key “columns.gross” is not in",
        ),
        ({"encoding": "shift-jis"}, SALE.encode("cp949"), "Line 1: The mapping says that the file is Shift-JIS"),
        ({"format": "json"}, SALE, "Line 1: The file holds no list of entries in JSON"),
    ],
    ids=["columns", "encoding", "JSON"],
)
def test_a_table_of_another_provider_is_not_called_damaged(
    root: Path, mapping: dict[str, str], content: str | bytes, told: str
) -> None:
    nanum(mapping={**SALES, **mapping})
    reason = refusal(root, content, "statements", "nanum", "sales.csv")
    assert reason.startswith(told)
    assert "for the provider or bank account that it belongs to" in reason
    assert "damaged" not in reason


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", "This looks like a file of the format “Adyen settlement details report” (Provider statement)"),
        (
            "ko",
            "“Adyen 정산 상세 보고서” 형식의 파일(결제대행사(PG) 정산서)로 보이지만 “ing”에 다른 종류(은행 거래내역서)로",
        ),
        (
            "ja",
            "「Adyen 精算明細レポート」形式のファイル（決済代行会社の精算書）のようですが、「ing」に別の種類（銀行入出金明細）",
        ),
    ],
)
def test_the_page_says_in_words_what_a_file_for_the_wrong_owner_is(client: Client, language: str, told: str) -> None:
    bank_account()
    kim = person(Role.FINANCE)
    User.objects.filter(pk=kim.pk).update(language=language)
    client.force_login(kim)
    file = SimpleUploadedFile("report.csv", batch(1000).encode())
    page = client.post(reverse("settlement:upload"), {"uploads": [file], "source": "bank:ing"}, follow=True)
    imports.advance(FileImport.objects.get().pk)
    assert told in page.content.decode()
    assert FileImport.objects.get().state == "rejected"
