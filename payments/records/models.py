"""What people and jobs intended: the append-only audit trail, and the limits above which one person is not enough."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from payments.records.history import APPEND_ONLY, NEVER_DELETED, NEVER_TRUNCATED, tracked

__all__ = ["APPEND_ONLY", "NEVER_DELETED", "NEVER_TRUNCATED", "ApprovalLimit", "AuditEvent", "tracked"]


class AuditEvent(models.Model):
    """One intended act: who did what to which thing, and why. Row changes themselves are in the history tables."""

    occurred_at = models.DateTimeField(auto_now_add=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    """None for a machine: beat, a worker, a command without a person."""
    verb = models.CharField(max_length=60)
    """Dotted, past tense: `import.committed`, `break.assigned`."""
    subject_type = models.CharField(max_length=60)
    subject_id = models.CharField(max_length=80)
    reason = models.TextField(blank=True)
    detail = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "id"], name="audit_subject"),
            models.Index(fields=["occurred_at"], name="audit_time"),
        ]
        triggers = APPEND_ONLY

    def __str__(self) -> str:
        return f"{self.verb} {self.subject_type} {self.subject_id}"


@tracked
class ApprovalLimit(models.Model):
    """Above this amount an act needs a second person."""

    verb = models.CharField(max_length=40)
    """What is done: `refund`, `capture`, `write_off`."""
    currency = models.CharField(max_length=3)
    limit_minor = models.BigIntegerField()
    """Minor units; an act of exactly this amount still needs only one person."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["verb", "currency"], name="one_limit_per_verb_and_currency"),
            models.CheckConstraint(condition=Q(limit_minor__gte=0), name="approval_limit_is_not_negative"),
            models.CheckConstraint(condition=Q(currency__regex="^[A-Z]{3}$"), name="approval_limit_currency_is_iso"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.currency}"
