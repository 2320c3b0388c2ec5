"""Two people, or two tabs, on one break: nobody takes it from another unknowingly, and no comment is lost."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from config.staff.roles import Role
from payments.settlement.models import Break
from payments.settlement.services import breaks
from payments.settlement.services.reconcile import reconcile_everything
from tests.cast import person
from tests.payments.settlement.facts import Merchant

pytestmark = pytest.mark.django_db


def test_a_form_that_lay_open_takes_no_break_from_whoever_took_it_meanwhile(client: Client) -> None:
    kim = person(Role.FINANCE)
    client.force_login(kim)
    Merchant().statement("s1", {"provider_key": "p1"})
    reconcile_everything(as_of=date(2026, 7, 31))
    broken = Break.objects.get()
    lead = person(Role.FINANCE_LEAD)
    assign = reverse("settlement:break_assign", args=[broken.pk])
    breaks.assign(broken, to=lead, by=lead)

    client.post(assign, {"seen_owner": "", "owner": "", "comment": "은행에 물어봄 🙏"})
    refused = client.post(assign, {"seen_owner": "", "owner": kim.pk, "comment": "kept"}, follow=True)
    taken = client.post(reverse("settlement:break_investigate", args=[broken.pk]), {"seen_owner": ""}, follow=True)

    broken.refresh_from_db()
    assert (broken.owner, broken.state) == (lead, "open")
    words = f"Meanwhile this break belongs to {lead}. Look again before you decide."
    for page in (refused, taken):
        assert [str(each) for each in page.context["messages"]] == [words]
    assert list(broken.events.filter(verb="commented").values_list("comment", flat=True)) == [
        "은행에 물어봄 🙏",
        "kept",
    ]
    client.post(assign, {"seen_owner": lead.pk, "owner": kim.pk, "comment": ""})
    broken.refresh_from_db()
    assert broken.owner == kim
