"""References with a slash: whatever can be told of them can be told at their addresses, and read there."""

from __future__ import annotations

import pytest

from payments.acts.models import PaymentAct
from payments.ledger.models import CheckoutStep, Refund
from tests.payments.acts.stories import FakeClient, stripe
from tests.payments.acts.stories import captured as captured_at_stripe
from tests.payments.acts.stories import fake as fake
from tests.payments.intake.api.asking import NOON, Machine, captured, checkout
from tests.payments.ledger.telling import make_provider

pytestmark = pytest.mark.django_db

STEP = {"steps": [{"step": "submitted", "occurred_at": NOON}]}
REFUND = {"id": "r-1", "status": "succeeded", "occurred_at": NOON, "provider": "local", "provider_key": "re-1",
          "amount": 400, "currency": "KRW"}  # fmt: skip


@pytest.mark.parametrize("reference", ["2026/11/A-1", "/A-1", "A-1/", "A-1/refunds/7"])
@pytest.mark.parametrize("slash", ["/", "%2F"])
def test_everything_is_told_and_read_at_the_address_of_a_reference_with_slashes(reference: str, slash: str) -> None:
    make_provider("local", event_adapter="")
    shop, at = Machine(), reference.replace("/", slash)
    assert shop.post("checkouts", checkout(merchant_reference=reference)).status_code == 201
    assert shop.post(f"checkouts/{at}/steps", STEP).status_code == 200
    event = captured()
    told = {"status": "captured", **{name: event[name] for name in event if name not in ("kind", "merchant_reference")}}
    assert shop.post(f"payments/{at}/attempts", told).status_code == 201
    assert shop.post(f"payments/{at}/refunds", REFUND).status_code == 201
    assert shop.get(f"checkouts/{at}").json()["merchant_reference"] == reference
    assert shop.get(f"payments/{at}").json()["refunded"] == 400
    assert CheckoutStep.objects.get().step == "submitted"
    assert Refund.objects.get().payment.merchant_reference == reference


@pytest.mark.parametrize("suffix", ["steps", "attempts", "refunds", "acts"])
def test_a_reference_that_ends_like_an_address_is_still_told_of_and_found_by_the_list(suffix: str) -> None:
    make_provider("local", event_adapter="")
    shop, reference = Machine(), f"A-1/{suffix}"
    assert shop.post("checkouts", checkout(merchant_reference=reference)).status_code == 201
    assert shop.post(f"checkouts/{reference}/steps", STEP).json()["merchant_reference"] == reference
    shop.post("events", captured(merchant_reference=reference))
    assert shop.post(f"payments/{reference}/refunds", REFUND).json()["merchant_reference"] == reference
    (listed,) = shop.get("payments", {"merchant_reference": reference}).json()["results"]
    assert (listed["merchant_reference"], listed["refunded"]) == (reference, 400)


def test_a_customer_may_have_a_slash_too() -> None:
    shop = Machine()
    shop.post("checkouts", checkout(customer={"id": "c/1"}))
    assert shop.get("customers/c%2F1").json()["id"] == "c/1"


def test_money_is_moved_at_an_address_with_a_slash(fake: FakeClient) -> None:
    stripe()
    captured_at_stripe(reference="2026/A-1")
    answer = Machine().post("payments/2026%2FA-1/acts", {"kind": "refund", "amount": 4_000}, repeat="once")
    assert (answer.status_code, PaymentAct.objects.get().payment.merchant_reference) == (202, "2026/A-1")
