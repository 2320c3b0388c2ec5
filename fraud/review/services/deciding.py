"""What people decide about a case: kept at once, in effect after ten seconds in which it may be taken back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid5

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from fraud.review.models import Alert, Case, CaseState, Decision, DecisionState, Queue, Verdict
from fraud.review.queues import CLAIM, UNDO
from fraud.review.reasons import REASONS
from fraud.review.services.writing import (
    CaseNotOpen,
    CaseTaken,
    OwnSecondLook,
    checked,
    happened,
    in_hand,
    let_go,
    locked,
    undecided,
)
from fraud.review.signals import decided
from fraud.review.verbs import CaseVerb

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser


@dataclass(frozen=True, slots=True)
class Choice:
    """What somebody decides."""

    verdict: int
    reason_code: str
    ticket: UUID
    """Of the form: the same decision sent twice is one."""
    note: str = ""
    in_view: tuple[int, ...] | None = None
    """Payments that were shown; what came in after them stays undecided. None: all that the case has."""


class ReasonNotOfVerdict(Exception):
    """This reason does not speak for this verdict."""


class TicketUsed(Exception):
    """Another decision was sent with this ticket."""


class NothingToDecide(Exception):
    """Everything in view was decided meanwhile."""


class TooLate(Exception):
    """It is in effect, or was taken back already."""


class NotTheirDecision(Exception):
    """Only whoever let a decision go may take it back."""


class OwnDecision(Exception):
    """Nobody is the second person of their own decision."""


class NotAwaitingSecond(Exception):
    """Somebody agreed or refused already, or it was taken back."""


@transaction.atomic
def decide(case: Case, choice: Choice, *, by: AbstractBaseUser, is_in_bulk: bool = False) -> Decision:
    """Decide about the payments in view: in effect after ten seconds, or when a second person has agreed.

    Raises:
        ReasonNotOfVerdict, TicketUsed, NothingToDecide: what was sent cannot be kept.
        CaseNotOpen, CaseTaken, OwnSecondLook, CardDataTold.
    """
    if choice.reason_code not in [reason.value for reason in REASONS[Verdict(choice.verdict)]]:
        raise ReasonNotOfVerdict
    words = checked(choice.note)
    locked(case)
    if before := _sent_before(case, choice, by):
        return before
    row = in_hand(case, by)
    in_view = Alert.objects.filter(undecided(row))
    if choice.in_view is not None:
        in_view = in_view.filter(payment_id__in=choice.in_view)
    alerts = list(in_view)
    if not alerts:
        raise NothingToDecide
    is_blind = row.queue == Queue.QUALITY
    must_wait = not is_blind and needs_second_person(row, alerts)
    decision = Decision.objects.create(
        case=row, verdict=choice.verdict, reason_code=choice.reason_code, note=words[:500], ticket=choice.ticket,
        decided_by_id=by.pk, leaves_at=timezone.now() + UNDO, is_in_bulk=is_in_bulk, is_blind=is_blind,
        state=DecisionState.AWAITING_SECOND if must_wait else DecisionState.PENDING,
    )  # fmt: skip
    in_view.update(settled_by=decision)
    _move(row, CaseState.AWAITING_SECOND if must_wait else CaseState.DECIDED)
    verb = CaseVerb.SECOND_WANTED if must_wait else CaseVerb.DECIDED
    happened(row, verb, by=by, note=words, detail=_detail(decision))
    if not must_wait:
        transaction.on_commit(tell)
    return decision


def _sent_before(case: Case, choice: Choice, by: AbstractBaseUser) -> Decision | None:
    found = Decision.objects.filter(ticket=choice.ticket).first()
    if found and (found.case_id, found.decided_by_id, found.verdict) != (case.pk, by.pk, choice.verdict):
        raise TicketUsed
    return found


def needs_second_person(row: Case, alerts: Iterable[Alert]) -> bool:
    """Whether what is decided about comes to more than one person may decide, in any currency.

    What was decided of the same case and nobody else has looked at counts too: nobody decides a large one in parts.
    """
    sums: dict[str, int] = defaultdict(int)
    unseen = Alert.objects.filter(case=row, settled_by__state=DecisionState.DONE, settled_by__second_by=None)
    for alert in (*alerts, *unseen):
        sums[alert.currency] += alert.amount
    limits: dict[str, int] = settings.FRAUD_SECOND_ABOVE
    return any(currency in limits and amount > limits[currency] for currency, amount in sums.items())


@transaction.atomic
def undo(decision: Decision, *, by: AbstractBaseUser) -> Case:
    """Take a decision back that is not in effect; the case is open again, and in the hands of whoever takes it back.

    Raises:
        TooLate: it is in effect, or was taken back or refused.
        NotTheirDecision: somebody else let it go.
    """
    row, made = _held(decision)
    if made.state not in (DecisionState.PENDING, DecisionState.AWAITING_SECOND):
        raise TooLate
    if by.pk not in (made.decided_by_id, made.second_by_id):
        raise NotTheirDecision
    _end(made, DecisionState.UNDONE)
    row.claimed_by_id, row.claimed_until = by.pk, timezone.now() + CLAIM
    _reopen(row, made)
    happened(row, CaseVerb.UNDONE, by=by, detail=_detail(made))
    return row


@transaction.atomic
def second(decision: Decision, is_agreed: bool, *, by: AbstractBaseUser, note: str = "") -> Decision:
    """Agree to somebody's decision, which takes effect in ten seconds then, or refuse it: the case is open again.

    Raises:
        OwnDecision: it is this person's own.
        NotAwaitingSecond: there is nothing to agree to any more.
        CardDataTold: the note holds card data.
    """
    words = checked(note)
    row, made = _held(decision)
    if made.state != DecisionState.AWAITING_SECOND:
        raise NotAwaitingSecond
    if made.decided_by_id == by.pk:
        raise OwnDecision
    made.second_by_id, made.second_at = by.pk, timezone.now()
    if is_agreed:
        made.state, made.leaves_at = DecisionState.PENDING, timezone.now() + UNDO
        made.save(update_fields=["state", "leaves_at", "second_by", "second_at"])
        _move(row, CaseState.DECIDED)
        transaction.on_commit(tell)
    else:
        _end(made, DecisionState.REFUSED)
        _reopen(row, made)
    verb = CaseVerb.SECONDED if is_agreed else CaseVerb.REFUSED
    happened(row, verb, by=by, note=words, detail=_detail(made))
    return made


@dataclass(frozen=True, slots=True)
class InBulk:
    """What became of many cases."""

    decided: tuple[Decision, ...]
    passed: tuple[int, ...]
    """Cases that are somebody else's, not open any more, or about this person's own decision."""


def decide_in_bulk(cases: Sequence[Case], choice: Choice, *, by: AbstractBaseUser) -> InBulk:
    """Decide the same about many cases, each in its own transaction; those above the amount wait for a second person.

    Raises:
        ReasonNotOfVerdict, CardDataTold: nothing was decided.
    """
    made, passed = [], []
    for case in sorted(cases, key=lambda each: each.pk):
        ticket = uuid5(choice.ticket, str(case.pk))
        try:
            made.append(decide(case, replace(choice, ticket=ticket, in_view=None), by=by, is_in_bulk=True))
        except (CaseNotOpen, CaseTaken, OwnSecondLook, NothingToDecide):
            passed.append(case.pk)
    return InBulk(tuple(made), tuple(passed))


def tell() -> None:
    """Say that a decision is on its way; which one is not needed, the rows are the truth."""
    decided.send_robust(sender=Decision)


def _held(decision: Decision) -> tuple[Case, Decision]:
    """Case and decision as they are now, locked in that order."""
    row = locked(decision.case)
    made = Decision.objects.select_for_update().get(pk=decision.pk)
    return row, made


def _end(made: Decision, state: DecisionState) -> None:
    made.state, made.settled_at = state, timezone.now()
    made.save(update_fields=["state", "settled_at", "second_by", "second_at"])


def _reopen(row: Case, made: Decision) -> None:
    Alert.objects.filter(settled_by=made).update(settled_by=None)
    row.state = CaseState.OPEN
    row.save(update_fields=["state", "claimed_by", "claimed_until"])


def _move(row: Case, state: CaseState) -> None:
    row.state = state
    let_go(row)
    row.save(update_fields=["state", "claimed_by", "claimed_until"])


def _detail(made: Decision) -> dict[str, Any]:
    return {"decision": made.pk, "verdict": made.verdict, "reason": made.reason_code}
