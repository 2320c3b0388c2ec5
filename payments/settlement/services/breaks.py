"""What people do about breaks: take them, comment, explain them, take an explanation back. Nothing is silent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final, Literal

from django.db import transaction
from django.utils import timezone

from payments.cards import holds_card_data
from payments.records.services import audit
from payments.settlement.models import Break, BreakEvent, BreakKind, BreakState, ResolutionReason
from payments.settlement.permissions import WORK

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser

SeenOwner = int | None | Literal["any"]
"""Key of the owner whom somebody had in view; None for nobody; "any" where it makes no difference."""
_OF_ONE_PERSON: Final = (ResolutionReason.PROVIDER_ERROR, ResolutionReason.OUR_ERROR)


class BreakIsResolved(Exception):
    """It was explained meanwhile; whoever wants to change it reopens it first."""


class BreakIsNotResolved(Exception):
    """Only a resolved break can be reopened."""


class UnableToOwn(Exception):
    """The person may not work on breaks."""


class OwnerChanged(Exception):
    """Somebody else took the break, or gave it away, while the person looked at it."""


class ReasonNotAllowed(Exception):
    """This reason is not one that a single person may give for a break of this kind."""


class CommentMissing(Exception):
    """An explanation or a reopening says why in words."""


class CardDataTold(Exception):
    """The words hold a card number or a security code, which is kept nowhere."""


def allowed_reasons(kind: str) -> tuple[ResolutionReason, ...]:
    """The reasons one person may give for a break of a kind.

    *Timing* is the machine's: it closes a break by itself when the counterpart comes. *Matched by hand* comes with the
    match. *Written off* gives money up, so it needs a second person and is not offered to one.
    """
    return (*_OF_ONE_PERSON, ResolutionReason.FEE_AGREED) if kind == BreakKind.FEE else _OF_ONE_PERSON


@transaction.atomic
def assign(broken: Break, *, to: AbstractBaseUser | None, by: AbstractBaseUser, seen_owner: SeenOwner = "any") -> Break:
    """Give a break an owner, or none; the state stays. The same owner again changes nothing.

    `seen_owner` is the owner whom the person had in view when deciding, so that nobody takes a break from another
    unknowingly.

    Raises:
        UnableToOwn: the person may not work on breaks.
        BreakIsResolved: it is resolved.
        OwnerChanged: it belongs to somebody else than `seen_owner` by now.
    """
    if to is not None and not (to.is_active and to.has_perm(WORK)):  # type: ignore[attr-defined]
        raise UnableToOwn
    row = _locked(broken)
    if row.owner_id == (to.pk if to else None):
        return row
    if seen_owner not in ("any", row.owner_id):
        raise OwnerChanged
    row.owner_id = to.pk if to else None
    row.save(update_fields=["owner"])
    _note(row, BreakEvent.Verb.ASSIGNED, by, owner=row.owner_id, name=str(to) if to else "")
    return row


@transaction.atomic
def assign_many(breaks: Sequence[Break], *, to: AbstractBaseUser | None, by: AbstractBaseUser) -> int:
    """Give several breaks an owner; those resolved meanwhile are left alone. Returns how many changed.

    Raises:
        UnableToOwn: the person may not work on breaks.
    """
    changed = 0
    for broken in sorted(breaks, key=lambda each: each.pk):  # always in one order, so that two people never deadlock
        before = broken.owner_id
        try:
            changed += assign(broken, to=to, by=by).owner_id != before
        except BreakIsResolved:
            continue
    return changed


@transaction.atomic
def investigate(broken: Break, *, by: AbstractBaseUser, seen_owner: SeenOwner = "any") -> Break:
    """Start working on a break: it is then investigating and belongs to whoever started.

    Raises:
        UnableToOwn: the person may not work on breaks.
        BreakIsResolved: it is resolved.
        OwnerChanged: it belongs to somebody else than `seen_owner` by now.
    """
    row = assign(broken, to=by, by=by, seen_owner=seen_owner)
    if row.state != BreakState.INVESTIGATING:
        row.state = BreakState.INVESTIGATING
        row.save(update_fields=["state"])
        _note(row, BreakEvent.Verb.CHANGED, by, state=BreakState.INVESTIGATING.value)
    return row


@transaction.atomic
def comment(broken: Break, text: str, *, by: AbstractBaseUser) -> BreakEvent:
    """Write something down; resolved breaks can be commented on too.

    Raises:
        CommentMissing: the text is empty.
        CardDataTold: it holds card data.
    """
    return _note(broken, BreakEvent.Verb.COMMENTED, by, comment=_words(text))


@transaction.atomic
def resolve(broken: Break, reason: str, explanation: str, *, by: AbstractBaseUser) -> Break:
    """Explain a break. It comes back by itself when a later run finds other figures.

    Raises:
        ReasonNotAllowed: one person may not give this reason for a break of this kind.
        CommentMissing, CardDataTold: no explanation in words, or one with card data.
        BreakIsResolved: somebody else was faster.
    """
    row = _locked(broken)
    if reason not in allowed_reasons(row.kind):
        raise ReasonNotAllowed(reason)
    words = _words(explanation)
    row.state, row.reason, row.resolved_at = BreakState.RESOLVED, reason, timezone.now()
    row.save(update_fields=["state", "reason", "resolved_at"])
    figures = {"amount_at_risk": row.amount_at_risk, "currency": row.currency}
    _note(row, BreakEvent.Verb.RESOLVED, by, comment=words, reason=reason, **figures)
    return row


@transaction.atomic
def reopen(broken: Break, explanation: str, *, by: AbstractBaseUser) -> Break:
    """Take an explanation back.

    Raises:
        BreakIsNotResolved: there is nothing to take back.
        CommentMissing, CardDataTold: no explanation in words, or one with card data.
    """
    row = Break.objects.select_for_update(of=("self",)).get(pk=broken.pk)
    if row.state != BreakState.RESOLVED:
        raise BreakIsNotResolved
    words = _words(explanation)
    row.state, row.reason, row.resolved_at = BreakState.OPEN, "", None
    row.save(update_fields=["state", "reason", "resolved_at"])
    _note(row, BreakEvent.Verb.REOPENED, by, comment=words)
    return row


def _words(text: str) -> str:
    if not text.strip():
        raise CommentMissing
    if holds_card_data(text):
        raise CardDataTold
    return text.strip()


def _locked(broken: Break) -> Break:
    """The row as it is now, held until the transaction ends."""
    row = Break.objects.select_for_update(of=("self",)).get(pk=broken.pk)
    if row.state == BreakState.RESOLVED:
        raise BreakIsResolved
    return row


def _note(
    broken: Break, verb: BreakEvent.Verb, by: AbstractBaseUser, *, comment: str = "", **detail: Any
) -> BreakEvent:
    """One event for the break's history, one for the audit trail."""
    audit.record(
        f"break.{verb.value}",
        by=by,
        about=("break", broken.pk),
        detail={"natural_key": broken.natural_key, **detail},
        reason=comment,
    )
    return BreakEvent.objects.create(on_break=broken, verb=verb, by_id=by.pk, comment=comment, detail=detail)
