"""Transaction matches: movement to statement line, each claimed at most once."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from payments.ledger.models import Movement
from payments.methods.models import Provider
from payments.records.models import APPEND_ONLY
from payments.settlement.models.statements import StatementLine


class MatchRule(models.IntegerChoices):
    """Why a line and a movement belong together."""

    PROVIDER_KEY = 1
    """Equal provider key and kind."""
    MERCHANT_REFERENCE = 2
    """Equal merchant reference, kind, amount and currency in the window, one candidate on each side: provisional."""
    HAND = 3


class Match(models.Model):
    """A movement and the statement line that settles it; the two unique columns make every claim exclusive."""

    line = models.OneToOneField(
        StatementLine, primary_key=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="match"
    )
    movement = models.OneToOneField(Movement, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+")
    provider = models.ForeignKey(
        Provider, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    rule = models.PositiveSmallIntegerField(choices=MatchRule)
    is_equal = models.BooleanField()
    """Whether amount and currency agree; False is a break that stays with the match."""
    matched_at = models.DateTimeField()
    matched_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, db_index=False, related_name="+"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(rule__in=MatchRule.values), name="match_rule_is_known"),
            models.CheckConstraint(condition=~Q(rule=3) | Q(matched_by__isnull=False), name="match_by_hand_has_a_hand"),
        ]
        indexes = [
            models.Index(fields=["provider"], name="match_provisional", condition=Q(rule=2)),
            models.Index(fields=["provider"], name="match_unequal", condition=Q(is_equal=False)),
        ]

    def __str__(self) -> str:
        return f"{self.line_id} = {self.movement_id}"


class Confirmation(models.Model):
    """That a person said which movement a line settles. It stays whatever later versions of the statement say.

    The last one of a movement stands. The match by hand is what follows from it for the current version.
    """

    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="+")
    line = models.ForeignKey(StatementLine, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+")
    """The line as it was when it was confirmed, in the version of then."""
    movement = models.ForeignKey(Movement, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+")
    confirmed_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        triggers = APPEND_ONLY

    def __str__(self) -> str:
        return f"{self.line_id} = {self.movement_id}"


class MatchSuggestion(models.Model):
    """A pair that only a person may confirm."""

    line = models.ForeignKey(StatementLine, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+")
    movement = models.ForeignKey(Movement, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+")
    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["line", "movement"], name="suggestion_once_per_pair")]

    def __str__(self) -> str:
        return f"{self.line_id} ? {self.movement_id}"


class OpenItem(models.Model):
    """What is not matched by provider key: the small residue that fallback matching and breaks work on.

    Keeping it means that a run never has to look for the unmatched among thirty million rows.
    """

    provider = models.ForeignKey(Provider, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+")
    match_key = models.BigIntegerField(null=True)
    group_key = models.BigIntegerField(null=True)
    kind = models.PositiveSmallIntegerField()
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    dated_on = models.DateField()
    """A line: when it happened, in the provider's zone; a movement: its business date."""
    due_on = models.DateField()
    """After this date its counterpart is missing."""

    class Meta:
        abstract = True


class OpenLine(OpenItem):
    """A current statement line of a movement kind without a match by provider key."""

    line = models.OneToOneField(
        StatementLine, primary_key=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    is_repeated = models.BooleanField(db_default=False)
    """True when other lines of its key have taken every movement there is for them: it settles something twice."""

    class Meta:
        indexes = [
            models.Index(fields=["match_key"], name="open_line_match_key"),
            models.Index(fields=["group_key"], name="open_line_group_key"),
            models.Index(fields=["provider"], name="open_line_repeated", condition=Q(is_repeated=True)),
        ]

    def __str__(self) -> str:
        return str(self.line_id)


class OpenMovement(OpenItem):
    """A movement without a match by provider key."""

    movement = models.OneToOneField(
        Movement, primary_key=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )

    class Meta:
        indexes = [
            models.Index(fields=["match_key"], name="open_movement_match_key"),
            models.Index(fields=["group_key"], name="open_movement_group_key"),
            models.Index(fields=["due_on"], name="open_movement_due"),
            models.Index(fields=["provider", "dated_on"], name="open_movement_day"),
        ]

    def __str__(self) -> str:
        return str(self.movement_id)


class TouchedGroup(models.Model):
    """A merchant-reference group whose members changed since it was last settled; emptied by each run."""

    provider = models.ForeignKey(Provider, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+")
    group_key = models.BigIntegerField()

    def __str__(self) -> str:
        return str(self.group_key)


class TouchedKey(models.Model):
    """A provider key that a corrected file or a person has moved since it was last ranked; emptied by each run."""

    provider = models.ForeignKey(Provider, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+")
    match_key = models.BigIntegerField()

    def __str__(self) -> str:
        return str(self.match_key)
