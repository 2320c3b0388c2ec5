"""Keys that come back with a form: whatever stands there instead is no key, and no failure."""

from __future__ import annotations

import pytest
from django.test import Client

from config.staff.roles import Role
from payments.settlement.models import Break, StatementLine
from payments.settlement.views.keys import key_of
from tests.cast import person
from tests.payments.settlement.test_breaks_page import lost

NO_KEYS = ["", "-1", "1.0", "١", "²", "one", "9" * 18, "9" * 5000]


@pytest.mark.parametrize("text", NO_KEYS)
def test_what_is_no_key(text: str) -> None:
    assert key_of(text) is None


def test_what_is_one() -> None:
    assert (key_of("7"), key_of("9" * 17)) == (7, 10**17 - 1)


@pytest.mark.django_db
@pytest.mark.parametrize("text", NO_KEYS)
def test_no_act_fails_over_one(client: Client, text: str) -> None:
    lost()
    finance = person(Role.FINANCE)
    client.force_login(finance)
    line, broken = StatementLine.objects.get(), Break.objects.get()
    posted = [
        (f"/settlement/lines/{line.pk}/confirm/", {"movement": text}),
        (f"/settlement/breaks/{broken.pk}/assign/", {"owner": text}),
        (f"/settlement/statements/{line.statement_id}/versions/count/", {"seen": text, "reason": "ours"}),
    ]
    for address, given in posted:
        assert client.post(address, given).status_code in {302, 404, 422}, address
