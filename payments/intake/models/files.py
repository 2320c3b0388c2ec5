"""Files on their way in: the stored bytes, the imports that read them, and the rows staged until a file is whole."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from payments.intake.models.mappings import MappingVersion
from payments.methods.models import BankAccount, Provider


class StoredFile(models.Model):
    """Bytes as they came, kept under their hash before anything is parsed."""

    sha256 = models.CharField(max_length=64, unique=True)
    """Hexadecimal."""
    size = models.BigIntegerField()
    name = models.CharField(max_length=255)
    """As the first sender called it; only ever shown."""
    received_at = models.DateTimeField(auto_now_add=True)
    deleted_at = models.DateTimeField(null=True)
    """When the bytes were removed because they held what looks like card numbers; the row stays."""

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(sha256__regex="^[0-9a-f]{64}$"), name="stored_file_hash_is_sha256"),
        ]

    def __str__(self) -> str:
        return self.name


class ImportKind(models.TextChoices):
    """What a file is about."""

    STATEMENT = "statement"
    MOVEMENTS = "movements"
    BANK = "bank"


class ImportState(models.TextChoices):
    """Where an import stands."""

    READING = "reading"
    """Waiting for or being read into the staging tables."""
    PREVIEWED = "previewed"
    """Read to its end without a refusal; waits for a person (or posts at once, when told so)."""
    POSTED = "posted"
    DUPLICATE = "duplicate"
    """The same bytes were posted before; nothing changed."""
    REJECTED = "rejected"
    DISCARDED = "discarded"


class FileImport(models.Model):
    """One file on its way in: read into staging, previewed, then posted whole or not at all."""

    kind = models.CharField(max_length=10, choices=ImportKind)
    provider = models.ForeignKey(Provider, null=True, on_delete=models.PROTECT, related_name="+")
    bank_account = models.ForeignKey(BankAccount, null=True, on_delete=models.PROTECT, related_name="+")
    stored_file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="imports")
    file_name = models.CharField(max_length=255)
    adapter = models.CharField(max_length=40)
    evidence = models.CharField(max_length=255, blank=True)
    """Why this adapter: a msgid, or '' when a person chose it."""
    candidates = models.JSONField(default=list)
    """Every format the file may be of, best first, as `payments.intake.candidates` writes them."""
    mapping = models.JSONField(null=True)
    """Given with the file itself; None: the one kept with its owner."""
    mapping_version = models.ForeignKey(MappingVersion, null=True, on_delete=models.PROTECT, related_name="+")
    """The kept mapping by which it is read; None for other formats, and where `mapping` is given."""
    state = models.CharField(max_length=10, choices=ImportState, default=ImportState.READING)
    must_post = models.BooleanField(default=False)
    """True: post without waiting for a person (commands, folders)."""
    bytes_read = models.BigIntegerField(default=0)
    line_count = models.PositiveIntegerField(default=0)
    """Lines staged so far; all of them once previewed."""
    reader_death_count = models.PositiveSmallIntegerField(default=0)
    """Tries in which the process that reads it ended without a word, twice."""
    problem_count = models.PositiveIntegerField(default=0)
    problems = models.JSONField(default=list)
    """The first of them: [{line, field, template, values}]."""
    summary = models.JSONField(default=dict)
    """currencies, period, totals, checks, statements, payouts, as `payments.intake.summaries` writes them."""
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ImportState.values), name="import_state_is_known"),
            models.CheckConstraint(
                condition=(Q(kind="bank") & Q(bank_account__isnull=False) & Q(provider__isnull=True))
                | (Q(kind__in=["statement", "movements"]) & Q(provider__isnull=False) & Q(bank_account__isnull=True)),
                name="import_has_its_owner",
            ),
            models.UniqueConstraint(
                fields=["kind", "provider", "bank_account", "stored_file"],
                condition=Q(state="posted"),
                nulls_distinct=False,
                name="same_bytes_post_once",
            ),
        ]
        indexes = [
            models.Index(fields=["-created_at"], name="import_newest"),
            models.Index(fields=["state"], name="import_unfinished", condition=Q(state__in=["reading", "previewed"])),
        ]

    def __str__(self) -> str:
        return f"{self.file_name} ({self.state})"


class StagedRow(models.Model):
    """What the three staging tables share. UNLOGGED, and without any index but the import's: they live for minutes."""

    file_import = models.ForeignKey(
        FileImport, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    line_number = models.PositiveIntegerField()
    byte_offset = models.BigIntegerField()
    byte_length = models.PositiveIntegerField()

    class Meta:
        abstract = True


class StagedStatementLine(StagedRow):
    """A `LineFact` waiting to be posted; columns in its order."""

    statement_key = models.TextField()
    kind = models.PositiveSmallIntegerField()
    line_key = models.TextField()
    provider_key = models.TextField()
    payment_reference = models.TextField()
    merchant_reference = models.TextField()
    method = models.TextField()
    currency = models.CharField(max_length=3)
    gross = models.BigIntegerField()
    net_currency = models.CharField(max_length=3)
    gross_settled = models.BigIntegerField()
    fee = models.BigIntegerField()
    fee_commission = models.BigIntegerField(null=True)
    fee_markup = models.BigIntegerField(null=True)
    fee_scheme = models.BigIntegerField(null=True)
    fee_interchange = models.BigIntegerField(null=True)
    fee_installment = models.BigIntegerField(null=True)
    fee_other = models.BigIntegerField(null=True)
    fee_vat = models.BigIntegerField()
    rounding = models.SmallIntegerField()
    net = models.BigIntegerField()
    rate = models.DecimalField(null=True, max_digits=24, decimal_places=12)
    occurred_at = models.DateTimeField(null=True)
    sold_on = models.DateField(null=True)
    booked_on = models.DateField(null=True)
    paid_on = models.DateField(null=True)
    payout_key = models.TextField()
    transaction_count = models.BigIntegerField(null=True)
    sold_from = models.DateField(null=True)

    def __str__(self) -> str:
        return f"{self.file_import_id}:{self.line_number}"


class StagedMovement(StagedRow):
    """A `MovementFact` waiting to be posted; columns in its order."""

    movement_key = models.TextField()
    provider_key = models.TextField()
    payment_reference = models.TextField()
    merchant_reference = models.TextField()
    kind = models.PositiveSmallIntegerField()
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    occurred_at = models.DateTimeField()
    occurred_on = models.DateField()
    method = models.TextField()

    def __str__(self) -> str:
        return f"{self.file_import_id}:{self.line_number}"


class StagedBankLine(StagedRow):
    """A `BankLineFact` waiting to be posted; columns in its order."""

    statement_key = models.TextField()
    booked_on = models.DateField()
    value_on = models.DateField(null=True)
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    bank_reference = models.TextField()
    end_to_end_reference = models.TextField()
    transaction_code = models.TextField()
    counterparty = models.TextField()
    remittance = models.TextField()

    def __str__(self) -> str:
        return f"{self.file_import_id}:{self.line_number}"
