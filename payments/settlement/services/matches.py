"""Confirms by hand what the machine only suggests: a person says which movement a statement line settles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from payments.ledger import pipeline
from payments.ledger.models import Movement
from payments.methods.models import Provider
from payments.records.services import audit
from payments.settlement.models import (
    Break,
    BreakEvent,
    BreakKind,
    BreakState,
    Confirmation,
    Match,
    MatchRule,
    MatchSuggestion,
    OpenLine,
    OpenMovement,
    ResolutionReason,
    StatementLine,
    TouchedGroup,
    TouchedKey,
)
from payments.settlement.posting.locks import lock_books

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser


class NotSuggested(Exception):
    """The pair is no suggestion, or no longer one: a new file or another person has settled it."""


@transaction.atomic
def confirm(*, line_id: int, movement_id: int, by: AbstractBaseUser) -> Match:
    """Match a suggested pair by hand. The machine never puts a guess of its own in the place of it.

    It stays through corrected versions of the statement as long as they hold the line; see
    `reconciliation.confirmations`. The breaks about the line's several candidates, and about an earlier confirmation
    of the movement whose line is gone, are resolved with it. What else was suggested for either side is
    withdrawn, and the next run settles the rest of their group.

    Raises:
        NotSuggested: the pair is not suggested.
    """
    suggestion = MatchSuggestion.objects.filter(line_id=line_id, movement_id=movement_id).first()
    if suggestion is None:
        raise NotSuggested
    lock_books(Provider.objects.get(pk=suggestion.provider_id))
    # Seen again under the lock: a run may have settled the group while we waited for it.
    if not MatchSuggestion.objects.filter(pk=suggestion.pk).exists():
        raise NotSuggested
    line, movement = StatementLine.objects.get(pk=line_id), Movement.objects.get(pk=movement_id)
    MatchSuggestion.objects.filter(Q(line=line) | Q(movement=movement)).delete()
    match = _matched(line, movement, by)
    _take_out(line, movement)
    _resolve_breaks(line, movement, by)
    pipeline.run(pipeline.Changed(statements=(line.statement_id,)))
    audit.record(
        "match.confirmed",
        by=by,
        about=("line", line.pk),
        detail={"movement": movement.movement_key, "statement": line.statement_id, "line": line.line_number},
    )
    return match


def _matched(line: StatementLine, movement: Movement, by: AbstractBaseUser) -> Match:
    """Keep the person's word, and what follows from it now."""
    said = Confirmation.objects.create(
        provider_id=line.provider_id,
        line=line,
        movement=movement,
        confirmed_at=timezone.now(),
        confirmed_by_id=by.pk,
    )
    return Match.objects.create(
        line=line,
        movement=movement,
        provider_id=line.provider_id,
        rule=MatchRule.HAND,
        is_equal=(line.gross, line.currency) == (movement.amount, movement.currency),
        matched_at=said.confirmed_at,
        matched_by_id=by.pk,
    )


def _take_out(line: StatementLine, movement: Movement) -> None:
    """Neither side waits any more; what else is called as they are is settled again by the next run."""
    OpenLine.objects.filter(line=line).delete()
    OpenMovement.objects.filter(movement=movement).delete()
    if line.group_key is not None:
        TouchedGroup.objects.create(provider_id=line.provider_id, group_key=line.group_key)
    keys = {key for key in (line.match_key, movement.match_key) if key is not None}
    TouchedKey.objects.bulk_create(TouchedKey(provider_id=line.provider_id, match_key=key) for key in sorted(keys))


def _resolve_breaks(line: StatementLine, movement: Movement, by: AbstractBaseUser) -> None:
    """What was to be explained was the line's several candidates, or the movement's lost line; now it has one."""
    asked = Q(line=line, kind=BreakKind.AMBIGUOUS) | Q(movement=movement, kind=BreakKind.MISSING_ON_STATEMENT)
    waiting = Break.objects.filter(asked).exclude(state=BreakState.RESOLVED).order_by("pk")
    for broken in waiting.select_for_update(of=("self",)):
        broken.state, broken.reason = BreakState.RESOLVED, ResolutionReason.MATCHED_BY_HAND
        broken.resolved_at = timezone.now()
        broken.save(update_fields=["state", "reason", "resolved_at"])
        BreakEvent.objects.create(
            on_break=broken,
            verb=BreakEvent.Verb.RESOLVED,
            by_id=by.pk,
            detail={"reason": ResolutionReason.MATCHED_BY_HAND.value, "movement": movement.movement_key},
        )
