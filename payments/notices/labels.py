"""How notices are said on a screen: kinds of message, states of endpoints and deliveries."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from payments.notices.models import WebhookDelivery, WebhookEndpoint
from payments.web import Badge, Tone

KINDS: Final[dict[str, Promise]] = {
    "payment.changed": _("A payment changed"),
    "dispute.changed": _("A dispute changed"),
    "act.changed": _("An act is finished"),
    "payment.held": _("A payment is held for review"),
    "payment.released": _("A held payment is released"),
    "assessment.step_up": _("A payment needs more proof"),
    "case.question": _("A question about an order"),
    "case.late": _("A review case was not decided in time"),
    "file.missing": _("A file is past its hour"),
}
DELIVERIES: Final = {
    "taken": Badge(Tone.SUCCESS, _("Taken")),
    "waiting": Badge(Tone.INFO, _("Waiting")),
    "given_up": Badge(Tone.DANGER, _("Given up")),
}
ENDPOINTS: Final = {
    "enabled": Badge(Tone.SUCCESS, _("Enabled")),
    "failing": Badge(Tone.DANGER, _("Failing"), "alert"),
    "disabled": Badge(Tone.NEUTRAL, _("Disabled"), "lock"),
}


def delivery_state(delivery: WebhookDelivery) -> str:
    """`taken`, `waiting` or `given_up`."""
    if delivery.taken_at is not None:
        return "taken"
    return "given_up" if delivery.next_try_at is None else "waiting"


def endpoint_state(endpoint: WebhookEndpoint) -> str:
    """`enabled`, `failing` or `disabled`."""
    if not endpoint.is_enabled:
        return "disabled"
    return "failing" if endpoint.failing_since_at else "enabled"
