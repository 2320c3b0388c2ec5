"""The panel of acts on the page of a payment: what was asked for, and what still can be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from payments.acts.forms import ActForm
from payments.acts.labels import KINDS, STATES, VERBS
from payments.acts.models import ActKind, PaymentAct
from payments.acts.permissions import REQUEST, VIEW
from payments.acts.selectors import attempts_for, room_of
from payments.acts.tables import author_of
from payments.cards import holds_card_data
from payments.ledger.models import Payment
from payments.ledger.panels import Moment, Panel
from payments.ledger.selectors.payment_page import PaymentDetail
from payments.web import Badge

TYPED: Final = "typed_act"
"""In the session: what somebody typed into a form that was refused."""
MOST: Final = 50
"""Acts that are shown of one payment; the list has the others."""


@dataclass(frozen=True, slots=True)
class Offer:
    """An act that can be asked for now."""

    title: str
    room: int
    """Minor units, at most."""
    form: ActForm
    is_open: bool
    """Somebody has just typed into it and was refused."""


def acts(detail: PaymentDetail, request: HttpRequest) -> Panel | None:
    """What people who may see acts are shown; None where there are none and none can be asked for."""
    if not request.user.has_perm(VIEW):
        return None
    payment = detail.row
    acts = list(
        PaymentAct.objects.filter(payment=payment).select_related("provider", "requested_by").order_by("-pk")[:MOST]
    )
    offers = _offers(detail, _typed(request, payment)) if request.user.has_perm(REQUEST) else []
    if not acts and not offers:
        return None
    rows = [{"act": act, "kind": KINDS[act.kind], "badge": STATES[act.state], "author": author_of(act)} for act in acts]
    context = {"payment": payment, "acts": rows, "offers": offers}
    # A refund that is asked for is an event, and stands in the timeline by itself.
    moments = tuple(_moment(act) for act in acts if act.kind != ActKind.REFUND)
    return Panel(_("Acts"), "acts/panel.html", context, moments)


def _moment(act: PaymentAct) -> Moment:
    badge = STATES[act.state]
    return Moment(
        at=act.requested_at,
        badge=Badge(badge.tone, KINDS[act.kind], badge.icon),
        told_by=author_of(act),
        amount=act.amount if act.kind == ActKind.CAPTURE else None,
        currency=act.currency,
        detail=badge.label,
    )


def keep_typed(request: HttpRequest, payment: Payment, form: ActForm) -> None:
    """Keep what a person typed for the next look at the payment: a refused form loses nothing but card data."""
    names = ("amount", "reason", "attempt_reference")
    values = {name: form.data.get(form.add_prefix(name), "")[:200] for name in names}
    typed = {name: "" if holds_card_data(value) else value for name, value in values.items()}
    request.session[TYPED] = {"payment": payment.pk, "prefix": form.prefix, "values": typed}


def _typed(request: HttpRequest, payment: Payment) -> dict[str, dict[str, str]]:
    """What was typed into a form that was refused, by the form's prefix; told once."""
    kept = request.session.get(TYPED)
    if not kept or kept["payment"] != payment.pk:
        return {}
    del request.session[TYPED]
    return {kept["prefix"]: kept["values"]}


def _offers(detail: PaymentDetail, typed: dict[str, dict[str, str]]) -> list[Offer]:
    room = room_of(detail.row)
    found = []
    for kind in ActKind:
        if not room.of(kind):
            continue
        attempts = [attempt.provider_reference for attempt in attempts_for(detail.row, kind)]
        if attempts:
            initial = {"kind": kind, **typed.get(kind.value, {})}
            form = ActForm(initial=initial, prefix=kind.value, currency=detail.row.currency, attempts=attempts)
            found.append(Offer(str(VERBS[kind]), room.of(kind), form, kind.value in typed))
    return found
