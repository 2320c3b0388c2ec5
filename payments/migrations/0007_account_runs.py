"""What the runs over bank accounts looked at, so that a run with nothing new reads no bank line."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0006_verdict_of_the_door"),
    ]

    operations = [
        migrations.CreateModel(
            name="AccountRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("as_of", models.DateField()),
                ("facts_hash", models.CharField(max_length=32)),
                ("has_paired", models.BooleanField()),
                ("outcome", models.JSONField(default=dict)),
                ("started_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="payments.bankaccount"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["account", "-id"], name="account_run_newest")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("finished_at__gte", models.F("started_at"))),
                        name="account_run_ends_after_start",
                    )
                ],
            },
        ),
    ]
