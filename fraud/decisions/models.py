"""Payments whose assessment is due."""

from django.db import models


class Due(models.Model):
    """A payment that changed and has not been assessed since: written in the transaction that changed it.

    The step that assesses takes it away again, so that it stays only when that step failed; the sweep takes it then.
    """

    payment_id = models.BigIntegerField(primary_key=True)
    since = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return str(self.payment_id)
