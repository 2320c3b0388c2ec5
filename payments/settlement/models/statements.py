"""Provider statements: immutable, versioned, and the payouts they announce."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from payments.facts import LineKind
from payments.intake.models import FileImport
from payments.ledger.models import match_hash
from payments.methods.models import Provider, is_currency
from payments.records.models import APPEND_ONLY, NEVER_DELETED
from payments.settlement.versions import Version

LINE_KIND_CHOICES = [(kind.value, kind.name.lower()) for kind in LineKind]


class Statement(models.Model):
    """One version of one statement of a provider, or of one part of a statement that comes in several files.

    Versions of a statement are ordered by the file's own sequence, ties by hash, never by arrival; the last is current.
    Of a statement in parts one version of each part is; see `payments.settlement.versions`.
    """

    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="+")
    statement_key = models.CharField(max_length=160)
    part = models.PositiveSmallIntegerField(default=0, db_default=0)
    """Which part of the statement it is, from 1; 0: the whole."""
    part_count = models.PositiveSmallIntegerField(null=True)
    """How many parts there are, where this one says it."""
    sequence = models.CharField(max_length=40, blank=True)
    sha256 = models.CharField(max_length=64)
    """Of the file: the tie-breaker between versions."""
    choice = models.PositiveSmallIntegerField(default=0, db_default=0)
    """That a person made it count, as the n-th time for this statement; see `payments.settlement.versions`."""
    chosen_over = models.CharField(max_length=40, blank=True, default="", db_default="")
    """The latest sequence that was here at that time."""
    file_import = models.ForeignKey(FileImport, on_delete=models.PROTECT, related_name="statements")
    version = models.PositiveSmallIntegerField()
    """Rank among the versions posted so far, from 1; a late older file moves the later ones up."""
    is_current = models.BooleanField()
    booked_on = models.DateField()
    period_from = models.DateField()
    period_to = models.DateField()
    generated_at = models.DateTimeField(null=True)
    line_count = models.PositiveIntegerField()
    posted_at = models.DateTimeField(auto_now_add=True)
    reconciled_at = models.DateTimeField(null=True)
    """None while reconciliation has not worked through its lines."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "statement_key", "part"],
                condition=Q(is_current=True),
                name="one_current_statement_version",
            ),
            models.CheckConstraint(
                condition=Q(part=0, part_count__isnull=True)
                | (Q(part__gte=1) & (Q(part_count__isnull=True) | Q(part_count__gte=F("part")))),
                name="statement_part_is_among_its_parts",
            ),
            models.UniqueConstraint(fields=["provider", "statement_key", "sha256"], name="statement_version_once"),
            models.CheckConstraint(condition=Q(period_to__gte=F("period_from")), name="statement_period_in_order"),
            models.CheckConstraint(
                condition=Q(choice__gte=1) | Q(choice=0, chosen_over=""), name="statement_is_chosen_over_others"
            ),
        ]
        indexes = [
            models.Index(fields=["provider"], name="statement_to_reconcile", condition=Q(reconciled_at__isnull=True)),
            models.Index(fields=["provider", "booked_on"], name="statement_by_day"),
            models.Index(
                fields=["provider", "statement_key"],
                name="statement_in_parts",
                condition=Q(is_current=True, part__gt=0),
            ),
        ]
        triggers = NEVER_DELETED

    def __str__(self) -> str:
        return f"{self.statement_key} v{self.version}"

    @property
    def as_version(self) -> Version:
        """What its rank depends on."""
        return Version(self.sequence, self.sha256, self.pk, self.part, self.part_count, self.choice, self.chosen_over)


class StatementLine(models.Model):
    """One line of a statement, posted in bulk and never changed; see `payments.facts.LineFact` for each column.

    Thought through for thirty million rows: no foreign key of the database (what they point to is never deleted), two
    indexes besides the key and two of a handful of rows, references hashed to eight bytes, no copy of the raw row but
    its place in the stored file.
    """

    statement = models.ForeignKey(Statement, on_delete=models.DO_NOTHING, db_constraint=False, related_name="lines")
    provider = models.ForeignKey(
        Provider, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    line_number = models.PositiveIntegerField()
    byte_offset = models.BigIntegerField()
    byte_length = models.PositiveIntegerField()
    kind = models.PositiveSmallIntegerField(choices=LINE_KIND_CHOICES)
    line_key = models.CharField(max_length=120, blank=True)
    provider_key = models.CharField(max_length=80, blank=True)
    payment_reference = models.CharField(max_length=80, blank=True)
    merchant_reference = models.CharField(max_length=120, blank=True)
    method = models.CharField(max_length=80, blank=True)
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
    booked_on = models.DateField()
    paid_on = models.DateField(null=True)
    payout_key = models.CharField(max_length=80, blank=True)
    transaction_count = models.BigIntegerField(null=True)
    sold_from = models.DateField(null=True)
    match_key = models.GeneratedField(
        expression=match_hash("provider_key"), output_field=models.BigIntegerField(null=True), db_persist=True
    )
    group_key = models.GeneratedField(
        expression=match_hash("merchant_reference"), output_field=models.BigIntegerField(null=True), db_persist=True
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(net=F("gross_settled") - F("fee") - F("fee_vat") + F("rounding")), name="line_net_ties"
            ),
            models.CheckConstraint(
                condition=Q(rounding__gte=-1, rounding__lte=1), name="line_rounding_is_below_a_unit"
            ),
            models.CheckConstraint(
                condition=is_currency("currency") & is_currency("net_currency"), name="line_currencies_are_iso"
            ),
            models.CheckConstraint(
                condition=~Q(currency=F("net_currency")) | Q(gross=F("gross_settled")), name="line_converts_only_abroad"
            ),
        ]
        indexes = [
            models.Index(fields=["match_key"], name="line_match_key", condition=Q(match_key__isnull=False)),
            models.Index(
                fields=["statement"],
                name="line_standing_fee",
                condition=Q(kind__in=[6, 7], payment_reference="", merchant_reference="", provider_key=""),
            ),
            models.Index(
                fields=["provider", "statement"], name="line_of_totals", condition=Q(transaction_count__isnull=False)
            ),
        ]
        triggers = APPEND_ONLY

    def __str__(self) -> str:
        return f"{self.statement_id}:{self.line_number}"


class LineTotal(models.Model):
    """What the lines of one statement add up to, per booking date, kind, currency and payout; written with the lines.

    Pages and payouts read these few rows, never the lines. Lines are immutable, so these are.
    """

    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="totals")
    booked_on = models.DateField()
    kind = models.PositiveSmallIntegerField(choices=LINE_KIND_CHOICES)
    currency = models.CharField(max_length=3)
    """Settlement currency of the amounts."""
    payout_key = models.CharField(max_length=80, blank=True)
    line_count = models.PositiveIntegerField()
    gross = models.BigIntegerField()
    """In the settlement currency."""
    fee = models.BigIntegerField()
    fee_vat = models.BigIntegerField()
    rounding = models.BigIntegerField()
    net = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["statement", "booked_on", "kind", "currency", "payout_key"], name="one_total_per_group"
            ),
            models.CheckConstraint(
                condition=Q(net=F("gross") - F("fee") - F("fee_vat") + F("rounding")), name="total_net_ties"
            ),
        ]
        indexes = [
            models.Index(fields=["booked_on"], name="total_by_day"),
            models.Index(fields=["payout_key"], name="total_by_payout", condition=~Q(payout_key="")),
        ]

    def __str__(self) -> str:
        return f"{self.statement_id} {self.kind} {self.currency}"


class StatementPayout(models.Model):
    """What one statement version says about one payout; immutable."""

    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="payouts")
    payout_key = models.CharField(max_length=80)
    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField()
    paid_on = models.DateField(null=True)
    is_stated = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["statement", "payout_key", "currency"], name="payout_once_per_statement"),
        ]

    def __str__(self) -> str:
        return self.payout_key


class Payout(models.Model):
    """One transfer a provider says it made to our bank: the present, computed from the current statements."""

    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="+")
    payout_key = models.CharField(max_length=80)
    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField()
    """What should reach the bank: stated by the provider, or else the sum of the lines."""
    line_net = models.BigIntegerField()
    """Sum of the net of the lines it pays, without the payout line itself."""
    line_count = models.PositiveIntegerField()
    is_stated = models.BooleanField()
    booked_on = models.DateField()
    """Settlement day on which it is booked."""
    paid_on = models.DateField(null=True)
    is_complete = models.BooleanField(default=True, db_default=True)
    """False while a part of a statement that pays lines of it is missing: what it adds up to is not known yet."""
    deposit_due_on = models.DateField(null=True)
    """The last date on which the bank may still be silent; None when the file names no payout date."""
    residual = models.GeneratedField(
        expression=F("amount") - F("line_net"), output_field=models.BigIntegerField(), db_persist=True
    )
    """Unexplained: the payout less the lines that can be named; anything but zero is a break, once it is complete."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "payout_key", "currency"], name="payout_once_per_provider"),
            models.CheckConstraint(condition=is_currency("currency"), name="payout_currency_is_iso"),
        ]
        indexes = [
            models.Index(fields=["provider", "paid_on"], name="payout_by_date"),
            models.Index(fields=["-paid_on", "-id"], name="payout_newest"),
        ]

    def __str__(self) -> str:
        return self.payout_key
