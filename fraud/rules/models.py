"""Rules, their versions, and which versions were in force together."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from payments.records.history import NEVER_DELETED, tracked


class RuleAction(models.IntegerChoices):
    """What a rule does to a payment that it is true of; the lower number goes before the higher."""

    STEP_UP = 1, _("Ask for more proof")
    ALLOW = 2, _("Allow")
    BLOCK = 3, _("Block")
    REVIEW = 4, _("Review")


class RuleState(models.IntegerChoices):
    """Where a version stands."""

    DRAFT = 1, _("Draft")
    SUBMITTED = 2, _("Waits for a second person")
    LIVE = 3, _("Live")
    RETIRED = 4, _("Retired")


@tracked
class Rule(models.Model):
    """One rule under its name; what it says is in its versions."""

    name = models.CharField(max_length=80, unique=True)
    """As its author calls it; shown as it stands in every language, but for starter rules."""
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(name=""), name="rule_has_a_name")]

    def __str__(self) -> str:
        return self.name


@tracked
class RuleVersion(models.Model):
    """What a rule says from one publication to the next. Only a draft may be changed.

    A version on trial is any that is not live and has a `shadow_until` ahead: its hits are kept, and decide nothing.
    """

    rule = models.ForeignKey(Rule, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    action = models.SmallIntegerField(choices=RuleAction)
    condition = models.JSONField()
    """The canonical form of `fraud.rules.ast`."""
    digest = models.CharField(max_length=64)
    """SHA-256 of action and condition."""
    description = models.CharField(max_length=300, blank=True)
    state = models.SmallIntegerField(choices=RuleState, default=RuleState.DRAFT)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField(auto_now_add=True)
    submitted_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    retired_at = models.DateTimeField(null=True)
    shadow_since = models.DateTimeField(null=True)
    """When its last trial began: what it was true of before, it may have said in other words."""
    shadow_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["rule", "number"], name="rule_version_once"),
            models.UniqueConstraint(fields=["rule"], condition=Q(state=3), name="one_live_version_per_rule"),
            models.UniqueConstraint(fields=["rule"], condition=Q(state__in=[1, 2]), name="one_draft_per_rule"),
            models.CheckConstraint(condition=Q(action__in=RuleAction.values), name="rule_action_is_known"),
            models.CheckConstraint(
                condition=Q(state__in=[1, 2], published_at__isnull=True, published_by__isnull=True)
                | Q(state__in=[3, 4], published_at__isnull=False, published_by__isnull=False)
                | Q(state=4, published_at__isnull=True, published_by__isnull=True),
                name="rule_is_published_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(published_by__isnull=True) | ~Q(published_by=F("written_by")),
                name="rule_is_published_by_another_person",
            ),
            models.CheckConstraint(
                condition=~Q(action=2) | ~Q(state=3) | Q(expires_at__isnull=False), name="allow_rule_expires"
            ),
            models.CheckConstraint(
                condition=Q(state=4, retired_at__isnull=False) | ~Q(state=4) & Q(retired_at__isnull=True),
                name="rule_is_retired_at_some_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule_id} v{self.number}"


class RuleSet(models.Model):
    """The versions that were in force together: one row for each combination, so that an assessment names it by id."""

    digest = models.CharField(max_length=64, unique=True)
    live_ids = ArrayField(models.BigIntegerField())
    shadow_ids = ArrayField(models.BigIntegerField(), default=list)
    since = models.DateTimeField(auto_now_add=True)

    class Meta:
        triggers = NEVER_DELETED

    def __str__(self) -> str:
        return self.digest[:12]
