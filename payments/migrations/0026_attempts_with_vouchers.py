"""Finds the attempts of payments that were to be paid by a voucher: few of all, as who asks for their times wants them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0025_totals"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="attempt",
            index=models.Index(
                condition=models.Q(("voucher_expires_at__isnull", False)),
                fields=["payment"],
                name="attempt_voucher",
            ),
        ),
    ]
