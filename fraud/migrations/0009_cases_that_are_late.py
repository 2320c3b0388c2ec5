from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("fraud", "0008_since_when_a_queue_waits")]

    operations = [
        migrations.AddField(
            model_name="case",
            name="breached_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("breached_at__isnull", True), ("state__in", [1, 2, 5])),
                fields=["due_at"],
                name="case_to_breach",
            ),
        ),
    ]
