"""What a key of the merchant API may do: the one table of scopes."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Scope(models.TextChoices):
    """The values are stored with each key and named by each endpoint."""

    CHECKOUTS_READ = "checkouts:read", _("Read checkouts")
    CHECKOUTS_WRITE = "checkouts:write", _("Tell of checkouts and their steps")
    PAYMENTS_READ = "payments:read", _("Read payments, attempts, refunds and disputes")
    PAYMENTS_WRITE = "payments:write", _("Tell of events, attempts and refunds")
    ACTS_WRITE = "acts:write", _("Capture, void and refund payments")
    ASSESSMENTS_WRITE = "assessments:write", _("Ask whether to trust an order, and read the answers")
    FILES_WRITE = "files:write", _("Send files, and ask what became of them")
    METRICS_READ = "metrics:read", _("Read metrics")
    CUSTOMERS_READ = "customers:read", _("Read customers")
