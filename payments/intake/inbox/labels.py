"""The words and badges of deliveries."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from payments.intake.models import DeliveryState, RefusalReason
from payments.web import Badge, Tone

STATES: Final[Mapping[str, Badge]] = {
    DeliveryState.UNVERIFIED: Badge(Tone.INFO, pgettext_lazy("delivery", "To be read back"), "question"),
    DeliveryState.WAITING: Badge(Tone.INFO, pgettext_lazy("delivery", "Waits")),
    DeliveryState.PARKED: Badge(Tone.WARNING, pgettext_lazy("delivery", "Payment not known yet"), "lock"),
    DeliveryState.DONE: Badge(Tone.SUCCESS, pgettext_lazy("delivery", "Done")),
    DeliveryState.IGNORED: Badge(Tone.NEUTRAL, pgettext_lazy("delivery", "Tells nothing of payments")),
    DeliveryState.SET_ASIDE: Badge(Tone.DANGER, pgettext_lazy("delivery", "Set aside"), "alert"),
}

REFUSALS: Final[Mapping[str, Promise]] = {
    RefusalReason.UNKNOWN_PROVIDER: _("No such provider"),
    RefusalReason.NO_SECRET: _("No secret is kept for it"),
    RefusalReason.BAD_SIGNATURE: _("Signature does not fit"),
    RefusalReason.STALE: _("Too old"),
    RefusalReason.TOO_LARGE: _("Too large"),
    RefusalReason.UNREADABLE: _("Unreadable"),
    RefusalReason.TOO_MANY: _("Too many unsigned ones"),
}
