"""What settlement adds to the page of a payment: the lines, payouts and bank lines that settled it."""

from __future__ import annotations

from collections.abc import Iterator

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from payments.ledger.panels import Moment, Panel
from payments.ledger.selectors.payment_page import PaymentDetail
from payments.settlement import labels
from payments.settlement.permissions import VIEW
from payments.settlement.selectors import settled_by as selectors
from payments.web import Badge, Tone


def settled_by(detail: PaymentDetail, request: HttpRequest) -> Panel | None:
    """The panel *Settled by*, for people who may see settlement."""
    if not request.user.has_perm(VIEW):
        return None
    found = selectors.settled_by(detail.movements)
    return Panel(
        title=_("Settled by"),
        template="settlement/payment_panel.html",
        context={"found": found, "has_movements": bool(detail.movements)},
        moments=tuple(_moments(found)),
    )


def _moments(found: selectors.SettledBy) -> Iterator[Moment]:
    for each in found.lines:
        line = each.line
        words = _("On the statement: %(kind)s") % {"kind": labels.LINE_KINDS[line.kind]}
        yield Moment(
            at=line.booked_on,
            badge=Badge(Tone.SUCCESS if each.is_equal else Tone.WARNING, words, "file"),
            told_by=line.provider.name,
            amount=line.net,
            currency=line.net_currency,
            detail=line.statement.statement_key,
            url=reverse("settlement:line", args=[line.pk]),
        )
    for payout in found.payouts:
        yield Moment(
            at=payout.paid_on or payout.booked_on,
            badge=Badge(Tone.INFO, _("In a payout"), "arrow-right"),
            told_by=payout.provider.name,
            amount=payout.amount,
            currency=payout.currency,
            detail=payout.payout_key,
            url=reverse("settlement:payout", args=[payout.pk]),
        )
    for entry in found.bank_lines:
        yield Moment(
            at=entry.booked_on,
            badge=Badge(Tone.SUCCESS, _("At the bank"), "bank"),
            told_by=entry.account.name,
            amount=entry.amount,
            currency=entry.currency,
            detail=entry.remittance[:80],
        )
