"""One hand at a time on the books of a provider or bank account: posting, superseding, reconciling."""

from __future__ import annotations

from typing import Final

from django.db import connection

from payments.intake.adapters import Owner
from payments.methods.models import Provider

WORK_MEMORY: Final = "128MB"
"""For each join or sort of a transaction that works on whole files; by itself PostgreSQL takes 4 MB."""


def lock_books(owner: Owner) -> None:
    """Wait for, and hold until the end of the transaction, the exclusive right to change what is posted of an owner.

    The transaction also gets the memory that joining all of a large file takes.
    """
    kind = "provider" if isinstance(owner, Provider) else "account"
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL work_mem = '{WORK_MEMORY}'")
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"jeongsan.books.{kind}.{owner.pk}"])
