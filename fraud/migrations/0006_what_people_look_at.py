from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('fraud', '0001_how_far_to_trust'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='assessment',
            index=models.Index(condition=models.Q(('outcome', 1), ('sampled_ppm__isnull', False), _connector='OR'), fields=['assessed_at'], name='assessment_for_people'),
        ),
    ]
