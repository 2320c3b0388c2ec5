"""Imports as a person sees them: several files at once, found out or chosen, previewed, posted, refused or discarded."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from config.staff.models import User
from config.staff.roles import Role
from payments.intake.models import FileImport, ImportState
from payments.intake.services import reading
from payments.settlement.models import Statement, StatementLine
from payments.settlement.selectors.imports import import_detail
from payments.settlement.services import imports
from payments.settlement.services.uploads import CHOOSE_OWNER
from tests.cast import person
from tests.payments.providers.adyen_files import about_batch, payment, report
from tests.payments.providers.test_toss import PAYMENT
from tests.payments.settlement.arrivals import Desk, adyen, bank_account, batch, problems

pytestmark = pytest.mark.django_db
LIST = "/settlement/imports/"
MOVEMENTS = (
    "movement_key,provider_key,payment_reference,merchant_reference,kind,amount,currency,occurred_at,method\n"
    "m1,881,88,order-1,capture,12.34,EUR,2026-07-01T23:30:00+02:00,visa\n"
)


@pytest.fixture
def kim() -> User:
    """Imports files."""
    return person(Role.FINANCE)


@pytest.fixture
def desk(tmp_path: Path, settings: Any) -> Desk:
    """A vault of the test's own."""
    settings.MEDIA_ROOT = tmp_path / "vault"
    return Desk(tmp_path)


@pytest.fixture
def page(client: Client, kim: User, desk: Desk) -> Client:
    """Kim, signed in."""
    client.force_login(kim)
    return client


def send(client: Client, *files: tuple[str, str], source: str = "") -> Any:
    uploads = [SimpleUploadedFile(name, content.encode()) for name, content in files]
    return client.post(f"{LIST}upload/", {"uploads": uploads, "source": source}, follow=True)


def said(response: Any) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def test_one_file_is_recognised_previewed_and_posted(page: Client, kim: User) -> None:
    provider = adyen()

    response = send(page, ("settlement_detail_report.csv", batch(1000, 2000)))
    received = FileImport.objects.get()
    assert response.redirect_chain == [(reverse("settlement:import", args=[received.pk]), 302)]
    assert (received.state, received.provider, received.created_by) == ("reading", provider, kim)
    assert "hx-get" in response.content.decode()

    imports.advance(received.pk)
    preview = page.get(reverse("settlement:import", args=[received.pk]))
    found = preview.context["found"]
    assert (found.is_waiting, found.currencies, found.period) == (True, ("EUR",), ("2026-07-01", "2026-07-02"))
    assert [(str(each.label), each.line_count, each.net) for each in found.kinds] == [
        ("Sale", 2, 2_980),
        ("Payout", 1, -2_980),
    ]
    assert [(each.version, each.version_count, each.supersedes) for each in found.statements] == [(1, 1, False)]
    assert [each.statement_id for each in found.statements] == [None]
    assert {each.is_met for each in found.checks} == {True}
    assert StatementLine.objects.count() == 0

    done = page.post(reverse("settlement:import_commit", args=[received.pk]), follow=True)
    assert said(done) == ["The file is posted; reconciliation follows."]
    assert StatementLine.objects.count() == 3
    (posted,) = done.context["found"].statements
    assert page.get(reverse("settlement:statement_lines", args=[posted.statement_id])).context["page"].count == 3
    again = page.post(reverse("settlement:import_commit", args=[received.pk]), follow=True)
    assert said(again) == ["This import no longer waits for a decision."]


def test_a_name_that_is_longer_in_bytes_than_disks_take_is_kept(page: Client) -> None:
    adyen()
    name = "정산_" + "가" * 200 + ".csv"
    assert said(send(page, (name, batch(1000)))) == ["1 file was received."]
    assert FileImport.objects.get().file_name == name


def test_several_files_are_received_at_once_each_for_its_own_owner(page: Client) -> None:
    adyen()
    bank_account()

    response = send(
        page, ("report.csv", batch(1000)), ("movements.csv", MOVEMENTS), ("other.csv", batch(500, number="8"))
    )

    assert said(response) == ["3 files were received."]
    assert list(FileImport.objects.order_by("pk").values_list("kind", "file_name")) == [
        ("statement", "report.csv"),
        ("movements", "movements.csv"),
        ("statement", "other.csv"),
    ]


def test_a_file_nobody_can_place_is_said_so_and_the_others_are_taken(page: Client) -> None:
    adyen("first")
    adyen("second")

    response = send(page, ("report.csv", batch(1000)), ("second_report.csv", batch(500)))

    assert FileImport.objects.get().provider.code == "second"  # type: ignore[union-attr]
    assert said(response) == [f"report.csv: {CHOOSE_OWNER}", "1 file was received."]


def test_the_person_may_say_where_files_belong(page: Client) -> None:
    adyen("first")
    second = adyen("second")

    send(page, ("report.csv", batch(1000)), source="statement:second")

    assert FileImport.objects.get().provider == second


@pytest.mark.parametrize("source", ["statement:nobody", "people:first", "nonsense"])
def test_an_owner_that_is_not_there_is_refused(source: str, page: Client) -> None:
    adyen("first")

    send(page, ("report.csv", batch(1000)), source=source)

    assert FileImport.objects.count() == 0


def test_nothing_chosen_and_empty_files_are_said_so(page: Client) -> None:
    adyen()

    assert said(page.post(f"{LIST}upload/", {"source": ""}, follow=True)) == ["Choose at least one file."]
    response = send(page, ("empty.csv", ""), source="statement:adyen")
    assert said(response) == ["empty.csv: The file is empty. Download it again from the provider or bank."]
    assert FileImport.objects.count() == 0


def test_the_same_bytes_again_are_said_to_be_posted_before(page: Client, desk: Desk) -> None:
    provider = adyen()
    posted = desk.take(provider, batch(1000))

    response = send(page, ("again.csv", batch(1000)))

    second = FileImport.objects.latest("pk")
    assert (second.state, import_detail(second.pk).twin_id) == ("duplicate", posted.pk)
    assert reverse("settlement:import", args=[posted.pk]) in response.content.decode()
    assert StatementLine.objects.count() == 2


def test_a_corrected_file_says_which_version_it_replaces(page: Client, desk: Desk) -> None:
    provider = adyen()
    desk.take(provider, batch(1000), "report.csv")
    received = desk.receive(provider, batch(1000, 500), "report_v2.csv")
    imports.advance(received.pk)

    before = import_detail(received.pk).statements[0]
    page.post(reverse("settlement:import_commit", args=[received.pk]))
    after = import_detail(received.pk).statements[0]

    posted = Statement.objects.get(file_import=received)
    assert after == replace(before, statement_id=posted.pk, version_id=posted.pk)
    assert before.version_count == 2
    assert posted.version == before.version


def test_problems_are_written_in_the_viewers_language(page: Client, kim: User, desk: Desk) -> None:
    broken = batch(1000).replace("0.10", "0.25")
    refused = desk.take(adyen(), broken)
    assert refused.state == "rejected"
    address = reverse("settlement:import", args=[refused.pk])

    english = page.get(address).context["found"].problems
    User.objects.filter(pk=kim.pk).update(language="ko")
    korean = page.get(address).context["found"].problems

    assert [each.line for each in english] == [each.line for each in korean]
    assert english[0].message != korean[0].message
    assert "9.75 EUR" in korean[0].message


def test_a_problem_of_an_answer_of_one_line_shows_its_record(page: Client, kim: User, desk: Desk) -> None:
    User.objects.filter(pk=kim.pk).update(language="en")
    toss = adyen("toss", adapter="toss", currencies=["KRW"], zone="Asia/Seoul")
    refused = desk.take(toss, json.dumps([PAYMENT, PAYMENT | {"amount": "abc"}]), "s.json")
    shown = page.get(reverse("settlement:import", args=[refused.pk])).content.decode()
    assert '<td class="num">1 (record 2)</td><td><code>amount</code></td>' in shown


def test_a_discarded_import_leaves_nothing_and_is_not_posted_after_all(page: Client, desk: Desk) -> None:
    received = desk.receive(adyen(), batch(1000), "report.csv")
    imports.advance(received.pk)

    done = page.post(reverse("settlement:import_discard", args=[received.pk]), follow=True)
    assert said(done) == ["The file is discarded; nothing of it was posted."]
    page.post(reverse("settlement:import_commit", args=[received.pk]), follow=True)
    assert FileImport.objects.get().state == "discarded"
    assert StatementLine.objects.count() == 0
    again = page.post(reverse("settlement:import_discard", args=[received.pk]), follow=True)
    assert said(again) == ["This import is finished already and can’t be discarded."]


def test_progress_asks_again_only_while_a_worker_has_the_file(page: Client, desk: Desk) -> None:
    received = desk.receive(adyen(), batch(1000), "report.csv")
    address = reverse("settlement:import_state", args=[received.pk])

    running = page.get(address)
    assert "hx-trigger" in running.content.decode()
    assert "HX-Refresh" not in running.headers
    imports.advance(received.pk)
    done = page.get(address)
    assert "hx-trigger" not in done.content.decode()
    assert done.headers["HX-Refresh"] == "true"
    badge = page.get(f"{address}?badge")
    assert "hx-trigger" not in badge.content.decode()
    assert "HX-Refresh" not in badge.headers


def test_rows_that_move_no_money_are_named_on_the_page_and_hold_no_batch_up(page: Client, desk: Desk) -> None:
    told = payment("SettledExternallyWithInfo", "20.00", "", number=9)
    rows = [payment("Settled", "10.00", "9.90", commission="0.10"), told, about_batch("MerchantPayout", "-9.90")]
    taken = desk.take(adyen(), report(rows))
    assert (taken.state, taken.line_count, problems(taken)) == (ImportState.POSTED, 2, [])
    shown = page.get(reverse("settlement:import", args=[taken.pk])).content.decode()
    assert "Rows that moved no money in this batch, left out: SettledExternallyWithInfo" in shown


def test_somebody_who_may_only_look_sees_no_way_to_send_or_post(client: Client, desk: Desk) -> None:
    received = desk.receive(adyen(), batch(1000), "report.csv")
    imports.advance(received.pk)
    client.force_login(person(Role.AUDITOR))

    assert "data-drop" not in client.get(LIST).content.decode()
    assert "/commit/" not in client.get(reverse("settlement:import", args=[received.pk])).content.decode()
    assert client.post(f"{LIST}upload/").status_code == 403


@pytest.mark.parametrize("count", [3, 30])
def test_the_list_asks_a_fixed_number_of_questions(
    count: int, page: Client, desk: Desk, django_assert_num_queries: Callable[..., Any]
) -> None:
    provider = adyen()
    for number in range(count):
        desk.receive(provider, batch(1000 + number, number=str(number)), f"report-{number}.csv")

    with django_assert_num_queries(13):
        found = page.get(LIST)
    assert len(found.context["table"].rows) == count


@pytest.mark.parametrize("count", [2, 300])
def test_the_page_of_an_import_asks_a_fixed_number_of_questions(
    count: int, page: Client, desk: Desk, django_assert_num_queries: Callable[..., Any]
) -> None:
    received = desk.receive(adyen(), batch(*range(1000, 1000 + count)), "report.csv")
    reading.read(received)
    address = reverse("settlement:import", args=[received.pk])
    with django_assert_num_queries(QUESTIONS_OF_AN_IMPORT):
        shown = page.get(address)
    assert shown.status_code == 200
    received.refresh_from_db()
    assert received.line_count >= count


QUESTIONS_OF_AN_IMPORT = 6
"""Of a preview: the frame, the import with its owner and bytes, the versions it would replace, its conventions."""
