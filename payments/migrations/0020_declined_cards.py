"""Finds payments by the last four digits of a card that was declined before another one paid."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0019_deliveries_by_hint"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="attempt",
            index=models.Index(
                condition=models.Q(("status", "failed"), models.Q(("last4", ""), _negated=True)),
                fields=["last4", "-requested_at"],
                name="attempt_declined_last4",
            ),
        ),
    ]
