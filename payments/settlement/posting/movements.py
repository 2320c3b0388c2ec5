"""Posts movements of our own ledger: what an export or an event told is skipped, contradictions refuse."""

from __future__ import annotations

from typing import Any, Final

from django.db import connection

from payments.facts import MovementKind, Problem
from payments.intake.models import FileImport
from payments.intake.services.staging import staged_count
from payments.ledger.models import MovementBatch
from payments.ledger.money import LONGEST_KEY
from payments.ledger.services.movements import SOURCE as EVENTS
from payments.ledger.services.movements import hold_posting
from payments.methods.models import Provider
from payments.settlement.posting.problems import PostingRefused, StagingLost
from payments.wording import translatable

SHOWN_PROBLEMS: Final = 200
CONTENT: Final = (
    "provider_key", "payment_reference", "merchant_reference", "kind", "amount", "currency", "occurred_at",
    "occurred_on", "method",
)  # fmt: skip
_COLUMNS: Final = ", ".join(("movement_key", *CONTENT))

CHANGED: Final = translatable(
    "The movement “%(key)s” is known with another %(field)s: %(known)s. A movement never changes; "
    "export what changed as a movement of its own."
)

INSERT_MOVEMENTS: Final = (
    f"INSERT INTO payments_movement (provider_id, batch_id, {_COLUMNS})"  # noqa: S608
    f" SELECT %(provider)s, %(batch)s, {_COLUMNS} FROM payments_stagedmovement st WHERE st.file_import_id = %(import)s"
    " ON CONFLICT (provider_id, movement_key) DO NOTHING"
)
_KIND_NAME: Final = " ".join(f"WHEN {kind.value} THEN '{kind.name.lower()}'" for kind in MovementKind)
_SHOPS_NAME: Final = f"CASE st.kind {_KIND_NAME} END || ':shop:' || st.movement_key"
TOLD_BY_EVENTS: Final = f"""
   AND NOT EXISTS (SELECT FROM payments_movement m
                    WHERE st.provider_key <> '' AND m.payment_id IS NOT NULL
                      AND m.match_key = hashtextextended(st.provider_key, %(provider)s::bigint * 64 + st.kind)
                      AND m.provider_id = %(provider)s AND m.kind = st.kind AND m.provider_key = st.provider_key)
   AND NOT EXISTS (SELECT FROM payments_movement m
                    WHERE m.provider_id = %(provider)s AND m.payment_id IS NOT NULL AND m.movement_key =
                          CASE WHEN length({_SHOPS_NAME}) <= {LONGEST_KEY} THEN {_SHOPS_NAME}
                               ELSE CASE st.kind {_KIND_NAME} END || ':' || left(encode(sha256(convert_to(
                                    {_SHOPS_NAME}, 'UTF8')), 'hex'), 48) END)
"""  # noqa: S608 (names and numbers of our own)
"""What no event has posted: under the provider's key, or under the shop's own name of the movement."""
INSERT_UNTOLD: Final = INSERT_MOVEMENTS.replace(" ON CONFLICT", f"{TOLD_BY_EVENTS} ON CONFLICT")

CONFLICTS: Final = (
    "SELECT st.line_number, st.movement_key,"  # noqa: S608
    f" CASE {' '.join(f'WHEN st.{name} <> m.{name} THEN {place}' for place, name in enumerate(CONTENT))} END,"
    f" ARRAY[{', '.join(f'm.{name}::text' for name in CONTENT)}]"
    " FROM payments_stagedmovement st JOIN payments_movement m"
    " ON m.provider_id = %(provider)s AND m.movement_key = st.movement_key"
    f" WHERE st.file_import_id = %(import)s AND ({' OR '.join(f'st.{name} <> m.{name}' for name in CONTENT)})"
    f" ORDER BY st.line_number LIMIT {SHOWN_PROBLEMS}"
)


def post_movements(file_import: FileImport) -> dict[str, Any]:
    """Post the staged movements of an import inside the caller's transaction; what to note with the import.

    The caller holds the books of the provider.

    Raises:
        PostingRefused: a movement is known, or stands in the file twice, with other content.
        StagingLost: not all lines are staged any more.
    """
    provider = file_import.provider
    assert provider is not None  # a constraint of the table
    with connection.cursor() as cursor:
        # A batch is never deleted, so its row is made only when something is in it; its movements take its id before.
        cursor.execute("SELECT nextval(pg_get_serial_sequence('payments_movementbatch', 'id'))")
        (batch_id,) = cursor.fetchone()
        cursor.execute(_insert_for(provider), {"import": file_import.pk, "provider": provider.pk, "batch": batch_id})
        posted = cursor.rowcount
    if posted != file_import.line_count:
        _refuse_contradictions(file_import)
        _check_staging(file_import)
    if posted:
        MovementBatch.objects.create(
            pk=batch_id, provider=provider, source=file_import.file_name[:200], movement_count=posted
        )
    return {"posted_count": posted, "known_count": file_import.line_count - posted}


def _insert_for(provider: Provider) -> str:
    """How to post at a provider: where no event has ever posted anything, nothing is looked up."""
    hold_posting([provider.pk], is_alone=True)
    is_told = MovementBatch.objects.filter(provider=provider, source=EVENTS).exists()
    return INSERT_UNTOLD if is_told else INSERT_MOVEMENTS


def contradictions(file_import: FileImport) -> list[Problem]:
    """The first staged movements that are known already with other content."""
    with connection.cursor() as cursor:
        cursor.execute(CONFLICTS, {"import": file_import.pk, "provider": file_import.provider_id})
        return [
            Problem(CHANGED, {"key": key, "field": CONTENT[place], "known": known[place]}, line, CONTENT[place])
            for line, key, place, known in cursor.fetchall()
        ]


def _refuse_contradictions(file_import: FileImport) -> None:
    problems = contradictions(file_import)
    if problems:
        raise PostingRefused(problems)


def _check_staging(file_import: FileImport) -> None:
    if staged_count(file_import) != file_import.line_count:
        raise StagingLost
