"""A statement line beside the movement that it settles, or may settle: field by field, differences marked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db.models import Exists
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from payments.ledger.models import Movement
from payments.settlement.labels import LINE_KINDS
from payments.settlement.models import (
    Break,
    BreakKind,
    Confirmation,
    Layer,
    Match,
    MatchRule,
    MatchSuggestion,
    StatementLine,
)
from payments.web.display import grouped

Shown = str | Promise | datetime | date | None

_LABELS: Final[dict[str, Promise]] = {
    "kind": _("Kind"),
    "order": _("Order"),
    "provider_key": _("Provider’s key"),
    "payment_reference": _("Payment reference"),
    "currency": _("Currency"),
    "amount": _("Amount"),
    "happened": _("Happened"),
    "method": _("Method"),
}
_COMPARED: Final = frozenset({"order", "provider_key", "payment_reference", "currency", "amount"})
"""Each side names kinds and methods in its own way, and clocks differ: those are shown and not compared."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One field of both sides as it is shown."""

    label: Promise
    ours: Shown
    theirs: Shown
    is_equal: bool
    is_amount: bool = False


@dataclass(frozen=True, slots=True)
class Pair:
    """A line and a movement."""

    line_id: int
    movement_id: int
    movement_key: str
    fields: tuple[Comparison, ...]
    rule: int = 0
    """A `MatchRule`; 0 for a suggestion."""
    matched_at: datetime | None = None
    matched_by: str = ""

    @property
    def difference_count(self) -> int:
        """Fields that differ."""
        return sum(1 for each in self.fields if not each.is_equal)


@dataclass(frozen=True, slots=True)
class Word:
    """What a person confirmed before a corrected statement said something else."""

    by: str
    confirmed_at: datetime
    movement_key: str
    line: StatementLine
    """As it was then; its statement is read with it."""
    has_lost_line: bool
    """True where the corrected version came without the line, False where it has another amount or currency."""


def match_of(line: StatementLine) -> Pair | None:
    """The match of a line with its movement; no query where the line was read with `match`."""
    match = getattr(line, "match", None)
    if match is None:
        return None
    return Pair(
        line_id=line.pk,
        movement_id=match.movement_id,
        movement_key=match.movement.movement_key,
        fields=compared(match.movement, line),
        rule=match.rule,
        matched_at=match.matched_at,
        matched_by=str(match.matched_by) if match.matched_by_id else "",
    )


def suggestions_for(line: StatementLine) -> tuple[Pair, ...]:
    """The movements that may belong to a line; one query, at most twenty of them."""
    found = MatchSuggestion.objects.filter(line=line).select_related("movement").order_by("movement__movement_key")[:20]
    return tuple(_suggested(each.movement, line) for each in found)


def lines_suggested_for(movement: Movement) -> tuple[Pair, ...]:
    """The lines that may belong to a movement; one query, at most twenty of them."""
    found = MatchSuggestion.objects.filter(movement=movement).select_related("line").order_by("line_id")[:20]
    return tuple(_suggested(movement, each.line) for each in found)


def word_behind(broken: Break) -> Word | None:
    """What a person confirmed of a break's movement, where a corrected statement is why there is a break; one query.

    A pair is only ever confirmed where amounts are equal. So one that differs, or is gone, was changed afterwards.
    """
    if broken.layer != Layer.TRANSACTION or broken.movement_id is None or broken.line_id is None:
        return None
    by_hand = Match.objects.filter(line=broken.line_id, movement=broken.movement_id, rule=MatchRule.HAND)
    said = Confirmation.objects.filter(movement=broken.movement_id).annotate(is_matched=Exists(by_hand))
    last = said.select_related("line__statement", "movement", "confirmed_by").order_by("-pk").first()
    has_lost_line = broken.kind == BreakKind.MISSING_ON_STATEMENT
    if last is None or (last.line_id == broken.line_id) != has_lost_line or last.is_matched == has_lost_line:
        return None
    return Word(
        by=str(last.confirmed_by),
        confirmed_at=last.confirmed_at,
        movement_key=last.movement.movement_key,
        line=last.line,
        has_lost_line=has_lost_line,
    )


def compared(movement: Movement | None, line: StatementLine | None) -> tuple[Comparison, ...]:
    """Both sides field by field; a side that is not there is empty, and then nothing counts as different."""
    return tuple(_each(movement, line))


def _suggested(movement: Movement, line: StatementLine) -> Pair:
    return Pair(line.pk, movement.pk, movement.movement_key, compared(movement, line))


def _each(movement: Movement | None, line: StatementLine | None) -> Iterable[Comparison]:
    ours, theirs = _of_movement(movement), _of_line(line)
    for name, label in _LABELS.items():
        left, right = ours.get(name, ""), theirs.get(name, "")
        # An empty key is not a difference: the other side simply does not know it.
        is_different = name in _COMPARED and bool(left and right) and str(left) != str(right)
        yield Comparison(label, left, right, not is_different, is_amount=name == "amount")


def _of_movement(movement: Movement | None) -> dict[str, Shown]:
    if movement is None:
        return {}
    return {
        "kind": LINE_KINDS[movement.kind],
        "order": movement.merchant_reference,
        "provider_key": movement.provider_key,
        "payment_reference": movement.payment_reference,
        "currency": movement.currency,
        "amount": grouped(movement.amount, movement.currency),
        "happened": movement.occurred_at,
        "method": movement.method,
    }


def _of_line(line: StatementLine | None) -> dict[str, Shown]:
    if line is None:
        return {}
    return {
        "kind": LINE_KINDS[line.kind],
        "order": line.merchant_reference,
        "provider_key": line.provider_key,
        "payment_reference": line.payment_reference,
        "currency": line.currency,
        "amount": grouped(line.gross, line.currency),
        "happened": line.occurred_at,
        "method": line.method,
    }
