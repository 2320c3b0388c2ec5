"""Which events of a payment speak of one attempt, whoever calls it by whatever name; pure, and blind to arrival."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from payments.facts import AttemptResult, EventKind, NeutralEvent
from payments.ledger.states import ATTEMPT_KINDS, FAILED_UNKNOWN

_CONCERN_ATTEMPTS = frozenset(
    {EventKind(kind) for kind in ATTEMPT_KINDS if kind != FAILED_UNKNOWN} | {EventKind.CAPTURE_FAILED}
)
_SUCCESSES = frozenset({EventKind.AUTHORIZED, EventKind.CAPTURED})

Name = tuple[str, str, str]
"""(`provider`, code, id) or (`shop`, '', id)."""


@dataclass(slots=True)
class AttemptEvents:
    """The events of one attempt and what it is called."""

    provider: str = ""
    """Code; '' while nobody has said."""
    provider_reference: str = ""
    shop_reference: str = ""
    places: list[int] = field(default_factory=list)
    """Of its events in the canonical order of the payment's."""

    @property
    def key(self) -> str:
        """Name within the payment: by the provider's id if any event has one, else by the shop's."""
        if self.provider_reference:
            return f"{self.provider}/{self.provider_reference}"
        return f"{self.provider}~{self.shop_reference}"


def group_attempts(events: Sequence[NeutralEvent]) -> list[AttemptEvents]:
    """Divide the events of one payment, given in canonical order, among its attempts, in the order of their firsts.

    Equal names are one attempt, and an event with two names joins them; an id without a provider is of the one that
    another event names beside it. What the shop tells without the provider's id is the provider's attempt of the same
    outcome, first to first. An event without any name goes to the last attempt
    begun before it. Refunds and disputes concern money, and belong to no attempt.
    """
    groups, nameless = _by_name(events)
    groups = _without_second_tellings(events, groups)
    for place in nameless:
        home = _home_of(place, events, groups)
        if home is None:
            home = AttemptEvents(provider=events[place].provider)
            groups.append(home)
        home.places.append(place)
    for group in groups:
        group.places.sort()
        group.provider = group.provider or next(
            (events[place].provider for place in group.places if events[place].provider), ""
        )
    return _each_key_once(sorted(groups, key=lambda group: group.places[0]))


def _each_key_once(groups: list[AttemptEvents]) -> list[AttemptEvents]:
    """Join what came to one key on two ways, as when an id and its provider are told by different events."""
    by_key: dict[str, AttemptEvents] = {}
    for group in groups:
        first = by_key.setdefault(group.key, group)
        if first is not group:
            first.places = sorted(first.places + group.places)
            first.shop_reference = first.shop_reference or group.shop_reference
    return list(by_key.values())


def _by_name(events: Sequence[NeutralEvent]) -> tuple[list[AttemptEvents], list[int]]:
    by_name: dict[Name, AttemptEvents] = {}
    nameless = []
    provider_of = _providers_of_ids(events)
    for place, event in enumerate(events):
        if event.kind not in _CONCERN_ATTEMPTS:
            continue
        names = _names(event, provider_of)
        if not names:
            nameless.append(place)
            continue
        known = {id(by_name[name]): by_name[name] for name in names if name in by_name}
        group = _merged(list(known.values()), by_name)
        group.places.append(place)
        group.provider = group.provider or event.provider
        group.provider_reference = group.provider_reference or event.attempt_reference
        group.shop_reference = group.shop_reference or event.shop_attempt
        for name in names:
            by_name[name] = group
    unique = {id(group): group for group in by_name.values()}
    return sorted(unique.values(), key=lambda group: min(group.places)), nameless


def _providers_of_ids(events: Sequence[NeutralEvent]) -> dict[str, str]:
    """The provider beside which an id of an attempt is told; of several the first by name."""
    pairs = {(event.attempt_reference, event.provider) for event in events if event.provider}
    return dict(sorted(pairs, reverse=True))


def _names(event: NeutralEvent, provider_of: Mapping[str, str]) -> list[Name]:
    names = []
    if event.attempt_reference:
        provider = event.provider or provider_of.get(event.attempt_reference, "")
        names.append(("provider", provider, event.attempt_reference))
    if event.shop_attempt:
        names.append(("shop", "", event.shop_attempt))
    return names


def _merged(known: list[AttemptEvents], by_name: dict[Name, AttemptEvents]) -> AttemptEvents:
    """The first of some groups, having taken the others in."""
    if not known:
        return AttemptEvents()
    first, *others = sorted(known, key=lambda group: min(group.places))
    for other in others:
        first.places += other.places
        first.provider = first.provider or other.provider
        first.provider_reference = first.provider_reference or other.provider_reference
        first.shop_reference = first.shop_reference or other.shop_reference
        for name, group in list(by_name.items()):
            if group is other:
                by_name[name] = first
    return first


def _without_second_tellings(events: Sequence[NeutralEvent], groups: list[AttemptEvents]) -> list[AttemptEvents]:
    """Join what only the shop names with what only the provider names: same provider, same outcome, first to first."""
    told_by_provider: dict[tuple[str, str], list[AttemptEvents]] = defaultdict(list)
    for group in groups:
        if group.provider_reference and not group.shop_reference:
            told_by_provider[group.provider, _outcome(events, group)].append(group)
    kept = []
    for group in groups:
        partner = None
        if not group.provider_reference:
            partner = _partner(group, _outcome(events, group), told_by_provider)
        if partner is None:
            kept.append(group)
        else:
            partner.places += group.places
            partner.shop_reference = group.shop_reference
    return kept


def _partner(
    group: AttemptEvents, outcome: str, told_by_provider: dict[tuple[str, str], list[AttemptEvents]]
) -> AttemptEvents | None:
    """The provider's telling of what the shop told; an open telling of either side fits any outcome of the other."""
    # Equal outcomes first; then what one side has not seen the end of.
    for (provider, told), waiting in sorted(
        told_by_provider.items(), key=lambda item: (item[0][1] != outcome, item[0])
    ):
        fits = told == outcome or "" in (told, outcome)
        if waiting and fits and group.provider in ("", provider):
            return waiting.pop(0)
    return None


def _outcome(events: Sequence[NeutralEvent], group: AttemptEvents) -> str:
    """`succeeded`, `failed`, or '' while it is open."""
    told = [events[place] for place in group.places]
    if any(event.kind in _SUCCESSES for event in told):
        return "succeeded"
    if any(event.kind is EventKind.FAILED and event.result is not AttemptResult.UNKNOWN for event in told):
        return "failed"
    return ""


def _home_of(place: int, events: Sequence[NeutralEvent], groups: list[AttemptEvents]) -> AttemptEvents | None:
    """The last attempt begun before a nameless event, at its provider when it names one; else the first after it."""
    provider = events[place].provider
    fitting = [group for group in groups if not provider or group.provider in ("", provider)]
    before = [group for group in fitting if min(group.places) <= place]
    if before:
        return max(before, key=lambda group: min(group.places))
    return min(fitting, key=lambda group: min(group.places), default=None)
