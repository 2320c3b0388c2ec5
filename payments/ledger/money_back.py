"""The fold of money that goes back to the buyer: refunds and disputes of one payment; pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from payments.facts import EventKind, MovementKind
from payments.ledger.money import SHOP, DisputeState, Money, RefundState, Told, Word
from payments.ledger.states import CANONICAL_ORDER, Conflict, ConflictCode, DisputeStatus, RefundStatus

REFUND_KINDS: Final = frozenset(
    {EventKind.REFUND_REQUESTED, EventKind.REFUNDED, EventKind.REFUND_FAILED, EventKind.REFUND_RETURNED}
)
DISPUTE_KINDS: Final = frozenset(
    {EventKind.DISPUTE_OPENED, EventKind.CHARGED_BACK, EventKind.CHARGEBACK_REVERSED, EventKind.DISPUTE_CLOSED}
)

_LINES_OF_THEIR_OWN: Final = frozenset({EventKind.REFUND_RETURNED, EventKind.CHARGEBACK_REVERSED})
"""Their key is not that of the refund or dispute, where they name that too."""
_MONEY_OF_REFUNDS: Final = {
    EventKind.REFUNDED: (MovementKind.REFUND, -1),
    EventKind.REFUND_RETURNED: (MovementKind.REFUND_FAILURE, 1),
}
_MONEY_OF_DISPUTES: Final = {
    EventKind.CHARGED_BACK: (MovementKind.CHARGEBACK, -1),
    EventKind.CHARGEBACK_REVERSED: (MovementKind.CHARGEBACK_REVERSAL, 1),
}

Group = list[Told]


def fold_refunds(told: Sequence[Told], money: Money) -> None:
    """Add refunds. What names none, as a shop's request, is a telling of one of its amount, first to first."""
    concerned = [each for each in told if each.event.kind in REFUND_KINDS]
    if not concerned:
        return
    groups, nameless = _by_name(concerned)
    for each in nameless:
        partner = next((group for group in groups if _lacks(group, each)), None)
        if partner is None:
            groups.append([each])
        else:
            partner.append(each)
            partner.sort(key=lambda one: (one.event.occurred_at, CANONICAL_ORDER[one.event.kind]))
    paid = [[each for each in group if each.event.kind is EventKind.REFUNDED] for group in groups]
    told_again = [each for tellings in paid if not all(map(_is_word, tellings)) for each in tellings if _is_word(each)]
    words = tuple(each.as_word(MovementKind.REFUND) for each in told_again)
    for group in groups:
        _post_refund(group, words, money)
        money.refunds.append(_refund(group))


def _by_name(told: Sequence[Told]) -> tuple[list[Group], list[Told]]:
    """Those that a provider key or an object key names, together; and those that nothing names."""
    by_name: dict[tuple[str, str], Group] = {}
    nameless = []
    for each in told:
        names = _names(each)
        if not names:
            nameless.append(each)
            continue
        known = {id(by_name[name]): by_name[name] for name in names if name in by_name}
        first, *others = known.values() or [[]]
        for other in others:
            first += other
        first.append(each)
        for name, group in list(by_name.items()):
            if any(group is other for other in others):
                by_name[name] = first
        by_name.update(dict.fromkeys(names, first))
    groups = list({id(group): group for group in by_name.values()}.values())
    places = {id(each): place for place, each in enumerate(told)}
    for group in groups:
        group.sort(key=lambda each: places[id(each)])
    return sorted(groups, key=lambda group: places[id(group[0])]), nameless


def _names(told: Told) -> list[tuple[str, str]]:
    event, provider = told.event, told.home.provider
    if event.kind not in _LINES_OF_THEIR_OWN:
        return [(provider, key) for key in sorted({event.object_key, event.provider_key} - {""})]
    own = [(f"{provider}:{event.kind}", event.provider_key)] if event.provider_key else []
    named = event.object_key or event.provider_key
    return [*own, (provider, named)] if named else own


def _lacks(group: Group, telling: Told) -> bool:
    """Whether a refund of that amount has no such telling by that source yet."""
    is_told = any(each.event.kind is telling.event.kind and each.event.source == telling.event.source for each in group)
    amount = next((each.amount for each in group if each.event.amount is not None), 0)
    provider = telling.home.provider
    return not is_told and amount == telling.amount and provider in ("", group[0].home.provider)


def _post_refund(group: Group, words: tuple[Word, ...], money: Money) -> None:
    for told_by, (kind, sign) in _MONEY_OF_REFUNDS.items():
        tellings = [each for each in group if each.event.kind is told_by]
        named = [each for each in tellings if not _is_word(each)]
        money.post(kind, named or tellings, sign, words=words if named and kind is MovementKind.REFUND else ())
        _judge(tellings, money)


def _is_word(told: Told) -> bool:
    """Whether only its amount says which refund the shop means."""
    return told.is_word_alone and not told.event.object_key


def _judge(tellings: Group, money: Money) -> None:
    """Name what cannot be of one movement of money: two amounts, or two keys."""
    stated = [each for each in tellings if each.amount]
    for each in stated:
        if each.amount != stated[0].amount:
            money.conflicts.append(Conflict(ConflictCode.AMOUNTS_DIFFER, each.name))
    key = next((each.event.provider_key for each in tellings if each.event.provider_key), "")
    before: list[frozenset[tuple[str, str]]] = []
    for each in tellings:
        names = frozenset(_names(each))
        # What only a third telling has joined may have been posted as two before that came.
        is_joined_by_others = bool(names) and any(names.isdisjoint(others) for others in before if others)
        if each.event.provider_key not in ("", key) or is_joined_by_others:
            money.conflicts.append(Conflict(ConflictCode.KEYS_DIFFER, each.name))
        before.append(names)


def _refund(group: Group) -> RefundState:
    kinds = {each.event.kind for each in group}
    if kinds & {EventKind.REFUND_FAILED, EventKind.REFUND_RETURNED}:
        status = RefundStatus.FAILED
    else:
        status = RefundStatus.SUCCEEDED if EventKind.REFUNDED in kinds else RefundStatus.REQUESTED
    ends = [each.event.occurred_at for each in group if each.event.kind is not EventKind.REFUND_REQUESTED]
    provider = group[0].home.provider
    name = _reference(group)
    key = f"{provider}/{name}" if name else group[0].name
    return RefundState(
        key=key,
        provider=provider,
        provider_reference=name,
        status=status,
        amount=next((each.amount for each in group if each.amount), 0),
        reason=next((each.event.reason for each in group if each.event.reason), ""),
        requested_at=group[0].event.occurred_at,
        finished_at=ends[-1] if ends else None,
        former=tuple(name for name in _former(group) if name != key),
    )


def _former(group: Group) -> dict[str, None]:
    """Each key that a refund has by some of its tellings; before its provider was named, without one."""
    providers = dict.fromkeys(each for told in group for each in (told.event.provider, told.home.provider))
    names = dict.fromkeys(name for told in group for of, name in _names(told) if of == told.home.provider)
    keys = [f"{provider}/{name}" for provider in providers for name in names]
    return dict.fromkeys([*keys, *(told.name for told in group if not _reference([told]))])


def _reference(group: Group) -> str:
    """What the provider calls a refund, else what the act does; '' while nothing names it."""
    keyed = [each.event for each in group if each.event.provider_key and each.event.kind not in _LINES_OF_THEIR_OWN]
    paid = next((event.provider_key for event in keyed if event.kind is EventKind.REFUNDED), "")
    named = next((each.event.object_key for each in group if each.event.object_key), "")
    return paid or next((event.provider_key for event in keyed), "") or named


def fold_disputes(told: Sequence[Told], money: Money) -> None:
    """Add disputes: each under its key; what the shop says without one is history only.

    Where a provider has told of the money of a dispute, the shop's word of it is a second telling.
    """
    concerned = [each for each in told if each.event.kind in DISPUTE_KINDS]
    if not concerned:
        return
    groups, nameless = _by_name(concerned)
    groups += [[each] for each in nameless if each.event.source != SHOP]
    for group in groups:
        taken = _post_dispute(group, EventKind.CHARGED_BACK, money)
        given_back = _post_dispute(group, EventKind.CHARGEBACK_REVERSED, money)
        money.charged_back += taken - given_back
        money.disputes.append(_dispute(group))


def _post_dispute(group: Group, kind: EventKind, money: Money) -> int:
    """Post the movements of one kind; minor units of what counts."""
    movement, sign = _MONEY_OF_DISPUTES[kind]
    tellings = _once(group, kind)
    words = [each for each in tellings if each.is_word_alone]
    proved = [each for each in tellings if not each.is_word_alone]
    for place, each in enumerate(proved or words):
        # What was posted on the shop's word stands for the first that the provider tells.
        money.post(movement, [each, *words] if proved and place == 0 else [each], sign)
    return sum(each.amount for each in proved or words)


def _once(group: Group, kind: EventKind) -> Group:
    """The tellings of a kind, one for each key."""
    kept: dict[str, Told] = {}
    for each in group:
        if each.event.kind is kind and each.amount:
            kept.setdefault(each.event.provider_key or each.name, each)
    return list(kept.values())


def _dispute(group: Group) -> DisputeState:
    status = DisputeStatus.OPEN
    closed_at = None
    for each in group:
        if each.event.kind is EventKind.CHARGED_BACK:
            status = DisputeStatus.CHARGED_BACK
        elif each.event.kind is EventKind.CHARGEBACK_REVERSED:
            status = DisputeStatus.REVERSED
        elif each.event.kind is EventKind.DISPUTE_CLOSED:
            status = DisputeStatus.WON if each.event.outcome == "won" else DisputeStatus.LOST
            closed_at = each.event.occurred_at
    return DisputeState(
        provider=group[0].home.provider,
        key=next((key for each in group for key in (each.event.object_key, each.event.provider_key) if key), "")
        or group[0].name,
        status=status,
        amount=next((each.amount for each in group if each.amount), 0),
        reason=next((each.event.reason for each in group if each.event.reason), ""),
        opened_at=group[0].event.occurred_at,
        closed_at=closed_at,
    )
