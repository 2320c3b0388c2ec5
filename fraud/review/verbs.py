"""What can happen to a case, and how it is said."""

from __future__ import annotations

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class CaseVerb(models.TextChoices):
    """`CaseEvent.verb`."""

    OPENED = "opened", pgettext_lazy("case", "Opened")
    JOINED = "joined", _("Another payment came in")
    CLAIMED = "claimed", pgettext_lazy("case", "Taken")
    RELEASED = "released", pgettext_lazy("case", "Given back")
    NOTED = "noted", _("Note")
    ESCALATED = "escalated", _("Escalated")
    LATE = "late", _("Nobody decided in time")
    ASKED_FOR = "asked_for", _("Asked for by a person")
    SNOOZED = "snoozed", _("Put off")
    ASKED = "asked", _("The customer was asked")
    CONFIRMED = "confirmed", _("The customer confirmed it")
    DENIED = "denied", _("The customer denied it")
    WOKEN = "woken", _("Open again")
    DECIDED = "decided", pgettext_lazy("case", "Decided")
    SECOND_WANTED = "second_wanted", _("Decided, waits for a second person")
    SECONDED = "seconded", _("A second person agreed")
    REFUSED = "refused", _("A second person did not agree")
    UNDONE = "undone", _("Decision taken back")
    LEFT = "left", _("Decision in effect")
    HOLD_ENDED = "hold_ended", _("A hold has ended")


def words_of(verb: str) -> str | Promise:
    """What happened, in words; what is no longer done stands for itself."""
    return CaseVerb(verb).label if verb in CaseVerb.values else verb
