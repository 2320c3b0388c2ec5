"""A chargeback in a posted file opens its dispute, whichever of file and event comes first."""

from __future__ import annotations

import pytest

from payments.facts import EventKind
from payments.ledger.models import Dispute
from tests.payments.acts.stories import tell_all
from tests.payments.ledger.telling import tell
from tests.payments.providers.adyen_files import payment, report
from tests.payments.settlement.arrivals import Desk, adyen

pytestmark = pytest.mark.django_db

CHARGEBACK = payment("Chargeback", "-10.00", "-10.00", number=3)
KEY = CHARGEBACK["Modification Reference"]
EVENT = tell(
    EventKind.CHARGED_BACK, 9, provider="adyen", merchant_reference="M-1", provider_key=KEY, amount=1_000,
    currency="EUR",
)  # fmt: skip


def disputes() -> list[tuple[object, ...]]:
    """Every dispute."""
    columns = "provider_reference", "amount", "currency", "status", "is_from_statement", "payment__merchant_reference"
    return list(Dispute.objects.values_list(*columns))


def test_a_file_opens_a_dispute_and_its_correction_not_another(desk: Desk) -> None:
    provider = adyen()
    assert desk.take(provider, report([CHARGEBACK])).state == "posted"
    assert disputes() == [(KEY, 1_000, "EUR", "charged_back", True, None)]
    sale = payment("Settled", "20.00", "19.90", number=4, commission="0.10")
    assert desk.take(provider, report([CHARGEBACK, sale]), "corrected.csv").state == "posted"
    assert disputes() == [(KEY, 1_000, "EUR", "charged_back", True, None)]


@pytest.mark.parametrize("is_event_first", [True, False])
def test_file_and_event_are_one_dispute(desk: Desk, is_event_first: bool) -> None:
    provider = adyen(event_adapter="adyen")
    if is_event_first:
        tell_all([EVENT])
    desk.take(provider, report([CHARGEBACK]))
    if not is_event_first:
        tell_all([EVENT])
    assert disputes() == [(KEY, 1_000, "EUR", "charged_back", False, "M-1")]
