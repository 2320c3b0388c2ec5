"""People's own words never keep card data: refused by the service that would write them, and by the form before it."""

from __future__ import annotations

import pytest
from django import forms
from django.test import Client
from django.urls import reverse

from config.staff.forms import InviteForm, ProfileForm
from config.staff.roles import Role
from payments.acts.forms import ActForm, RejectForm
from payments.intake.forms import NewKeyForm
from payments.intake.services import keys
from payments.notices.addresses import AddressRefused
from payments.notices.forms import EndpointForm
from payments.notices.models import WebhookEndpoint
from payments.notices.services import endpoints
from payments.records.models import AuditEvent
from payments.settlement.forms import ResolveForm
from payments.settlement.models import BreakKind
from payments.web.models import SavedView
from payments.web.services import ViewRefused, keep_view
from payments.web.words import CARD_DATA
from tests.cast import person

TOLD = ("card 4111 1111 1111 1111", "카드 4111111111111111로", "cvv 123", "보안코드 123")


@pytest.mark.parametrize("words", TOLD)
def test_forms_say_so_at_the_field(words: str) -> None:
    asked: list[tuple[forms.Form, str]] = [
        (ActForm({"reason": words}, currency="KRW", attempts=[]), "reason"),
        (RejectForm({"reason": words}), "reason"),
        (ResolveForm({"explanation": words}, kind=BreakKind.FEE), "explanation"),
        (EndpointForm({"description": words}), "description"),
        (NewKeyForm({"name": words}), "name"),
        (InviteForm({"name": words}), "name"),
        (ProfileForm({"name": words}), "name"),
    ]
    for form, field in asked:
        assert form.errors[field] == [str(CARD_DATA)]


@pytest.mark.django_db
@pytest.mark.parametrize("words", TOLD)
def test_nothing_is_kept_under_a_name_with_card_data(words: str) -> None:
    boss = person(Role.ADMINISTRATOR)
    with pytest.raises(keys.KeyRefused, match="card data"):
        keys.issue(keys.NewKey(words, ["payments:read"], (), None), by=boss)
    with pytest.raises(AddressRefused, match="card data"):
        endpoints.create("https://shop.example.com/hook", description=words, by=boss)
    with pytest.raises(ViewRefused):
        keep_view("payments", words[:60], "", by=boss)
    assert not WebhookEndpoint.objects.exists()
    assert not SavedView.objects.exists()


@pytest.mark.django_db
def test_a_view_with_card_data_in_its_filters_is_not_saved_and_not_shown_again(client: Client) -> None:
    client.force_login(person(Role.FINANCE))
    query = "q=4111+1111+1111+1111&columns=amount"
    form = {"list": "payments", "name": "mine", "path": reverse("payments:payments"), "query": query}
    answer = client.post(reverse("views:save"), form, follow=True)
    assert str(CARD_DATA) in answer.content.decode()
    assert not SavedView.objects.exists()
    assert answer.redirect_chain[-1][0] == reverse("payments:payments")
    client.post(reverse("views:save"), form | {"query": "q=A-20260701-000123"})
    assert SavedView.objects.get().query == "q=A-20260701-000123"


@pytest.mark.django_db
def test_the_trail_of_an_export_holds_no_card_data_that_was_searched_for(client: Client) -> None:
    client.force_login(person(Role.AUDITOR))
    answer = client.get(reverse("payments:payments"), {"q": "4111 1111 1111 1111", "format": "csv"})
    assert answer.status_code == 200
    assert AuditEvent.objects.get(verb="list.exported").detail["filters"]["q"] == ["[card …1111]"]
