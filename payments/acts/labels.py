"""How acts are said on a screen: kinds, states, and why one is not taken."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from payments.acts.models import ActKind, ActState
from payments.web import Badge, Tone
from payments.web.words import CARD_DATA

KINDS: Final[dict[str, Promise]] = {
    ActKind.CAPTURE: pgettext_lazy("act", "Capture"),
    ActKind.VOID: pgettext_lazy("act", "Void"),
    ActKind.REFUND: pgettext_lazy("act", "Refund"),
}
VERBS: Final[dict[str, Promise]] = {
    ActKind.CAPTURE: _("Capture the money"),
    ActKind.VOID: _("Release the authorization"),
    ActKind.REFUND: _("Refund the buyer"),
}
STATES: Final[dict[str, Badge]] = {
    ActState.AWAITING_APPROVAL: Badge(Tone.WARNING, _("Awaiting approval"), "clock"),
    ActState.REJECTED: Badge(Tone.NEUTRAL, _("Rejected"), "cross"),
    ActState.QUEUED: Badge(Tone.INFO, _("Queued")),
    ActState.SENDING: Badge(Tone.INFO, _("Being sent")),
    ActState.UNKNOWN: Badge(Tone.WARNING, _("Result unknown")),
    ActState.SUCCEEDED: Badge(Tone.SUCCESS, _("Done")),
    ActState.FAILED: Badge(Tone.DANGER, _("Refused")),
}
REFUSALS: Final[dict[str, Promise]] = {
    "not_positive": _("The amount must be more than zero."),
    "too_much": _("This is more than is left, acts under way included."),
    "not_whole": _("A void releases all that is authorized: type that amount."),
    "wrong_state": _("Nothing of this payment can be acted on in this way."),
    "which_attempt": _("Several attempts of this payment were paid: choose one."),
    "no_client": _("The provider’s API cannot be reached from here: there is no client for it, or no secret."),
    "held": _("This payment is held: no money can be taken until it is released."),
    "card_data": CARD_DATA,
    "nobody": _("Nobody asks for this."),
}
INQUIRY_STATES: Final[dict[str, Badge]] = {
    "waiting": Badge(Tone.INFO, _("Asked again later")),
    "settled": Badge(Tone.SUCCESS, _("Answered")),
    "given_up": Badge(Tone.DANGER, _("Given up")),
}
