"""The mapping editor: an unknown file is described on the page, tried, kept by version, and read with what was kept."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from config.staff.models import User
from config.staff.roles import Role
from payments.intake.models import FileImport, MappingVersion, StoredFile
from payments.intake.services.mappings import keep_mapping
from payments.methods.models import Provider
from payments.settlement.models import StatementLine
from payments.settlement.services import imports
from tests.cast import person
from tests.payments.settlement.arrivals import Desk, bank_account

pytestmark = pytest.mark.django_db
UNKNOWN = '주문번호,승인일시,결제금액,수수료\nA-1,2026-07-01 10:00:00,"12,000",360\nA-2,2026-07-02 11:30:00,5000,150\n'


@pytest.fixture
def kim() -> User:
    """Imports files."""
    return person(Role.FINANCE)


@pytest.fixture
def page(client: Client, kim: User, desk: Desk) -> Client:
    """Kim, signed in, with a vault of the test's own."""
    client.force_login(kim)
    return client


def nanum(**values: Any) -> Provider:
    """A provider of mapped files without a mapping."""
    defaults: dict[str, Any] = {"adapter": "mapped", "zone": "Asia/Seoul", "country": "KR", "currencies": ["KRW"]}
    return Provider.objects.create(code="nanum", name="Nanum Pay", **(defaults | values))


def arrived(page: Client, content: str | bytes = UNKNOWN, source: str = "statement:nanum") -> FileImport:
    """The import of an uploaded file, read by a worker."""
    sent = SimpleUploadedFile("july.csv", content.encode() if isinstance(content, str) else content)
    page.post("/settlement/imports/upload/", {"uploads": [sent], "source": source})
    return imports.advance(FileImport.objects.latest("pk").pk)


def editor(row: FileImport) -> str:
    return reverse("settlement:mapping_editor", args=[row.pk])


def fields(response: Any) -> dict[str, Any]:
    """The form as a browser would send it back."""
    html = response.content.decode()
    found: dict[str, Any] = {}
    for name, value in re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', html):
        if name != "csrfmiddlewaretoken":
            found.setdefault(name, []).append(value)
    for name, inner in re.findall(
        r'<select class="form-select"[^>]*? name="(\w+)"[^>]*>(.*?)</select>', html, re.DOTALL
    ):
        chosen = re.search(r'<option value="([^"]*)" selected', inner)
        found.setdefault(name, []).append(chosen[1] if chosen else "")
    for name, value in re.findall(r'<input class="form-control" id="[^"]*" name="(\w+)"[^>]*? value="([^"]*)"', html):
        found[name] = value
    for name in re.findall(r'<input type="checkbox" id="[^"]*" name="(\w+)" checked', html):
        found[name] = "on"
    return found


def test_an_unknown_file_is_described_kept_read_and_posted(page: Client, kim: User) -> None:
    provider = nanum()
    refused = arrived(page)
    assert refused.state == "rejected"
    offered = page.get(reverse("settlement:import", args=[refused.pk]))
    assert editor(refused) in offered.content.decode()

    shown = page.get(editor(refused))
    bench = shown.context["bench"]
    assert [(row.name, row.meaning, row.confidence) for row in bench.columns] == [
        ("주문번호", "merchant_reference", 95),
        ("승인일시", "occurred_at", 95),
        ("결제금액", "gross", 95),
        ("수수료", "fee", 95),
    ]
    assert [(fact.reference, fact.gross, fact.fee, fact.net) for fact in bench.facts] == [
        ("A-1", 12_000, 360, 11_640),
        ("A-2", 5_000, 150, 4_850),
    ]

    kept = page.post(editor(refused), {**fields(shown), "act": "keep", "note": "July"})
    again = FileImport.objects.latest("pk")
    assert kept.headers["Location"] == reverse("settlement:import", args=[again.pk])
    version = MappingVersion.objects.get()
    assert (version.number, version.created_by, version.note, version.origin) == (1, kim, "July", "screen")
    provider.refresh_from_db()
    assert provider.mapping == version.mapping
    assert (again.state, again.adapter, again.mapping_version) == ("reading", "mapped", version)

    imports.advance(again.pk)
    page.post(reverse("settlement:import_commit", args=[again.pk]))
    assert list(StatementLine.objects.order_by("pk").values_list("merchant_reference", "gross", "fee", "net")) == [
        ("A-1", 12_000, 360, 11_640),
        ("A-2", 5_000, 150, 4_850),
    ]


def test_the_next_file_is_read_with_the_version_that_is_kept(page: Client) -> None:
    nanum()
    refused = arrived(page)
    page.post(editor(refused), {**fields(page.get(editor(refused))), "act": "keep"})
    august = arrived(page, UNKNOWN.replace("-07-", "-08-"))
    assert (august.state, august.mapping_version) == ("previewed", MappingVersion.objects.get())
    assert "version 1" in page.get(reverse("settlement:import", args=[august.pk])).content.decode()


def test_what_was_typed_stays_when_it_is_wrong(page: Client) -> None:
    nanum()
    refused = arrived(page)
    typed = fields(page.get(editor(refused))) | {
        "zone": "Asia/Atlantis",
        "more": '{"trailer": ',
        "note": "a long thought",
        "act": "keep",
    }
    answer = page.post(editor(refused), typed)
    html = answer.content.decode()
    assert answer.status_code == 422
    assert MappingVersion.objects.count() == 0
    assert 'value="Asia/Atlantis"' in html
    assert "{&quot;trailer&quot;: </textarea>" in html
    assert 'value="a long thought"' in html
    assert "This is not a JSON object" in html
    mended = page.post(editor(refused), typed | {"more": ""})
    assert mended.status_code == 422
    assert mended.context["bench"].refusal.field == "zone"
    assert 'aria-describedby="set-zone-error"' in mended.content.decode()


@pytest.mark.parametrize(
    "typed", [{"skip_lines": "50"}, {"format": "json"}, {"delimiter": "::"}, {"encoding": "utf-16"}]
)
def test_a_writing_that_the_file_does_not_have_is_said_and_nothing_typed_is_lost(
    page: Client, typed: dict[str, str]
) -> None:
    nanum()
    refused = arrived(page)
    before = fields(page.get(editor(refused))) | {
        "note": "a long thought",
        "meaning": ["gross", "occurred_at", "", "fee"],
    }
    looked = page.post(editor(refused), before | typed | {"act": "look"}, headers={"HX-Request": "true"})
    assert looked.status_code == 200
    assert looked.context["bench"].refusal is not None
    assert not looked.context["bench"].is_keepable
    assert 'value="a long thought"' in looked.content.decode()
    if "encoding" not in typed:  # in another encoding its columns have other names
        after = {row.name: row.meaning for row in looked.context["bench"].columns}
        assert after == {"주문번호": "gross", "승인일시": "occurred_at", "결제금액": "", "수수료": "fee"}


def test_a_version_that_somebody_kept_meanwhile_is_shown_before_it_is_replaced(page: Client, kim: User) -> None:
    provider = nanum()
    refused = arrived(page)
    typed = fields(page.get(editor(refused))) | {"note": "mine", "act": "keep"}
    columns = {"merchant_reference": "주문번호", "occurred_at": "승인일시", "net": "결제금액"}
    lee = keep_mapping(provider, {"columns": columns}, by=kim)
    stopped = page.post(editor(refused), typed)
    assert (stopped.status_code, stopped.context["meanwhile"]) == (422, lee)
    assert reverse("settlement:mapping_version", args=[lee.pk]) in stopped.content.decode()
    assert MappingVersion.objects.get() == lee
    page.post(editor(refused), fields(stopped) | {"act": "keep"})
    assert list(MappingVersion.objects.order_by("number").values_list("note", flat=True)) == ["", "mine"]


def test_a_note_that_cannot_be_kept_is_refused_beside_it(page: Client) -> None:
    note = "card 4111 1111 1111 1111"
    nanum()
    refused = arrived(page)
    answer = page.post(editor(refused), {**fields(page.get(editor(refused))), "note": note, "act": "keep"})
    assert answer.status_code == 422
    assert 'aria-describedby="note-error"' in answer.content.decode()
    assert MappingVersion.objects.count() == 0


def test_lines_that_cannot_be_read_are_named_by_line_and_field(page: Client) -> None:
    nanum()
    refused = arrived(page, UNKNOWN + "A-3,2026-07-03 12:00:00,viel,10\n")
    bench = page.get(editor(refused)).context["bench"]
    assert [(each.line, each.field) for each in bench.problems] == [(4, "결제금액")]
    assert bench.trial.problem_count == 1


def test_another_delimiter_shows_other_columns_and_keeps_what_was_said(page: Client) -> None:
    nanum()
    refused = arrived(page, UNKNOWN.replace('"12,000"', "12000").replace(",", ";"))
    typed = fields(page.get(editor(refused)))
    assert typed["delimiter"] == [";"]
    wrong = page.post(editor(refused), typed | {"delimiter": ",", "act": "look"}, headers={"HX-Request": "true"})
    assert [row.name for row in wrong.context["bench"].columns] == ["주문번호;승인일시;결제금액;수수료"]
    assert b"<html" not in wrong.content
    right = page.post(editor(refused), fields(wrong) | {"delimiter": ";", "act": "look"})
    assert [row.meaning for row in right.context["bench"].columns] == [
        "merchant_reference",
        "occurred_at",
        "gross",
        "fee",
    ]


def test_words_of_the_kind_column_are_proposed_and_can_be_said_otherwise(page: Client) -> None:
    nanum()
    refused = arrived(
        page,
        "주문번호,거래일,구분,결제금액,수수료,정산금액\n"
        "A-1,2026-07-01,승인,10000,300,9700\n"
        "A-2,2026-07-01,취소,10000,300,9700\n"
        "A-3,2026-07-02,특별,5,0,5\n",
    )
    shown = page.get(editor(refused))
    description = shown.context["bench"].description
    assert description.kinds == {"승인": "sale", "취소": "refund", "특별": ""}
    assert (description.amount_signs, description.fee_signs) == ("by_kind", "by_kind")
    assert [fact.net for fact in shown.context["bench"].facts] == [9_700, -9_700, 5]
    typed = fields(shown)
    typed["kind_meaning"] = ["sale", "refund", "adjustment"]
    again = page.post(editor(refused), typed | {"act": "look"})
    assert again.context["bench"].mapping["kinds"] == {"승인": "sale", "취소": "refund", "특별": "adjustment"}


def test_a_card_number_is_never_shown(page: Client) -> None:
    nanum()
    refused = arrived(page, "주문번호,승인일시,결제금액,카드\nA-1,2026-07-01 10:00:00,1000,4111 1111 1111 1111\n")
    StoredFile.objects.get(pk=refused.stored_file_id)
    html = page.get(editor(refused)).content.decode()
    assert "4111" not in html
    assert "•••• ••••" in html


def test_a_payment_admin_keeps_a_mapping_and_leaves_reading_to_finance(client: Client, desk: Desk) -> None:
    provider = nanum()
    refused = imports.advance(desk.receive(provider, UNKNOWN, "july.csv").pk)
    client.force_login(person(Role.PAYMENT_ADMIN))
    client.post(editor(refused), {**fields(client.get(editor(refused))), "act": "keep"})
    assert MappingVersion.objects.get().number == 1
    assert FileImport.objects.get() == refused


def test_a_bank_file_is_described_the_same_way(page: Client) -> None:
    bank_account("mizuho", currency="JPY", zone="Asia/Tokyo", country="JP")
    refused = arrived(
        page,
        "取引日,摘要,お支払金額,お預り金額,差引残高\n"
        "2026/07/01,フリコミ ニセイサン,,1000,5000\n"
        "2026/07/02,手数料,100,,4900\n".encode().decode(),
        "bank:mizuho",
    )
    shown = page.get(editor(refused))
    assert [fact.net for fact in shown.context["bench"].facts] == [1_000, -100]
    page.post(editor(refused), {**fields(shown), "act": "keep"})
    again = imports.advance(FileImport.objects.latest("pk").pk)
    assert (again.state, again.line_count, again.mapping_version) == ("previewed", 2, MappingVersion.objects.get())


def test_a_provider_of_another_format_keeps_its_options(page: Client) -> None:
    provider = nanum(adapter="toss", mapping=None)
    refused = arrived(page)
    assert refused.state == "rejected"
    page.post(editor(refused), {**fields(page.get(editor(refused))), "act": "keep"})
    provider.refresh_from_db()
    assert provider.mapping is None
    again = imports.advance(FileImport.objects.latest("pk").pk)
    assert (again.state, again.adapter) == ("previewed", "mapped")
    next_one = arrived(page, UNKNOWN.replace("-07-", "-08-"))
    assert (next_one.state, next_one.adapter) == ("previewed", "mapped")


def test_a_large_file_is_tried_by_its_beginning(page: Client, tmp_path: Path) -> None:
    nanum()
    many = "주문번호,승인일시,결제금액,수수료\n" + "".join(
        f"A-{number},2026-07-01 10:00:00,{number + 100},3\n" for number in range(9_000)
    )
    refused = arrived(page, many)
    trial = page.get(editor(refused)).context["bench"].trial
    assert (trial.is_whole, trial.problem_count, trial.refusal) == (False, 0, None)
    assert 4_000 < len(trial.facts) < 9_000
