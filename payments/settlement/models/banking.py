"""Bank statements and the deposits that join them to payouts."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from payments.intake.models import FileImport
from payments.methods.models import BankAccount, Provider, is_currency
from payments.records.models import APPEND_ONLY
from payments.settlement.models.statements import Payout
from payments.settlement.versions import Version


class BankStatement(models.Model):
    """One version of one statement of a bank account; versions are ordered as those of provider statements are."""

    account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="+")
    statement_key = models.CharField(max_length=160)
    sequence = models.CharField(max_length=40, blank=True)
    sha256 = models.CharField(max_length=64)
    choice = models.PositiveSmallIntegerField(default=0, db_default=0)
    """That a person made it count, as the n-th time for this statement; see `payments.settlement.versions`."""
    chosen_over = models.CharField(max_length=40, blank=True, default="", db_default="")
    """The latest sequence that was here at that time."""
    file_import = models.ForeignKey(FileImport, on_delete=models.PROTECT, related_name="bank_statements")
    version = models.PositiveSmallIntegerField()
    is_current = models.BooleanField()
    """False for an older version, and for an interim report once the statement of its day is here."""
    is_interim = models.BooleanField(default=False)
    currency = models.CharField(max_length=3)
    opened_on = models.DateField()
    closed_on = models.DateField()
    opening_balance = models.BigIntegerField(null=True)
    closing_balance = models.BigIntegerField(null=True)
    line_count = models.PositiveIntegerField()
    generated_at = models.DateTimeField(null=True)
    posted_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "statement_key"],
                condition=Q(is_current=True),
                name="one_current_bank_statement_version",
            ),
            models.UniqueConstraint(fields=["account", "statement_key", "sha256"], name="bank_statement_version_once"),
            models.CheckConstraint(condition=Q(closed_on__gte=F("opened_on")), name="bank_statement_days_in_order"),
            models.CheckConstraint(
                condition=Q(choice__gte=1) | Q(choice=0, chosen_over=""), name="bank_statement_is_chosen_over_others"
            ),
        ]
        indexes = [models.Index(fields=["account", "closed_on"], name="bank_statement_by_day")]

    def __str__(self) -> str:
        return f"{self.statement_key} v{self.version}"

    @property
    def as_version(self) -> Version:
        """What its rank depends on."""
        return Version(self.sequence, self.sha256, self.pk, choice=self.choice, chosen_over=self.chosen_over)


class BankLine(models.Model):
    """One entry of a bank statement; identity is its content and how often it has occurred, never the bank's own id."""

    bank_statement = models.ForeignKey(BankStatement, on_delete=models.PROTECT, related_name="lines")
    account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="+")
    line_number = models.PositiveIntegerField()
    byte_offset = models.BigIntegerField()
    byte_length = models.PositiveIntegerField()
    booked_on = models.DateField()
    value_on = models.DateField(null=True)
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    bank_reference = models.CharField(max_length=120, blank=True)
    end_to_end_reference = models.CharField(max_length=120, blank=True)
    transaction_code = models.CharField(max_length=60, blank=True)
    counterparty = models.CharField(max_length=200, blank=True)
    remittance = models.TextField(blank=True)
    fingerprint = models.UUIDField()
    """MD5 of booking date, value date, amount, currency, end-to-end reference, counterparty and remittance."""
    occurrence = models.PositiveSmallIntegerField()
    """From 1: two equal coffees on one day are two lines."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["bank_statement", "booked_on", "fingerprint", "occurrence"], name="bank_line_once_per_statement"
            ),
            models.CheckConstraint(condition=is_currency("currency"), name="bank_line_currency_is_iso"),
            models.CheckConstraint(condition=Q(occurrence__gte=1), name="bank_line_occurs_from_one"),
        ]
        indexes = [models.Index(fields=["account", "booked_on"], name="bank_line_by_day")]
        triggers = APPEND_ONLY

    def __str__(self) -> str:
        return f"{self.booked_on} {self.amount} {self.currency}"


class DepositRule(models.TextChoices):
    """Why payouts and bank lines belong together."""

    REFERENCE = "reference"
    """The payout's reference stands in the remittance text."""
    AMOUNT_AND_DATE = "amount_and_date"
    """Equal amounts inside the expected window, one candidate on each side."""
    HAND = "hand"


class Deposit(models.Model):
    """Payouts and bank lines that belong together: one to one, one to many or many to one."""

    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="+")
    rule = models.CharField(max_length=20, choices=DepositRule)
    currency = models.CharField(max_length=3)
    expected = models.BigIntegerField()
    """Sum of the payouts."""
    received = models.BigIntegerField()
    """Sum of the bank lines."""
    made_at = models.DateTimeField(auto_now_add=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=is_currency("currency"), name="deposit_currency_is_iso"),
            models.CheckConstraint(
                condition=~Q(rule="amount_and_date") | Q(expected=F("received")), name="deposit_by_amount_agrees"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.expected} {self.currency}"


class DepositPayout(models.Model):
    """A payout's only deposit."""

    deposit = models.ForeignKey(Deposit, on_delete=models.CASCADE, related_name="payouts")
    payout = models.OneToOneField(Payout, on_delete=models.CASCADE, related_name="deposit_link")

    def __str__(self) -> str:
        return f"{self.deposit_id} {self.payout_id}"


class DepositBankLine(models.Model):
    """A bank line's only deposit."""

    deposit = models.ForeignKey(Deposit, on_delete=models.CASCADE, related_name="bank_lines")
    bank_line = models.OneToOneField(BankLine, on_delete=models.PROTECT, related_name="deposit_link")

    def __str__(self) -> str:
        return f"{self.deposit_id} {self.bank_line_id}"
