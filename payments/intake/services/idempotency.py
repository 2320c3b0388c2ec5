"""Writes that may be repeated: the row of an `Idempotency-Key` is the claim, in the same transaction as the work."""

from __future__ import annotations

from datetime import timedelta
from typing import Final, NamedTuple

from django.db import OperationalError, connection
from django.utils import timezone
from psycopg.errors import LockNotAvailable

from payments.intake.models import ApiKey, IdempotentWrite

KEPT: Final = timedelta(days=7)
CLAIM_MILLISECONDS: Final = 2_000
"""How long a second caller waits for the first."""
_SWEPT_AT_ONCE: Final = 5_000
_FIRST: Final = """
WITH RECURSIVE line AS (
  SELECT id, replaces_id FROM payments_apikey WHERE id = %s
  UNION SELECT older.id, older.replaces_id FROM payments_apikey older JOIN line ON older.id = line.replaces_id
)
SELECT id FROM line WHERE replaces_id IS NULL
"""


class WriteInProgress(Exception):
    """Another request is at work under the same key."""


class AnotherWrite(Exception):
    """The key was used before, for another request."""


class Answer(NamedTuple):
    """What was answered to the first of several equal requests."""

    status_code: int
    body: bytes


class Claim(NamedTuple):
    """The right to do the work of a key, and the duty to keep its answer; gone when the transaction is."""

    pk: int


def claim(api_key: ApiKey, key: str, fingerprint: bytes) -> Claim | Answer:
    """Claim a key, waiting up to two seconds for whoever holds it; the answer that was given, if it is done.

    In the caller's transaction, which after WriteInProgress can only be rolled back. A key of the API and those that
    succeeded it by rotation share their claims: who tries again after the change means the same write.

    Raises:
        WriteInProgress: the other request was still at work.
        AnotherWrite: the key belongs to a request with another fingerprint.
    """
    owner = _first_of_its_line(api_key)
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = {CLAIM_MILLISECONDS}")
        try:
            cursor.execute(
                "INSERT INTO payments_idempotentwrite"
                " (api_key_id, key, fingerprint, status_code, response, created_at)"
                " VALUES (%s, %s, %s, 0, '', now()) ON CONFLICT (api_key_id, key) DO NOTHING RETURNING id",
                [owner, key, fingerprint],
            )
            claimed = cursor.fetchone()
        except OperationalError as error:
            if isinstance(error.__cause__, LockNotAvailable):
                raise WriteInProgress from None
            raise
        cursor.execute("SET LOCAL lock_timeout TO DEFAULT")
    if claimed is not None:
        return Claim(claimed[0])
    done = IdempotentWrite.objects.get(api_key_id=owner, key=key)
    if bytes(done.fingerprint) != fingerprint:
        raise AnotherWrite
    return Answer(done.status_code, bytes(done.response))


def _first_of_its_line(api_key: ApiKey) -> int:
    """The key that this one goes back to, however often it was rotated: one query, and none for the first itself."""
    if api_key.replaces_id is None:
        return api_key.pk
    with connection.cursor() as cursor:
        cursor.execute(_FIRST, [api_key.replaces_id])
        row = cursor.fetchone()
    return int(row[0]) if row else api_key.pk


def keep(claimed: Claim, answer: Answer) -> None:
    """Keep the answer of a claim, in its transaction."""
    IdempotentWrite.objects.filter(pk=claimed.pk).update(status_code=answer.status_code, response=answer.body)


def sweep() -> int:
    """Forget the keys of more than seven days ago, a batch per transaction; how many."""
    swept = 0
    while True:
        old = IdempotentWrite.objects.filter(created_at__lt=timezone.now() - KEPT).order_by("created_at")
        some = list(old.values_list("pk", flat=True)[:_SWEPT_AT_ONCE])
        count, _each = IdempotentWrite.objects.filter(pk__in=some).delete()
        swept += count
        if count < _SWEPT_AT_ONCE:
            return swept
