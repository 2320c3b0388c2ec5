"""The fold of one attempt: its status by the table of `states`, its instants, its result and its instrument; pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from payments.facts import AttemptResult, EventKind, Instrument, NeutralEvent
from payments.ledger.identities import AttemptEvents
from payments.ledger.states import FAILED_UNKNOWN, TRANSITIONS, AttemptStatus, Conflict
from payments.ledger.withdrawals import withdrawn

_ANSWERS: Final = frozenset(
    {EventKind.ATTEMPT_WAITING, EventKind.AUTHORIZED, EventKind.FAILED, EventKind.CAPTURED, EventKind.EXPIRED}
)
_ENDS: Final = frozenset({EventKind.AUTHORIZED, EventKind.FAILED, EventKind.CAPTURED, EventKind.EXPIRED})
_RELEASES: Final = frozenset({EventKind.VOIDED, EventKind.EXPIRED})
_HOLDS: Final = _RELEASES | {EventKind.AUTHORIZED}


@dataclass(frozen=True, slots=True)
class AttemptState:
    """Where one attempt stands."""

    key: str
    provider: str
    provider_reference: str
    shop_reference: str
    status: AttemptStatus
    amount: int | None
    """Minor units: the largest that was authorized, else the first that was stated."""
    method: str
    requested_at: datetime
    responded_at: datetime | None
    finished_at: datetime | None
    waiting_for_customer_seconds: int
    result: AttemptResult | None
    """None while it runs."""
    decline_code: str
    provider_decline_code: str
    instrument: Instrument
    ip: str
    device: str
    authorization_expires_at: datetime | None
    voucher_expires_at: datetime | None
    three_d_secure: str
    is_held: bool
    """Whether what was promised and not taken can still be taken: it was not given back, and did not lapse."""
    former: tuple[str, ...]
    """Keys under which it may have stood before more was told of it."""

    @property
    def has_succeeded(self) -> bool:
        """Whether the provider promised or took the money, whatever became of it later."""
        return self.result is AttemptResult.SUCCEEDED


def fold_attempt(group: AttemptEvents, events: Sequence[NeutralEvent], conflicts: list[Conflict]) -> AttemptState:
    """Fold the events of one attempt, in canonical order; what cannot be is appended to `conflicts`."""
    status, was_authorized = _status(events, conflicts)
    first = events[0]
    ends = [event for event in events if event.kind in _ENDS and event.result is not AttemptResult.UNKNOWN]
    answers = [event for event in events if event.kind in _ANSWERS and event.result is not AttemptResult.UNKNOWN]
    failure = next((event for event in reversed(events) if event.kind is EventKind.FAILED), None)
    is_failed = status in (AttemptStatus.FAILED, AttemptStatus.UNKNOWN) and failure is not None
    return AttemptState(
        key=group.key,
        provider=group.provider,
        provider_reference=group.provider_reference,
        shop_reference=group.shop_reference,
        status=status,
        amount=_amount(events),
        method=_first(events, "method"),
        requested_at=min([first.occurred_at, *(event.requested_at for event in events if event.requested_at)]),
        responded_at=answers[0].occurred_at if answers else None,
        finished_at=ends[0].occurred_at if ends else None,
        waiting_for_customer_seconds=_waiting_seconds(events),
        result=_result(status, failure, was_authorized=was_authorized),
        decline_code=failure.decline_code if is_failed and failure else "",
        provider_decline_code=failure.provider_decline_code if is_failed and failure else "",
        instrument=_instrument(events),
        ip=_first(events, "ip"),
        device=_first(events, "device"),
        authorization_expires_at=_expiry(events, EventKind.AUTHORIZED),
        voucher_expires_at=_expiry(events, EventKind.ATTEMPT_WAITING),
        three_d_secure=_first(events, "three_d_secure"),
        is_held=next((event.kind not in _RELEASES for event in reversed(events) if event.kind in _HOLDS), True),
        former=_former(group, events),
    )


def _former(group: AttemptEvents, events: Sequence[NeutralEvent]) -> tuple[str, ...]:
    """Each key that an attempt has by some of its events; before its provider was named, without one."""
    providers = dict.fromkeys(each for event in events for each in (event.provider, group.provider))
    names = [f"/{event.attempt_reference}" for event in events if event.attempt_reference]
    names += [f"~{event.shop_attempt}" for event in events if event.shop_attempt or not event.attempt_reference]
    keys = dict.fromkeys(provider + name for name in names for provider in providers)
    return tuple(key for key in keys if key != group.key)


def _status(events: Sequence[NeutralEvent], conflicts: list[Conflict]) -> tuple[AttemptStatus, bool]:
    """The status, and whether the money was ever promised."""
    failed_after_all = withdrawn(events)
    status: AttemptStatus | None = None
    was_authorized = False
    for event in events:
        kind = str(event.kind)
        if event.kind is EventKind.FAILED and event.result is AttemptResult.UNKNOWN:
            kind = FAILED_UNKNOWN
        elif (event.source, event.source_event_id) in failed_after_all:
            kind = str(EventKind.AUTHORIZED)  # what it took was given back, what it proved was not
        elif event.kind is EventKind.CAPTURE_FAILED:
            continue
        step = TRANSITIONS[status, kind]
        status = step.status
        was_authorized = was_authorized or status in (AttemptStatus.AUTHORIZED, AttemptStatus.CAPTURED)
        if step.conflict is not None:
            conflicts.append(Conflict(step.conflict, f"{event.source}:{event.source_event_id}"))
    return status or AttemptStatus.STARTED, was_authorized


def _result(status: AttemptStatus, failure: NeutralEvent | None, *, was_authorized: bool) -> AttemptResult | None:
    if status in (AttemptStatus.AUTHORIZED, AttemptStatus.CAPTURED) or was_authorized:
        return AttemptResult.SUCCEEDED
    if status is AttemptStatus.FAILED and failure is not None:
        return failure.result or AttemptResult.DECLINED_SOFT
    if status is AttemptStatus.UNKNOWN:
        return AttemptResult.UNKNOWN
    if status in (AttemptStatus.EXPIRED, AttemptStatus.VOIDED):
        return AttemptResult.AUTHENTICATION_ABANDONED
    return None


def _amount(events: Sequence[NeutralEvent]) -> int | None:
    authorized = [event.amount for event in events if event.kind is EventKind.AUTHORIZED and event.amount is not None]
    if authorized:
        return max(authorized)
    return next((event.amount for event in events if event.amount is not None), None)


def _waiting_seconds(events: Sequence[NeutralEvent]) -> int:
    """From each wait for the buyer to the next thing that is told."""
    waited = timedelta()
    for event, following in pairwise(events):
        if event.kind is EventKind.ATTEMPT_WAITING:
            waited += following.occurred_at - event.occurred_at
    return waited // timedelta(seconds=1)


def _first(events: Sequence[NeutralEvent], name: str) -> str:
    """The first text somebody gives; a provider's word before the shop's, for the shop repeats what it was told."""
    from_shop = ""
    for event in events:
        value = getattr(event, name)
        if value and event.source != "shop":
            return str(value)
        from_shop = from_shop or value
    return str(from_shop)


def _expiry(events: Sequence[NeutralEvent], kind: EventKind) -> datetime | None:
    """The last one told: a provider may prolong it."""
    return next((event.expires_at for event in reversed(events) if event.kind is kind and event.expires_at), None)


def _instrument(events: Sequence[NeutralEvent]) -> Instrument:
    """Everything anybody tells of it, the first telling of each part standing."""
    known = Instrument()
    for event in events:
        told = event.instrument
        if told is None or told == known:
            continue
        known = replace(
            known,
            brand=known.brand or told.brand,
            last4=known.last4 or told.last4,
            bin=known.bin or told.bin,
            fingerprint=known.fingerprint or told.fingerprint,
            installment_months=known.installment_months or told.installment_months,
        )
    return known
