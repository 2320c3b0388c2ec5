"""Writes into a case what happened to its payments elsewhere."""

from __future__ import annotations

from django.db import transaction

from fraud.review.models import Alert, Case, CaseState
from fraud.review.services.writing import happened
from fraud.review.verbs import CaseVerb
from payments.acts.models import PaymentHold


@transaction.atomic
def note_hold_ended(hold_id: int) -> int:
    """Say in the open cases of a payment how a machine ended its hold; how many cases. They stay to be decided."""
    hold = PaymentHold.objects.select_related("payment").get(pk=hold_id)
    about = Alert.objects.filter(payment_id=hold.payment_id).values("case")
    cases = Case.objects.filter(pk__in=about).exclude(state=CaseState.CLOSED)
    detail = {"payment": hold.payment.merchant_reference, "ending": hold.ending, "is_by_clock": hold.is_ended_by_clock}
    for case in cases:
        happened(case, CaseVerb.HOLD_ENDED, by=None, note=hold.payment.merchant_reference, detail=detail)
    return len(cases)
