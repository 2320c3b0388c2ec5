"""The pages about people, through HTTP."""

from __future__ import annotations

import csv
import io
import re

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, Settings

from config.staff.models import User
from config.staff.roles import Role
from tests.cast import person, whole_cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss(client: Client) -> User:
    """An administrator, signed in on `client`."""
    boss = person(Role.ADMINISTRATOR)
    client.force_login(boss)
    return boss


def test_the_list_can_be_narrowed_and_each_filter_taken_off(client: Client, boss: User) -> None:
    person(Role.FINANCE, email="mina@example.com")
    person(Role.AUDITOR, email="ingrid@example.com")
    response = client.get("/people/", {"q": "example.com", "role": "finance"})
    page = response.context["page"]
    assert [row.email for row in page.table.data.data] == ["mina@example.com"]
    assert [(chip.label, chip.value, chip.remove_query) for chip in page.chips] == [
        ("Name or e-mail", "example.com", "role=finance"),
        ("Role", "Finance", "q=example.com"),
    ]
    assert page.shown_count == "1"


def test_an_unknown_role_shows_no_rows_instead_of_all(client: Client, boss: User) -> None:
    response = client.get("/people/", {"role": "emperor"})
    assert response.context["page"].count == 0
    assert "A filter can’t be read" in response.content.decode()


def test_no_match_offers_the_way_back(client: Client, boss: User) -> None:
    body = client.get("/people/", {"q": "zzz"}).content.decode()
    assert "No row fits all filters." in body
    assert "Clear all filters" in body


def test_the_export_is_what_is_on_the_screen(client: Client, boss: User) -> None:
    person(Role.FINANCE, Role.AUDITOR, email="mina@example.com")
    User.objects.filter(email="mina@example.com").update(name="=HYPERLINK(1)")
    response = client.get("/people/", {"q": "mina", "sort": "-name", "format": "csv"})
    text = b"".join(response).decode("utf-8")
    assert text.startswith("\ufeffName,")
    assert re.fullmatch(r'attachment; filename="people_\d{8}-\d{4}\.csv"', response.headers["Content-Disposition"])
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert [(row["Name"], row["E-mail"], row["Roles"], row["State"]) for row in rows] == [
        ("'=HYPERLINK(1)", "mina@example.com", "Finance, Auditor", "Active")
    ]


def test_htmx_gets_the_part_and_the_way_back_gets_the_page(client: Client, boss: User) -> None:
    part = client.get("/people/", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert 'id="list-status" hx-swap-oob="innerHTML"' in part
    back = client.get("/people/", headers={"HX-Request": "true", "HX-History-Restore-Request": "true"}).content.decode()
    assert "<html" in back
    assert back.count('id="list-status"') == 1


def test_an_expired_session_moves_the_page_and_not_the_fragment() -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/people/?q=kim"}
    response = Client().get("/people/?q=kim&page=2", headers=headers)
    assert response.headers["HX-Redirect"] == "/account/login/?next=/people/%3Fq%3Dkim"


def test_the_list_costs_the_same_for_few_and_many(
    client: Client, boss: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for count in (3, 30):
        for number in range(count):
            person(Role.FINANCE, Role.AUDITOR, email=f"p{count}-{number}@example.com")
        with django_assert_num_queries(6):  # session, person, roles, count, people, their roles
            assert client.get("/people/").status_code == 200


def test_the_second_page_follows_the_first_without_overlap(client: Client, boss: User) -> None:
    for number in range(120):
        person(Role.FINANCE, email=f"p{number}@example.com")  # all of one name: only the key tells them apart
    seen: list[int] = []
    for number in (1, 2, 3):
        table = client.get(f"/people/?page={number}&sort=name").context["table"]
        seen += [row.record.pk for row in table.paginated_rows]
    assert len(seen) == len(set(seen)) == 121


def test_links_of_order_and_pages_keep_the_rest_of_the_address(client: Client, boss: User) -> None:
    for number in range(60):
        person(Role.FINANCE, email=f"p{number}@example.com")
    first = client.get("/people/", {"role": "finance", "sort": "email"}).content.decode()
    assert 'href="?role=finance&amp;sort=-email"' in first
    assert 'href="?role=finance&amp;sort=email&amp;page=2"' in first
    second = client.get("/people/?role=finance&sort=email&page=2").content.decode()
    assert 'href="?role=finance&amp;sort=email&amp;page=1"' in second
    assert 'href="?role=finance&amp;sort=name"' in second
    assert 'aria-sort="ascending"' in second


@pytest.mark.parametrize("page", ["0", "-1", "x", "99999999999999999999", "²", "7"])
def test_a_page_that_is_not_there_shows_the_first(client: Client, boss: User, page: str) -> None:
    assert client.get("/people/", query_params={"page": page}).context["table"].page.number == 1


class TestInvite:
    FORM = {"email": "Mina@example.com", "name": "김미나", "language": "ko", "zone": "Asia/Seoul", "roles": ["finance"]}

    def test_without_mail_shows_a_link_that_sets_the_password(
        self, client: Client, boss: User, settings: Settings
    ) -> None:
        settings.EMAIL_HOST = ""
        response = client.post("/people/invite/", self.FORM)
        mina = User.objects.get(email="mina@example.com")
        assert mina.roles == {Role.FINANCE}
        assert mail.outbox == []
        assert "no-store" in response.headers["Cache-Control"]
        path = response.context["link"].removeprefix("http://testserver")
        stranger = Client()
        form = stranger.get(path, follow=True)
        password = "seven ledgers on a table"
        stranger.post(form.redirect_chain[-1][0], {"password1": password, "password2": password})
        assert Client().login(email="mina@example.com", password=password)

    def test_with_mail_sends_the_link_in_the_persons_language(
        self, client: Client, boss: User, settings: Settings
    ) -> None:
        settings.EMAIL_HOST = "mail.example.com"
        response = client.post("/people/invite/", self.FORM)
        mina = User.objects.get(email="mina@example.com")
        assert response.headers["Location"] == reverse("staff:person", args=[mina.pk])
        assert [message.to for message in mail.outbox] == [["mina@example.com"]]
        assert "김미나 님, Jeongsan 계정이 만들어졌습니다." in mail.outbox[0].body
        assert "/account/password/set/" in mail.outbox[0].body

    def test_of_somebody_known_keeps_what_was_typed(self, client: Client, boss: User) -> None:
        person(Role.FINANCE, email="mina@example.com")
        response = client.post("/people/invite/", self.FORM)
        assert response.status_code == 422
        assert "There is already a person with this e-mail address." in response.content.decode()
        assert 'value="김미나"' in response.content.decode()


class TestPerson:
    def test_roles_are_changed_by_form(self, client: Client, boss: User) -> None:
        mina = person(Role.FINANCE)
        client.post(f"/people/{mina.pk}/roles/", {"roles": ["finance_lead", "auditor"]})
        assert User.objects.get(pk=mina.pk).roles == {Role.FINANCE_LEAD, Role.AUDITOR}

    def test_an_unknown_role_changes_nothing(self, client: Client, boss: User) -> None:
        mina = person(Role.FINANCE)
        assert client.post(f"/people/{mina.pk}/roles/", {"roles": ["emperor"]}).status_code == 422
        assert User.objects.get(pk=mina.pk).roles == {Role.FINANCE}

    def test_ones_own_roles_are_refused_with_the_reason(self, client: Client, boss: User) -> None:
        response = client.post(f"/people/{boss.pk}/roles/", {"roles": ["finance_lead"]})
        assert response.status_code == 422
        assert "Nobody changes their own roles" in response.content.decode()
        assert User.objects.get(pk=boss.pk).roles == {Role.ADMINISTRATOR}

    def test_disabling_and_enabling(self, client: Client, boss: User) -> None:
        mina = person(Role.FINANCE)
        client.post(f"/people/{mina.pk}/disable/")
        assert not User.objects.get(pk=mina.pk).is_active
        client.post(f"/people/{mina.pk}/enable/")
        assert User.objects.get(pk=mina.pk).is_active

    def test_a_disabled_person_gets_no_link(self, client: Client, boss: User) -> None:
        mina = person(Role.FINANCE)
        client.post(f"/people/{mina.pk}/disable/")
        response = client.post(f"/people/{mina.pk}/link/")
        assert response.headers["Location"] == f"/people/{mina.pk}/"

    def test_the_auditor_sees_no_buttons(self, client: Client) -> None:
        cast = whole_cast()
        client.force_login(cast[Role.AUDITOR])
        body = client.get(f"/people/{cast[Role.FINANCE].pk}/").content.decode()
        assert "Save roles" not in body
        assert "Disable" not in body
        assert '<fieldset class="role-choices" disabled>' in body


def test_a_refusal_says_what_is_missing_and_whom_to_ask(client: Client) -> None:
    cast = whole_cast()
    client.force_login(cast[Role.FINANCE])
    response = client.get("/people/")
    body = response.content.decode()
    assert response.status_code == 403
    assert "See people and their roles" in body
    assert "Auditor, Administrator" in body
    assert cast[Role.ADMINISTRATOR].email in body
