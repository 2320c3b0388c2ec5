"""Which version of a statement counts may be what a person said."""

from django.db import migrations, models


def _fields(model_name: str, constraint: str) -> list[migrations.operations.base.Operation]:
    return [
        migrations.AddField(
            model_name=model_name, name="choice", field=models.PositiveSmallIntegerField(db_default=0, default=0)
        ),
        migrations.AddField(
            model_name=model_name,
            name="chosen_over",
            field=models.CharField(blank=True, db_default="", default="", max_length=40),
        ),
        migrations.AddConstraint(
            model_name=model_name,
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("choice__gte", 1), models.Q(("choice", 0), ("chosen_over", "")), _connector="OR"
                ),
                name=constraint,
            ),
        ),
    ]


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0027_issuers_warn"),
    ]

    operations = [
        *_fields("statement", "statement_is_chosen_over_others"),
        *_fields("bankstatement", "bank_statement_is_chosen_over_others"),
    ]
