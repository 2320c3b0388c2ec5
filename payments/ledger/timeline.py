"""The one timeline of a payment: steps, events, movements and what the rooms above add, in the order they happened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from payments.facts import AttemptResult, EventKind
from payments.ledger import labels
from payments.ledger.models import Movement, PaymentEvent
from payments.ledger.panels import Moment, Panel
from payments.ledger.selectors.payment_page import PaymentDetail
from payments.ledger.states import AttemptStatus
from payments.methods.models import Provider
from payments.web import Badge, Tone

SOURCES: Final = {
    "shop": gettext_lazy("Shop"),
    "act": gettext_lazy("Our act"),
}
_ICONS: Final[Mapping[str, str]] = {
    EventKind.ATTEMPT_WAITING: "person", EventKind.REFUNDED: "undo", EventKind.REFUND_RETURNED: "undo",
    EventKind.VOIDED: "cross",
}  # fmt: skip
"""Of events that are neither good nor bad news; the others have a clock, for something is going on."""
_PLACES: Final = {kind: place for place, kind in enumerate(labels.EVENT_KINDS)}
"""Of two events at one instant the one stands first that leads to the other."""


def timeline(detail: PaymentDetail, panels: Sequence[Panel]) -> list[Moment]:
    """Every moment, the first one first; of two at one instant, in the order of causes."""
    methods = {each.method.code: labels.method_name(each.method) for each in detail.attempts if each.method}
    moments = [
        *_steps(detail, methods),
        *_events(detail, methods),
        *_movements(detail),
        *(each for panel in panels for each in panel.moments),
    ]
    return sorted(moments, key=lambda moment: moment.order)


def source_name(source: str, providers: Mapping[str, Provider]) -> str | Promise:
    """Who tells an event: `provider:toss` is the provider's name, `statement:toss` its statement."""
    kind, _colon, code = source.partition(":")
    name = providers[code].name if code in providers else code
    if kind == "statement":
        return _("Statement of %(provider)s") % {"provider": name}
    return name if kind == "provider" else SOURCES.get(kind, source)


def _steps(detail: PaymentDetail, methods: Mapping[str, str]) -> Iterator[Moment]:
    for step in detail.steps:
        badge = Badge(Tone.NEUTRAL, labels.STEPS[step.step], "person")
        yield Moment(step.occurred_at, badge, SOURCES["shop"], detail=methods.get(step.method, step.method))


def _events(detail: PaymentDetail, methods: Mapping[str, str]) -> Iterator[Moment]:
    disputed = {conflict.event for conflict in detail.conflicts}
    for event in sorted(detail.events, key=lambda each: (each.occurred_at, _PLACES[each.kind])):
        yield Moment(
            at=event.occurred_at,
            badge=event_badge(event),
            told_by=source_name(event.source, detail.providers),
            amount=event.body.get("amount"),
            currency=event.body.get("currency", detail.row.currency),
            detail=" · ".join(_told(event.body, methods)),
            is_conflicting=f"{event.source}:{event.source_event_id}" in disputed,
        )
    for again in detail.contradictions:
        badge = Badge(Tone.WARNING, _("Told again, differently"), "alert")
        told_by = source_name(again.source, detail.providers)
        yield Moment(again.received_at, badge, told_by, detail=again.source_event_id, is_conflicting=True)


def event_badge(event: PaymentEvent) -> Badge:
    """The kind of an event as words, icon and colour."""
    if event.body.get("result") == AttemptResult.UNKNOWN:
        return labels.ATTEMPT_BADGES[AttemptStatus.UNKNOWN]  # "failed" would say that no money moved
    label = labels.EVENT_KINDS[event.kind]
    if event.kind in labels.GOOD_NEWS:
        return Badge(Tone.SUCCESS, label)
    if event.kind in labels.BAD_NEWS:
        return Badge(Tone.DANGER, label)
    return Badge(Tone.INFO, label, _ICONS.get(event.kind, ""))


def _told(body: dict[str, Any], methods: Mapping[str, str]) -> Iterator[str]:
    """What an event says beside its kind and amount, the most telling first."""
    if result := body.get("result"):
        yield str(labels.RESULTS.get(result, result))
    if code := body.get("decline_code"):
        yield labels.decline_words(code)
    for name in ("provider_decline_code", "reason", "outcome", "method"):
        if value := body.get(name):
            yield methods.get(value, str(value)) if name == "method" else str(value)
    if reference := body.get("attempt_reference") or body.get("shop_attempt"):
        yield str(reference)
    if key := body.get("provider_key"):
        yield str(key)


def _movements(detail: PaymentDetail) -> Iterator[Moment]:
    for movement in detail.movements:
        yield Moment(
            at=movement.occurred_at,
            badge=Badge(Tone.INFO, movement_words(movement), "arrow-right"),
            told_by=_("Our ledger"),
            amount=movement.amount,
            currency=movement.currency,
            detail=movement.provider_key or movement.movement_key,
        )


def movement_words(movement: Movement) -> str:
    """`To be settled: Sale`."""
    return _("To be settled: %(kind)s") % {"kind": labels.MOVEMENT_KINDS[movement.kind]}
