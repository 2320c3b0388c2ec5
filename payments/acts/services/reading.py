"""Looks at the provider whether an act of ours was done: by what was done there since, and by nobody else's act."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from payments.acts.models import ActKind, PaymentAct
from payments.facts import EventKind, NeutralEvent
from payments.providers.answers import ActResult, ProviderClient
from payments.providers.answers import ActState as Answered

CLOCKS_DIFFER: Final = timedelta(minutes=5)
NOT_FOUND: Final = "not_found_at_provider"
"""It was asked in time and in vain: the act never happened, and may be asked for anew."""

_SHOWN_BY: Final = {
    ActKind.CAPTURE: frozenset({EventKind.CAPTURED}),
    ActKind.VOID: frozenset({EventKind.VOIDED}),
    ActKind.REFUND: frozenset({EventKind.REFUNDED, EventKind.REFUND_REQUESTED}),
}


def found_at_provider(act: PaymentAct, client: ProviderClient) -> ActResult:
    """What the provider's own record says of an act: done, or that there is no such thing.

    Raises CallFailed, CallRefused or Untranslatable when it says nothing.
    """
    events = client.read_payment(act.attempt_reference)
    others = PaymentAct.objects.filter(payment_id=act.payment_id).exclude(pk=act.pk).exclude(provider_reference="")
    taken = set(others.values_list("provider_reference", flat=True))
    for event in events:
        name = event.provider_key or event.object_key
        if _is_ours(event, act) and name not in taken:
            return ActResult(Answered.DONE, name, events)
    return ActResult(Answered.FAILED, events=events, error=NOT_FOUND)


def _is_ours(event: NeutralEvent, act: PaymentAct) -> bool:
    assert act.sent_at is not None
    kind = ActKind(act.kind)
    is_amount = kind == ActKind.VOID or event.amount == act.amount
    return event.kind in _SHOWN_BY[kind] and is_amount and event.occurred_at >= act.sent_at - CLOCKS_DIFFER
