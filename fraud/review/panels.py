"""The panel of cases on the page of a payment: the cases it is in, and a way to open one by hand."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from fraud.review.forms import OpenForm
from fraud.review.labels import QUEUES, STATES
from fraud.review.permissions import DECIDE, VIEW
from fraud.review.selectors.cases import cases_of
from payments.ledger.panels import Panel
from payments.ledger.selectors.payment_page import PaymentDetail


def cases(detail: PaymentDetail, request: HttpRequest) -> Panel | None:
    """What people who may see cases are shown; None where there is no case and the person may open none."""
    if not request.user.has_perm(VIEW):
        return None
    found = cases_of(detail.row.pk)
    may_open = request.user.has_perm(DECIDE) and not any(each.is_open for each in found)
    if not found and not may_open:
        return None
    rows = [(each, QUEUES[each.queue], STATES[each.state]) for each in found]
    form = OpenForm(auto_id="open_%s") if may_open else None
    context = {"cases": rows, "form": form, "payment_id": detail.row.pk}
    return Panel(_("Review cases"), "fraud/review/cases_panel.html", context, ())
