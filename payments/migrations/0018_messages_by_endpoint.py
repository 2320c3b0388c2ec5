"""Finds what is due endpoint by endpoint: what waits for one that is down stands in no other's way."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0017_requests_of_a_minute"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="webhookdelivery",
            name="notice_due",
        ),
        migrations.AddIndex(
            model_name="webhookdelivery",
            index=models.Index(
                condition=models.Q(("next_try_at__isnull", False)),
                fields=["endpoint", "next_try_at", "id"],
                name="notice_due_by_endpoint",
            ),
        ),
    ]
