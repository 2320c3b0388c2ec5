"""A morning in finance, without script: from Today to a break that is explained, each page found by its links."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from config.staff.roles import Role
from payments.settlement.models import Break
from payments.settlement.services import imports
from payments.settlement.services.reconcile import reconcile_everything
from tests.cast import PASSWORD, person
from tests.payments.settlement.arrivals import adyen, batch

pytestmark = pytest.mark.django_db


def links(page: Any) -> list[str]:
    """The addresses a page leads to."""
    return [link.replace("&amp;", "&") for link in re.findall(r'href="([^"#][^"]*)"', page.content.decode())]


def test_from_a_file_to_an_explained_day(client: Client, tmp_path: Path, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path / "vault"
    kim = person(Role.FINANCE)
    adyen()
    signed_in = client.post("/account/login/", {"login": kim.email, "password": PASSWORD}, follow=True)
    assert signed_in.redirect_chain[-1][0] == "/"
    assert "/settlement/imports/" in links(client.get("/"))

    # The statement of yesterday is dropped, read by the worker, looked at and posted.
    report = SimpleUploadedFile("report.csv", batch(1000, 2000).encode())
    preview = client.post("/settlement/imports/upload/", {"uploads": [report], "source": ""}, follow=True)
    received = preview.context["found"].row
    imports.advance(received.pk)
    client.post(f"/settlement/imports/{received.pk}/commit/")
    reconcile_everything(as_of=date(2026, 7, 31))

    # Today leads to the day, the day to its breaks.
    day_address = next(link for link in links(client.get("/")) if link.startswith("/settlement/days/adyen/"))
    day = client.get(day_address)
    assert day.context["day"].verdict == "unexplained"
    assert [(risk.currency, risk.at_risk, risk.count) for risk in day.context["day"].unexplained.risks] == [
        ("EUR", 3_000, 2)
    ]
    queue = next(link for link in links(day) if link.startswith("/settlement/breaks/?") and "kind=" in link)
    rows = client.get(queue).context["table"].rows
    assert len(rows) == 2

    # Both are taken at once, one is explained, then the other: the day is ready.
    chosen = [row.record.pk for row in rows]
    client.post("/settlement/breaks/assign/", {"break": chosen, "owner": kim.pk, "query": ""})
    for pk in chosen:
        client.post(f"/settlement/breaks/{pk}/investigate/")
        client.post(f"/settlement/breaks/{pk}/resolve/", {"reason": "our_error", "explanation": "booked by hand"})
    assert set(Break.objects.values_list("state", "owner")) == {("resolved", kim.pk)}
    assert client.get(day_address).context["day"].status == "ready"
    assert client.get("/").context["settlement"].break_count == 0
