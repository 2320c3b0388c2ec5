"""Finds the deliveries of a payment that no event is named after."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0018_messages_by_endpoint"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="inboxdelivery",
            index=models.Index(
                condition=~models.Q(("hinted_reference", "")),
                fields=["provider", "hinted_reference"],
                name="delivery_of_hint",
            ),
        ),
    ]
