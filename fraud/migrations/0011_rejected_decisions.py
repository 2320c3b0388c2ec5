from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("fraud", "0010_since_when_a_trial_runs"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name="decision",
            index=models.Index(
                condition=models.Q(("is_blind", False), ("state", 3), ("verdict", 2)),
                fields=["settled_at"],
                name="decision_rejected",
            ),
        ),
    ]
