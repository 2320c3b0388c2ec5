from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('fraud', '0002_index_what_is_observed'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('state', 1)), fields=['queue', 'opened_at'], name='case_open_since'),
        ),
    ]
