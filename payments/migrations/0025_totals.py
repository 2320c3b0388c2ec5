"""Statements that give only totals: how many transactions a line adds up, and what each total was compared with."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0022_mapping_versions"),
    ]

    operations = [
        migrations.CreateModel(
            name="ComparedLine",
            fields=[
                (
                    "line",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="payments.statementline",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ComparedMovement",
            fields=[
                (
                    "movement",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="payments.movement",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="TotalComparison",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.PositiveSmallIntegerField()),
                ("method", models.CharField(blank=True, max_length=80)),
                ("currency", models.CharField(max_length=3)),
                ("sold_from", models.DateField()),
                ("sold_on", models.DateField()),
                ("stated_count", models.BigIntegerField()),
                ("stated_sum", models.BigIntegerField()),
                ("ledger_count", models.BigIntegerField()),
                ("ledger_sum", models.BigIntegerField()),
                ("due_on", models.DateField()),
                ("compared_at", models.DateTimeField()),
                (
                    "is_equal",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.ExpressionWrapper(
                            models.Q(
                                ("stated_count", models.F("ledger_count")), ("stated_sum", models.F("ledger_sum"))
                            ),
                            output_field=models.BooleanField(),
                        ),
                        output_field=models.BooleanField(),
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="stagedstatementline",
            name="sold_from",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="stagedstatementline",
            name="transaction_count",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="statementline",
            name="sold_from",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="statementline",
            name="transaction_count",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddIndex(
            model_name="statementline",
            index=models.Index(
                condition=models.Q(("transaction_count__isnull", False)),
                fields=["provider", "statement"],
                name="line_of_totals",
            ),
        ),
        migrations.AddField(
            model_name="totalcomparison",
            name="provider",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="payments.provider"
            ),
        ),
        migrations.AddField(
            model_name="totalcomparison",
            name="statement",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="payments.statement"
            ),
        ),
        migrations.AddField(
            model_name="comparedmovement",
            name="comparison",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="movements", to="payments.totalcomparison"
            ),
        ),
        migrations.AddField(
            model_name="comparedline",
            name="comparison",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="lines", to="payments.totalcomparison"
            ),
        ),
        migrations.AddIndex(
            model_name="totalcomparison",
            index=models.Index(condition=models.Q(("is_equal", False)), fields=["provider"], name="total_unequal"),
        ),
        migrations.AddConstraint(
            model_name="totalcomparison",
            constraint=models.UniqueConstraint(
                fields=("statement", "kind", "method", "currency", "sold_from"), name="total_compared_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="totalcomparison",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__gte", 1), ("kind__lte", 5)), name="total_is_of_movements"
            ),
        ),
        migrations.AddConstraint(
            model_name="totalcomparison",
            constraint=models.CheckConstraint(
                condition=models.Q(("ledger_count__gte", 0), ("stated_count__gte", 0)), name="total_counts_up"
            ),
        ),
        migrations.AddConstraint(
            model_name="totalcomparison",
            constraint=models.CheckConstraint(
                condition=models.Q(("sold_on__gte", models.F("sold_from"))), name="total_period_in_order"
            ),
        ),
        migrations.AddConstraint(
            model_name="totalcomparison",
            constraint=models.CheckConstraint(
                condition=models.Q(("currency__regex", "^[A-Z]{3}$")), name="total_currency_is_iso"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="comparedmovement",
            trigger=pgtrigger.compiler.Trigger(
                name="compared_is_not_matched",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n        IF EXISTS (SELECT FROM payments_match x WHERE x.movement_id = NEW.movement_id) THEN\n            RAISE EXCEPTION 'movement % is matched with a line of its own', NEW.movement_id\n                USING ERRCODE = 'unique_violation';\n        END IF;\n        RETURN NEW;\n    ",
                    hash="81791df5cee17dad8698e8a5d4daf5100a55d58c",
                    operation="INSERT OR UPDATE",
                    pgid="pgtrigger_compared_is_not_matched_28219",
                    table="payments_comparedmovement",
                    when="BEFORE",
                ),
            ),
        ),
    ]
