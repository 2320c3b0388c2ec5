"""Mappings are kept by version, and an import knows the one it was read with and every format it might have been."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0023_statements_in_parts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="fileimport",
            name="candidates",
            field=models.JSONField(default=list),
        ),
        migrations.CreateModel(
            name="MappingVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("mapping", models.JSONField()),
                (
                    "origin",
                    models.CharField(
                        choices=[("screen", "Screen"), ("json", "Json"), ("configuration", "Configuration")],
                        max_length=13,
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=200)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "bank_account",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="payments.bankaccount",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "provider",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="payments.provider"
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="fileimport",
            name="mapping_version",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="payments.mappingversion"
            ),
        ),
        migrations.AddConstraint(
            model_name="mappingversion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("bank_account__isnull", True), ("provider__isnull", False)),
                    models.Q(("bank_account__isnull", False), ("provider__isnull", True)),
                    _connector="OR",
                ),
                name="mapping_version_has_one_owner",
            ),
        ),
        migrations.AddConstraint(
            model_name="mappingversion",
            constraint=models.UniqueConstraint(
                fields=("provider", "bank_account", "number"),
                name="mapping_version_numbers_are_unique",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="mappingversion",
            constraint=models.CheckConstraint(
                condition=models.Q(("number__gte", 1)), name="mapping_versions_begin_at_one"
            ),
        ),
        migrations.AddConstraint(
            model_name="mappingversion",
            constraint=models.CheckConstraint(
                condition=models.Q(("origin__in", ["screen", "json", "configuration"])), name="mapping_origin_is_known"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="mappingversion",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="2944fb9015a40acba81c091a45d133b37dc70d67",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_b62e7",
                    table="payments_mappingversion",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="mappingversion",
            trigger=pgtrigger.compiler.Trigger(
                name="never_truncated",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'history is never truncated: %', TG_TABLE_NAME;",
                    hash="ecf66e2394675fd892815f510d94fe750188d7a4",
                    level="STATEMENT",
                    operation="TRUNCATE",
                    pgid="pgtrigger_never_truncated_b4c41",
                    table="payments_mappingversion",
                    when="BEFORE",
                ),
            ),
        ),
    ]
