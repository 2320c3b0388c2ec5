"""Decides about acts above the limit: always another person than the one who asked, always audited."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from payments.acts.models import ActKind, ActState, PaymentAct
from payments.acts.services.endings import tell_the_shop
from payments.acts.services.refusals import ActRefused, NotAwaitingApproval, OwnAct, ReasonMissing, Refusal
from payments.acts.services.wishes import check_room, hold, refund_event, wake
from payments.cards import holds_card_data
from payments.facts import EventKind
from payments.ledger.services.record import record
from payments.records.models import AuditEvent
from payments.records.services import audit

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser


@transaction.atomic
def approve(act: PaymentAct, *, by: AbstractBaseUser) -> PaymentAct:
    """Let an act go: it is queued and sent after commit.

    Raises:
        OwnAct: the same person asked for it, or issued the key that did.
        NotAwaitingApproval: it was decided meanwhile.
        ActRefused: the payment has no room for it any more; it goes on waiting.
    """
    row = _undecided(act, by)
    check_room(row.payment, ActKind(row.kind), row.amount, besides=row.pk)
    row.state, row.next_try_at = ActState.QUEUED, timezone.now()
    _decide(row, "act.approved", by, "")
    transaction.on_commit(wake)
    return row


@transaction.atomic
def reject(act: PaymentAct, reason: str, *, by: AbstractBaseUser) -> PaymentAct:
    """Refuse an act; its money is free again.

    Raises:
        OwnAct: the same person asked for it, or issued the key that did.
        NotAwaitingApproval: it was decided meanwhile.
        ReasonMissing: no reason in words.
        ActRefused: the reason holds card data.
    """
    if not reason.strip():
        raise ReasonMissing
    if holds_card_data(reason):
        raise ActRefused(Refusal.CARD_DATA)
    row = _undecided(act, by)
    row.state, row.error, row.finished_at = ActState.REJECTED, reason.strip()[:300], timezone.now()
    _decide(row, "act.rejected", by, reason.strip())
    if row.kind == ActKind.REFUND:
        record([refund_event(row, EventKind.REFUND_FAILED, "rejected", row.finished_at)])
    tell_the_shop(row)
    return row


def is_own(act: PaymentAct, by: AbstractBaseUser) -> bool:
    """Whether a person asked for an act, or a machine did with a key that this person was once shown."""
    if act.requested_by_id == by.pk:
        return True
    # The trail knows who issued a key, or rotated it: nobody else has seen the whole of it here.
    issued = AuditEvent.objects.filter(subject_type="api_key", verb="api_key.issued", actor_id=by.pk)
    return bool(act.requested_with) and issued.filter(detail__prefix=act.requested_with).exists()


def _undecided(act: PaymentAct, by: AbstractBaseUser) -> PaymentAct:
    row = hold(act)
    if row.state != ActState.AWAITING_APPROVAL:
        raise NotAwaitingApproval(row.state)
    if is_own(row, by):
        raise OwnAct
    return row


def _decide(row: PaymentAct, verb: str, by: AbstractBaseUser, reason: str) -> None:
    row.decided_by_id, row.decided_at = by.pk, timezone.now()
    row.save(update_fields=["state", "next_try_at", "error", "finished_at", "decided_by", "decided_at"])
    detail = {"kind": row.kind, "amount": row.amount, "currency": row.currency}
    audit.record(verb, by=by, about=("payment_act", row.pk), detail=detail, reason=reason)
