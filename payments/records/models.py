"""What people and jobs intended: the append-only audit trail."""

import pgtrigger
from django.conf import settings
from django.db import models

NEVER_TRUNCATED = pgtrigger.Trigger(
    name="never_truncated",
    operation=pgtrigger.Truncate,
    level=pgtrigger.Statement,
    when=pgtrigger.Before,
    func="RAISE EXCEPTION 'history is never truncated: %', TG_TABLE_NAME;",
)

APPEND_ONLY = [
    pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
    NEVER_TRUNCATED,
]
"""Triggers of every table whose rows are history: no UPDATE, DELETE or TRUNCATE, whoever asks."""

NEVER_DELETED = [pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete), NEVER_TRUNCATED]
"""Triggers of what bulk rows point to without a foreign key: it may change, but not go."""


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
