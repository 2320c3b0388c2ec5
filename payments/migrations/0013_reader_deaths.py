from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("payments", "0012_captures_apart")]

    operations = [
        migrations.AddField(
            model_name="fileimport",
            name="reader_death_count",
            field=models.PositiveSmallIntegerField(default=0),
        ),
    ]
