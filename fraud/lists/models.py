"""Whom to let pass, to stop or to look at, by any key of theirs."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from fraud.features.models import KeyKind
from payments.records.history import NEVER_DELETED


class ListName(models.IntegerChoices):
    """The three lists."""

    ALLOW = 1, _("Allow list")
    BLOCK = 2, _("Block list")
    WATCH = 3, _("Watch list")


class ListEntry(models.Model):
    """One key on one list: in force from approval (but for the allow list at once) until it expires or is removed."""

    list_name = models.SmallIntegerField(choices=ListName)
    kind = models.SmallIntegerField(choices=KeyKind)
    key = models.BigIntegerField()
    """As sightings have it; what was typed is not kept."""
    hint = models.CharField(max_length=40, blank=True)
    """What people recognise it by, masked: `k…@example.com`."""
    reason = models.CharField(max_length=200)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(auto_now_add=True)
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    removed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    removed_at = models.DateTimeField(null=True)
    hit_count = models.IntegerField(default=0)
    """As counted last from the assessments."""
    hit_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["list_name", "kind", "key"], condition=Q(removed_at__isnull=True), name="list_entry_once"
            ),
            models.CheckConstraint(condition=Q(list_name__in=ListName.values), name="list_entry_list_is_known"),
            models.CheckConstraint(condition=Q(kind__in=KeyKind.values), name="list_entry_kind_is_known"),
            models.CheckConstraint(condition=~Q(reason=""), name="list_entry_says_why"),
            models.CheckConstraint(condition=~Q(list_name=1) | Q(expires_at__isnull=False), name="allow_entry_expires"),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True, approved_at__isnull=True)
                | Q(approved_by__isnull=False, approved_at__isnull=False) & ~Q(approved_by=F("added_by")),
                name="list_entry_is_approved_by_another_person",
            ),
            models.CheckConstraint(
                condition=Q(removed_by__isnull=True) | Q(removed_at__isnull=False),
                name="list_entry_is_removed_some_time",
            ),
        ]
        indexes = [models.Index(fields=["kind", "key"], name="list_entry_key", condition=Q(removed_at__isnull=True))]
        triggers = NEVER_DELETED

    def __str__(self) -> str:
        return f"{self.get_list_name_display()} {self.get_kind_display()} {self.hint}"
