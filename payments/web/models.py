"""What people keep of the lists they look at."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q


class SavedView(models.Model):
    """A state of a list under a name: filters, order and columns, as the address has them."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    list_name = models.CharField(max_length=40)
    """`ListSpec.name` of the list."""
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=2000, blank=True)
    """What follows the question mark; '' is the list as it opens."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "list_name", "name"], name="saved_view_once_per_name"),
            models.CheckConstraint(condition=~Q(name=""), name="saved_view_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name
