"""Writes the audit trail; called by every service that changes something a person would ask about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from payments.records.models import AuditEvent

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser


def record(
    verb: str,
    *,
    by: AbstractBaseUser | None,
    about: tuple[str, object],
    detail: dict[str, Any] | None = None,
    reason: str = "",
) -> AuditEvent:
    """Append one audit event inside the caller's transaction, so that act and trail commit together.

    `about` is what kind of thing it happened to and which one: `("import", 17)`.
    """
    subject_type, subject = about
    return AuditEvent.objects.create(
        verb=verb,
        actor_id=by.pk if by is not None else None,
        subject_type=subject_type,
        subject_id=str(subject),
        detail=detail or {},
        reason=reason,
    )
