"""Why a case is decided as it is: codes for figures and labels, words for people."""

from __future__ import annotations

from typing import Final

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fraud.review.models import Verdict


class ReasonCode(models.TextChoices):
    """What speaks for a verdict."""

    KNOWN_CUSTOMER = "known_customer", _("Known customer, usual purchase")
    CUSTOMER_CONFIRMED = "customer_confirmed", _("The customer confirmed it")
    EXPLAINED = "explained", _("Unusual, but explained")
    RESELLER = "reseller", _("Buys for others, pays as agreed")
    NOTHING_FOUND = "nothing_found", _("Nothing speaks against it")
    STOLEN_CARD = "stolen_card", _("Stolen card or account")
    ACCOUNT_TAKEOVER = "account_takeover", _("Customer account taken over")
    CARD_TESTING = "card_testing", _("Card testing")
    FRIENDLY_FRAUD = "friendly_fraud", _("The customer disputes what they bought")
    RING = "ring", _("Linked to known fraud")
    NOT_VERIFIED = "not_verified", _("Could not be verified in time")
    CUSTOMER_CANCELLED = "customer_cancelled", _("The customer cancelled it")
    AGAINST_TERMS = "against_terms", _("Against our terms of sale")


REASONS: Final = {
    Verdict.APPROVE: (
        ReasonCode.KNOWN_CUSTOMER, ReasonCode.CUSTOMER_CONFIRMED, ReasonCode.EXPLAINED, ReasonCode.RESELLER,
        ReasonCode.NOTHING_FOUND,
    ),
    Verdict.REJECT: (
        ReasonCode.STOLEN_CARD, ReasonCode.ACCOUNT_TAKEOVER, ReasonCode.CARD_TESTING, ReasonCode.FRIENDLY_FRAUD,
        ReasonCode.RING, ReasonCode.NOT_VERIFIED, ReasonCode.CUSTOMER_CANCELLED, ReasonCode.AGAINST_TERMS,
    ),
}  # fmt: skip
"""By verdict, in the order in which they are offered."""
FRAUD: Final = frozenset(
    {
        ReasonCode.STOLEN_CARD, ReasonCode.ACCOUNT_TAKEOVER, ReasonCode.CARD_TESTING, ReasonCode.FRIENDLY_FRAUD,
        ReasonCode.RING,
    }
)  # fmt: skip
"""Reasons that say the payment was fraud."""


def says_fraud(verdict: int, reason_code: str) -> bool | None:
    """What a decision says of its payments: fraud, none, or nothing, where it was rejected for something else."""
    if verdict == Verdict.APPROVE:
        return False
    return True if reason_code in FRAUD else None


def words_of(reason_code: str) -> str | Promise:
    """A reason as people read it; a code that is no longer given stands for itself."""
    return ReasonCode(reason_code).label if reason_code in ReasonCode.values else reason_code
