from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("analytics", "0001_kept_by_the_hour")]

    operations = [
        migrations.AddIndex(
            model_name="buyer",
            index=models.Index(fields=["customer_id"], include=("first_at",), name="buyer_first"),
        ),
        # Checkouts are counted apart from tries: days that wait to be counted wait for both.
        migrations.RunSQL(
            "INSERT INTO analytics_dirtybucket (facts, starts_at)"
            " SELECT 'checkouts', starts_at FROM analytics_dirtybucket WHERE facts = 'tries'"
            " ON CONFLICT (facts, starts_at) DO NOTHING",
            migrations.RunSQL.noop,
        ),
    ]
