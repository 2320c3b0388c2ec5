"""Pages of lists: an entry is added, approved by somebody else, found by its value, removed; many come from a file."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from config.staff.models import User
from config.staff.roles import Role
from fraud.lists.models import ListEntry, ListName
from payments.ledger.models import Customer
from tests.cast import person
from tests.payments.valid_rows import row

pytestmark = pytest.mark.django_db
HEADER = "list,kind,value,reason,expires_on\n"


def browser(role: Role) -> Client:
    client = Client()
    client.force_login(person(role))
    return client


@pytest.fixture
def analyst() -> Client:
    return browser(Role.FRAUD_ANALYST)


@pytest.fixture
def lead() -> Client:
    return browser(Role.FRAUD_LEAD)


def given(**changes: str) -> dict[str, str]:
    """What a browser sends of the form."""
    return {"list_name": "2", "kind": "5", "text": "kim@example.com", "reason": "chargeback", **changes}


def test_an_entry_is_added_found_by_its_value_and_removed(analyst: Client) -> None:
    page = analyst.post(reverse("lists:create"), given(), follow=True).content.decode()
    entry = ListEntry.objects.get()
    assert "k…@example.com" in page
    assert "kim@example.com" not in page
    url = reverse("lists:entries")
    for query, found in (({"q": "KIM@example.com"}, 1), ({"q": "lee@example.com"}, 0), ({"state": "in_force"}, 1),
                         ({"state": "waiting"}, 0), ({"list_name": "2", "kind": "5"}, 1)):  # fmt: skip
        assert analyst.get(url, query).content.decode().count("k…@example.com") == found
    again = analyst.post(reverse("lists:create"), given(text="Kim@Example.com"))
    assert (again.status_code, "It stands on this list already." in again.content.decode()) == (422, True)
    assert "Say why." in analyst.post(reverse("lists:remove", args=[entry.pk]), {}, follow=True).content.decode()
    removed = analyst.post(reverse("lists:remove", args=[entry.pk]), {"reason": "a mistake"}, follow=True)
    assert "The entry was removed." in removed.content.decode()
    twice = analyst.post(reverse("lists:remove", args=[entry.pk]), {"reason": "a mistake"}, follow=True)
    assert "Somebody was faster" in twice.content.decode()
    assert analyst.get(url, {"state": "removed"}).content.decode().count("k…@example.com") == 1


def test_the_allow_list_waits_for_another_person(analyst: Client, lead: Client) -> None:
    day = str(timezone.localdate() + timedelta(days=30))
    refused = analyst.post(reverse("lists:create"), given(list_name="1"))
    assert "An entry of the allow list must end, and no end may be past." in refused.content.decode()
    page = lead.post(reverse("lists:create"), given(list_name="1", ends_on=day), follow=True).content.decode()
    entry = ListEntry.objects.get()
    assert "Nobody approves their own entry. Ask another person." in page
    approve = reverse("lists:approve", args=[entry.pk])
    assert "Nobody approves their own entry" in lead.post(approve, follow=True).content.decode()
    assert analyst.post(approve).status_code == 403
    other = Client()
    other.force_login(person(Role.FRAUD_LEAD, email="other@example.com"))
    assert "The entry counts from now on." in other.post(approve, follow=True).content.decode()
    assert "Somebody was faster" in other.post(approve, follow=True).content.decode()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"kind": "4", "text": "nowhere"}, "Nobody knows this value"),
        ({"text": "4242 4242 4242 4242"}, "This looks like a card number"),
        ({"ends_on": "2020-01-01"}, "This day is over."),
        ({"reason": ""}, "This field is required."),
    ],
)
def test_what_cannot_stand_on_a_list_says_why(analyst: Client, changes: dict[str, str], words: str) -> None:
    response = analyst.post(reverse("lists:create"), given(**changes))
    assert (response.status_code, words in response.content.decode()) == (422, True)


def test_many_come_from_a_file(analyst: Client) -> None:
    url = reverse("lists:import")

    def sent(text: str, **more: str) -> str:
        return analyst.post(
            url, {"file": SimpleUploadedFile("list.csv", text.encode()), **more}, follow=True
        ).content.decode()

    good = HEADER + "block,email,a@example.com,chargeback,\nwatch,ip,203.0.113.7,many cards,\n"
    assert "list,kind,value,reason,expires_on" in analyst.get(url).content.decode()
    assert "2 rows can be added." in sent(good, check="1")
    assert not ListEntry.objects.exists()
    bad = sent(good + "allow,email,b@example.com,x,\n")
    assert "Line 4, expires_on: An entry of the allow list must end, and no end may be past." in bad
    assert not ListEntry.objects.exists()
    assert "2 entries were added." in sent(good)
    assert "The file lacks a column" in sent("a,b\n")
    many = HEADER + "grey,email,x,x,\n" * 60
    assert "and 10 more" in sent(many)


@pytest.mark.parametrize("count", [2, 12])
def test_the_list_asks_as_much_for_many_entries_as_for_few(
    analyst: Client, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for n in range(count):
        row(ListEntry, list_name=3, kind=7, key=n, hint=f"shop {n}")
    analyst.get(reverse("lists:entries"))  # what a process asks once
    with django_assert_num_queries(5):
        shown = analyst.get(reverse("lists:entries")).content.decode()
    assert shown.count("shop ") == count
    exported = b"".join(analyst.get(reverse("lists:entries"), {"format": "csv"})).decode()
    assert exported.count("watch,shop,key:") == count


def test_what_was_exported_is_imported_as_it_was(analyst: Client, lead: Client) -> None:
    """Hashes, the number of a customer, words that a spreadsheet would run, a last day; the allow list waits again."""
    row(Customer, merchant_customer_id="c-77")
    day = str(timezone.localdate() + timedelta(days=30))
    for changes in (
        {"text": "kim@example.com", "reason": "=chargeback, twice"}, {"kind": "4", "text": "203.0.113.7"},
        {"kind": "2", "text": "visa|424242|4242", "ends_on": day}, {"kind": "1", "text": "c-77"},
        {"kind": "7", "text": "-web"}, {"list_name": "1", "ends_on": day}, {"list_name": "3", "text": "gone@example.com"},
    ):  # fmt: skip
        assert analyst.post(reverse("lists:create"), given(**changes)).status_code == 302
    gone = ListEntry.objects.get(list_name=ListName.WATCH)
    analyst.post(reverse("lists:remove", args=[gone.pk]), {"reason": "over"})
    exported = analyst.get(reverse("lists:entries"), {"format": "csv"}).getvalue()
    kept = ["list_name", "kind", "key", "hint", "reason", "expires_at"]
    before = sorted(ListEntry.objects.filter(removed_at=None).values_list(*kept), key=str)
    for entry in ListEntry.objects.filter(removed_at=None):
        analyst.post(reverse("lists:remove", args=[entry.pk]), {"reason": "a mistake"})
    page = lead.post(reverse("lists:import"), {"file": SimpleUploadedFile("lists.csv", exported)}, follow=True)
    assert "6 entries were added." in page.content.decode()
    back = ListEntry.objects.filter(removed_at=None)
    assert sorted(back.values_list(*kept), key=str) == before
    allowed = back.get(list_name=ListName.ALLOW)
    assert (allowed.approved_at, allowed.added_by.email) == (None, lead_email(lead))
    again = lead.post(reverse("lists:import"), {"file": SimpleUploadedFile("lists.csv", exported)})
    assert "Line 3, value: It stands on this list already." in again.content.decode()


def lead_email(client: Client) -> str:
    return str(User.objects.get(pk=client.session["_auth_user_id"]).email)
