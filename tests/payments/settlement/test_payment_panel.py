"""From a payment to the bank and back: what settled it is on its page, and the pages of settlement lead to it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from config.staff.roles import Role
from payments.facts import EventKind
from payments.ledger.models import Movement, Payment
from payments.ledger.services.record import record
from payments.settlement.models import Break, StatementLine
from payments.settlement.selectors.known_payments import payment_behind
from payments.settlement.services.reconcile import reconcile_everything
from tests.cast import person
from tests.payments.ledger.telling import tell
from tests.payments.settlement.facts import Merchant

pytestmark = pytest.mark.django_db
AS_OF = date(2026, 7, 9)


@pytest.fixture
def reader(client: Client) -> Client:
    """Somebody who sees payments and settlement."""
    client.force_login(person(Role.FINANCE))
    return client


def captured(order: str, key: str, amount: int = 10_000) -> None:
    """The provider tells that it took money."""
    with transaction.atomic():
        record([tell(EventKind.CAPTURED, provider="toss", merchant_reference=order, attempt_reference=f"pay_{order}",
                     provider_key=key, amount=amount, source_event_id=f"c-{key}")])  # fmt: skip


def settled() -> Merchant:
    """One payment taken by event, on a statement, in a payout, at the bank."""
    merchant = Merchant()
    captured("A-1", "tx-1")
    merchant.statement(
        "s1", {"provider_key": "tx-1", "amount": 10_000, "fee": 300, "payout": "pay-1"},
        payout={"key": "pay-1", "amount": 9_700, "on": date(2026, 7, 3)},
    )  # fmt: skip
    merchant.bank({"amount": 9_700, "text": "pay-1 settlement"})
    reconcile_everything(as_of=AS_OF)
    return merchant


def test_the_timeline_follows_the_money_to_the_bank(reader: Client) -> None:
    settled()
    page = reader.get("/payments/A-1/")
    said = [(str(moment.badge.label), moment.amount) for moment in page.context["moments"]]
    assert said == [
        ("Captured", 10_000),
        ("To be settled: Sale", 10_000),
        ("On the statement: Sale", 9_700),
        ("In a payout", 9_700),
        ("At the bank", 9_700),
    ]
    (found,) = [panel.context["found"] for panel in page.context["panels"] if panel.title == "Settled by"]
    assert [(each.line.net, each.is_equal, each.payout.payout_key) for each in found.lines] == [(9_700, True, "pay-1")]
    assert found.waiting_count == 0
    text = page.content.decode()
    assert reverse("settlement:line", args=[found.lines[0].line.pk]) in text
    assert reverse("settlement:payout", args=[found.payouts[0].pk]) in text
    assert "pay-1 settlement" in text
    (labelled,) = re.findall(r'role="region" aria-labelledby="(panel-\d+)"', text)
    assert f'id="{labelled}"' in text


def test_a_movement_that_only_our_export_names_is_found_by_the_providers_key(reader: Client) -> None:
    merchant = Merchant()
    merchant.movements({"key": "ours-1", "provider_key": "tx-1", "amount": 10_000})
    captured("A-1", "tx-1")
    assert Movement.objects.get().payment_id is None, "told by the export first, it is not posted again"
    page = reader.get("/payments/A-1/")
    assert [movement.movement_key for movement, _words in page.context["movements"]] == ["ours-1"]


def test_the_pages_of_settlement_lead_to_the_payment(reader: Client) -> None:
    settled()
    merchant = Merchant(code="other")
    merchant.statement("s2", {"provider_key": "lost-1"})
    reconcile_everything(as_of=AS_OF)
    line = StatementLine.objects.get(provider_key="tx-1")
    lost = StatementLine.objects.get(provider_key="lost-1")
    assert '"/payments/A-1/"' in reader.get(reverse("settlement:line", args=[line.pk])).content.decode()
    assert (
        '"/payments/' not in reader.get(reverse("settlement:line", args=[lost.pk])).content.decode().split("<main")[1]
    )
    captured("A-2", "tx-2", 500)
    reconcile_everything(as_of=date(2026, 9, 9))
    broken = Break.objects.get(kind="missing_on_statement")
    assert '"/payments/A-2/"' in reader.get(reverse("settlement:break", args=[broken.pk])).content.decode()


def test_a_payment_is_known_by_movement_by_order_and_by_an_id_of_the_provider() -> None:
    settled()
    payment = Payment.objects.get()
    line, movement = StatementLine.objects.get(), Movement.objects.get()
    assert payment_behind(None, movement) == payment
    assert payment_behind(line, None) == payment
    assert payment_behind(StatementLine(provider=line.provider, merchant_reference="A-1"), None) == payment
    assert payment_behind(StatementLine(provider=line.provider, payment_reference="pay_A-1"), None) == payment
    assert payment_behind(StatementLine(provider=line.provider), None) is None
    assert payment_behind(None, None) is None


def test_lines_in_a_list_lead_to_their_payments(reader: Client) -> None:
    merchant = Merchant()
    captured("A-1", "tx-1")
    merchant.statement("s1", {"provider_key": "tx-1", "reference": "A-1"}, {"provider_key": "tx-2", "reference": "B-2"})
    statement = StatementLine.objects.all()[0].statement_id
    text = reader.get(reverse("settlement:statement_lines", args=[statement])).content.decode().split("<main")[1]
    assert '"/payments/A-1/"' in text
    assert "B-2" in text
    assert '"/payments/B-2/"' not in text


@pytest.mark.parametrize("count", [1, 30])
def test_the_panel_asks_six_questions_however_much_was_settled(
    count: int, reader: Client, django_assert_num_queries: Callable[..., Any]
) -> None:
    merchant = Merchant()
    for number in range(count):
        captured("A-1", f"tx-{number}")
    merchant.statement("s1", *({"provider_key": f"tx-{number}", "amount": 10_000, "payout": f"p-{number}"}
                               for number in range(count)))  # fmt: skip
    reconcile_everything(as_of=AS_OF)
    with django_assert_num_queries(QUESTIONS):
        page = reader.get("/payments/A-1/")
    (found,) = [panel.context["found"] for panel in page.context["panels"] if panel.title == "Settled by"]
    assert len(found.lines) == count


QUESTIONS = 24
"""Of the whole page: the frame, the ledger's, the acts' and settlement's."""
