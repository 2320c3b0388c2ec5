"""What the inbox adds to the page of a payment: the bodies as they were delivered."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import gettext as _

from payments.intake.inbox import labels
from payments.intake.inbox.doors import VIEW
from payments.intake.inbox.page import body_text, deliveries_of
from payments.ledger.panels import Panel
from payments.ledger.selectors.payment_page import PaymentDetail


def delivered(detail: PaymentDetail, request: HttpRequest) -> Panel | None:
    """The panel *As it was delivered*, for people who may see the inbox; None where nothing was."""
    if not request.user.has_perm(VIEW):
        return None
    rows = [(each, labels.STATES[each.state], body_text(each)[0]) for each in deliveries_of(detail)]
    if not rows:
        return None
    return Panel(_("As it was delivered"), "intake/inbox_panel.html", {"rows": rows})
