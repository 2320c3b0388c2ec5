from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """A year of a carrier's address is thousands of hours, of which few have anything observed: an index of those."""

    dependencies = [("fraud", "0006_what_people_look_at")]

    operations = [
        migrations.AddIndex(
            model_name="keyhour",
            index=models.Index(
                fields=["kind", "key", "hour_at"],
                name="key_hour_observed",
                include=("frauds", "disputes", "refunds"),
                condition=~Q(frauds=0) | ~Q(disputes=0) | ~Q(refunds=0),
            ),
        ),
    ]
