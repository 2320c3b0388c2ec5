"""One hand at a time on the books of a provider or bank account: posting, superseding, reconciling."""

from __future__ import annotations

from django.db import connection

from payments.intake.adapters import Owner
from payments.methods.models import Provider


def lock_books(owner: Owner) -> None:
    """Wait for, and hold until the end of the transaction, the exclusive right to change what is posted of an owner."""
    kind = "provider" if isinstance(owner, Provider) else "account"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"jeongsan.books.{kind}.{owner.pk}"])
