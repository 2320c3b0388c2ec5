"""A statement may come in several files, and a payout may wait for one of them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0021_review_holds"),
    ]

    operations = [
        migrations.AddField(
            model_name="payout", name="is_complete", field=models.BooleanField(db_default=True, default=True)
        ),
        migrations.AddField(
            model_name="statement", name="part", field=models.PositiveSmallIntegerField(db_default=0, default=0)
        ),
        migrations.AddField(
            model_name="statement", name="part_count", field=models.PositiveSmallIntegerField(null=True)
        ),
        migrations.RemoveConstraint(model_name="statement", name="one_current_statement_version"),
        migrations.AddConstraint(
            model_name="statement",
            constraint=models.UniqueConstraint(
                fields=["provider", "statement_key", "part"],
                condition=models.Q(("is_current", True)),
                name="one_current_statement_version",
            ),
        ),
        migrations.AddConstraint(
            model_name="statement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("part", 0), ("part_count__isnull", True)),
                    models.Q(
                        ("part__gte", 1),
                        models.Q(("part_count__isnull", True), ("part_count__gte", models.F("part")), _connector="OR"),
                    ),
                    _connector="OR",
                ),
                name="statement_part_is_among_its_parts",
            ),
        ),
        migrations.AddIndex(
            model_name="statement",
            index=models.Index(
                fields=["provider", "statement_key"],
                condition=models.Q(("is_current", True), ("part__gt", 0)),
                name="statement_in_parts",
            ),
        ),
    ]
