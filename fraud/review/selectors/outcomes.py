"""What was decided and what became of it, in words, from what a case's history keeps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from fraud.review.models import Verdict
from fraud.review.reasons import words_of
from payments.acts.labels import REFUSALS, VERBS


def told_of(detail: Mapping[str, Any]) -> str:
    """The details of one event as people read them; '' where there is nothing to add."""
    if "verdict" in detail:
        return f"{Verdict(detail['verdict']).label}: {words_of(detail['reason'])}"
    if "orders" in detail:
        return ", ".join(detail["orders"])
    return " · ".join(filter(None, (_outcome(each) for each in detail.get("outcome", ()))))


def _outcome(told: Mapping[str, Any]) -> str:
    """What became of one payment; a refusal says that nothing was done."""
    payment = told.get("payment", "")
    if "refusal" in told:
        why = REFUSALS.get(told["refusal"], told["refusal"])
        told_as = {"payment": payment, "reason": why}
        if told.get("is_held", True):
            return _("%(payment)s stays held: %(reason)s") % told_as
        return _("%(payment)s: nothing could be done: %(reason)s") % told_as
    if "act" in told:
        return f"{payment}: {VERBS.get(told['act'], told['act'])}"
    if "hold" in told:
        return _("%(payment)s: released") % {"payment": payment}
    return ""
