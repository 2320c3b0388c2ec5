"""Totals compared: what a statement adds up, against our movements of the same settlement, month, method and kind."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import ExpressionWrapper, F, Q

from payments.ledger.models import Movement
from payments.methods.models import Provider, is_currency
from payments.settlement.models.statements import Statement, StatementLine

NOT_MATCHED_ALONE = pgtrigger.Trigger(
    name="compared_is_not_matched",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert | pgtrigger.Update,
    func="""
        IF EXISTS (SELECT FROM payments_match x WHERE x.movement_id = NEW.movement_id) THEN
            RAISE EXCEPTION 'movement % is matched with a line of its own', NEW.movement_id
                USING ERRCODE = 'unique_violation';
        END IF;
        RETURN NEW;
    """,
)
"""A movement is settled once: by a line of its own, or as one of a total."""


class TotalComparison(models.Model):
    """One total of a statement (several lines of it, where our ledger does not tell their methods apart) and all our
    movements that belong in it, by count and sum. Machine-made and provisional until sign-off."""

    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, db_index=False, related_name="+")
    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, db_index=False, related_name="+")
    kind = models.PositiveSmallIntegerField()
    method = models.CharField(max_length=80, blank=True)
    """Our code of the method, else the provider's name of it; '' where the statement does not say."""
    currency = models.CharField(max_length=3)
    sold_from = models.DateField()
    """With `sold_on` the dates that the total is about."""
    sold_on = models.DateField()
    stated_count = models.BigIntegerField()
    """Transactions, as the statement counts them."""
    stated_sum = models.BigIntegerField()
    """Their gross amount in minor units of `currency`."""
    ledger_count = models.BigIntegerField()
    """Movements of ours."""
    ledger_sum = models.BigIntegerField()
    due_on = models.DateField()
    """After this date our own ledger should know all of them."""
    compared_at = models.DateTimeField()
    is_equal = models.GeneratedField(
        expression=ExpressionWrapper(
            Q(stated_count=F("ledger_count"), stated_sum=F("ledger_sum")), output_field=models.BooleanField()
        ),
        output_field=models.BooleanField(),
        db_persist=True,
    )
    """Whether count and sum agree: then every movement is settled by it. False is a break."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["statement", "kind", "method", "currency", "sold_from"], name="total_compared_once"
            ),
            models.CheckConstraint(condition=Q(kind__gte=1, kind__lte=5), name="total_is_of_movements"),
            models.CheckConstraint(condition=Q(stated_count__gte=0, ledger_count__gte=0), name="total_counts_up"),
            models.CheckConstraint(condition=Q(sold_on__gte=F("sold_from")), name="total_period_in_order"),
            models.CheckConstraint(condition=is_currency("currency"), name="total_currency_is_iso"),
        ]
        indexes = [models.Index(fields=["provider"], name="total_unequal", condition=Q(is_equal=False))]

    def __str__(self) -> str:
        return f"{self.stated_count} / {self.ledger_count}"


class ComparedLine(models.Model):
    """A total of a statement in its only comparison."""

    line = models.OneToOneField(
        StatementLine, primary_key=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    comparison = models.ForeignKey(TotalComparison, on_delete=models.CASCADE, related_name="lines")

    def __str__(self) -> str:
        return str(self.line_id)


class ComparedMovement(models.Model):
    """A movement of ours in its only comparison."""

    movement = models.OneToOneField(
        Movement, primary_key=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    comparison = models.ForeignKey(TotalComparison, on_delete=models.CASCADE, related_name="movements")

    class Meta:
        triggers = [NOT_MATCHED_ALONE]

    def __str__(self) -> str:
        return str(self.movement_id)
