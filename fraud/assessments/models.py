"""What was decided about each payment, and on what: features, rules, lists and score as they were at that instant."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from payments.methods.models import is_currency
from payments.records.history import NEVER_DELETED


class Outcome(models.IntegerChoices):
    """What is done with a payment."""

    ALLOW = 0, _("Allow")
    REVIEW = 1, _("Review")
    STEP_UP = 2, _("Ask for more proof")
    BLOCK = 3, _("Block")


class Basis(models.IntegerChoices):
    """What made the outcome."""

    NOTHING = 0, _("Nothing spoke against it")
    RULE = 1, _("Rule")
    LIST = 2, _("List")
    SCORE = 3, _("Score")
    POLICY = 4, _("Policy for when scoring is down")


class Origin(models.IntegerChoices):
    """How the assessment was asked for."""

    LEDGER = 0, _("As the payment arrived")
    SHOP = 1, _("Asked by the shop")
    SWEEP = 2, _("Made up for later")
    HISTORY = 3, _("From history")
    """Features as they would have been, with no outcome of that time: allowed, on the basis of nothing."""


class Assessment(models.Model):
    """One decision about one attempt, or about what a shop is about to try. Never deleted; what it rests on stays.

    Thought through for ten million rows: a backtest reads `features` of a range of `as_of`.
    """

    payment_id = models.BigIntegerField(null=True)
    """None while only the shop has spoken: then the payment of `merchant_reference` is linked when it comes."""
    attempt_id = models.BigIntegerField(null=True)
    merchant_reference = models.CharField(max_length=80)
    origin = models.SmallIntegerField(choices=Origin)
    as_of = models.DateTimeField()
    """The instant of the decision: nothing later is in `features`."""
    assessed_at = models.DateTimeField(auto_now_add=True)
    amount = models.BigIntegerField()
    """Minor units."""
    currency = models.CharField(max_length=3)
    country = models.CharField(max_length=2, blank=True)
    """Where it is shipped to, as the shop says."""
    card_country = models.CharField(max_length=2, blank=True)
    ip_country = models.CharField(max_length=2, blank=True)
    method = models.CharField(max_length=80, blank=True)
    """Our code."""
    provider = models.CharField(max_length=40, blank=True)
    shop = models.CharField(max_length=40, blank=True)
    brand = models.CharField(max_length=30, blank=True)
    bin = models.CharField(max_length=8, blank=True)
    features = ArrayField(models.IntegerField(null=True))
    """By the position of the feature in the catalogue, from 1; positions are never used again."""
    list_hits = ArrayField(models.SmallIntegerField(), default=list)
    """Lists that one of its keys stood on: list × 16 + kind of key."""
    list_ids = ArrayField(models.BigIntegerField(), default=list)
    """The entries of lists that matched."""
    ruleset_id = models.BigIntegerField(null=True)
    """The rules that were in force."""
    rule_ids = ArrayField(models.BigIntegerField(), default=list)
    """The versions that were true, those that decided first."""
    shadow_ids = ArrayField(models.BigIntegerField(), default=list)
    """The versions on trial that were true."""
    model_id = models.BigIntegerField(null=True)
    score_ppm = models.IntegerField(null=True)
    """Probability of fraud, parts per million."""
    outcome = models.SmallIntegerField(choices=Outcome)
    basis = models.SmallIntegerField(choices=Basis)
    down_reason = models.CharField(max_length=200, blank=True)
    """Why scoring or the rules could not be asked; '' when all went well."""
    sampled_ppm = models.IntegerField(null=True)
    """With which probability it was drawn into the random sample of what is allowed; None when it was not."""
    reasons = models.JSONField(null=True)
    """By the worker, for everything not allowed: `[{"feature", "value", "weight_ppm"}]`, the heaviest first."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["payment_id", "attempt_id"], name="assessment_once_per_attempt"),
            models.CheckConstraint(condition=is_currency("currency"), name="assessment_currency_is_iso"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="assessment_amount_is_not_negative"),
            models.CheckConstraint(condition=Q(origin__in=Origin.values), name="assessment_origin_is_known"),
            models.CheckConstraint(condition=Q(outcome__in=Outcome.values), name="assessment_outcome_is_known"),
            models.CheckConstraint(condition=Q(basis__in=Basis.values), name="assessment_basis_is_known"),
            models.CheckConstraint(
                condition=Q(score_ppm__isnull=True) | Q(score_ppm__range=(0, 1_000_000), model_id__isnull=False),
                name="assessment_score_is_a_share_of_a_model",
            ),
            models.CheckConstraint(condition=~Q(basis=4) | ~Q(down_reason=""), name="assessment_by_policy_says_why"),
        ]
        indexes = [
            models.Index(fields=["as_of"], name="assessment_as_of"),
            models.Index(fields=["merchant_reference"], name="assessment_reference"),
            models.Index(
                fields=["id"], name="assessment_unexplained", condition=Q(reasons__isnull=True, outcome__gt=0)
            ),
            models.Index(
                fields=["assessed_at"],
                name="assessment_for_people",
                condition=Q(outcome=1) | Q(sampled_ppm__isnull=False),
            ),
        ]
        triggers = NEVER_DELETED

    def __str__(self) -> str:
        return f"{self.merchant_reference} {self.get_outcome_display()}"
