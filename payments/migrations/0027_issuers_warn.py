"""Warnings of issuers: one more kind of event, and an index of them alone, which are few."""

from django.db import migrations, models

_KINDS = [
    "attempt.started", "attempt.waiting", "attempt.authorized", "attempt.failed", "attempt.voided", "attempt.expired",
    "capture.succeeded", "capture.failed", "refund.requested", "refund.succeeded", "refund.failed", "refund.returned",
    "dispute.opened", "dispute.charged_back", "dispute.reversed", "dispute.closed", "fraud.warned",
]


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0026_attempts_with_vouchers"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="paymentevent", name="payment_event_kind_is_known"),
        migrations.AlterField(
            model_name="paymentevent",
            name="kind",
            field=models.CharField(choices=[(kind, kind) for kind in _KINDS], max_length=30),
        ),
        migrations.AddConstraint(
            model_name="paymentevent",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", _KINDS)), name="payment_event_kind_is_known"
            ),
        ),
        migrations.AddIndex(
            model_name="paymentevent",
            index=models.Index(
                condition=models.Q(("kind", "fraud.warned")), fields=["payment"], name="payment_event_warning"
            ),
        ),
    ]
