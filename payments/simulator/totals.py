"""The answers where a statement gives only totals: our movements of a settlement by month, method and kind, as one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from payments.facts import MOVEMENT_LINE_KINDS, LineKind

if TYPE_CHECKING:
    from payments.simulator.expectations import ProviderView, StatedLine
    from payments.simulator.world import Movement

Total = tuple[str, int, str, tuple[int, int]]
"""Statement, kind, our code of the method, year and month."""


def match_totals(view: ProviderView) -> None:
    """Add the pairs of all totals that agree with our ledger, and a break for each that does not."""
    totals = _totals(view)
    # A report of a day tells of what happened on it; a settlement of what was to be paid since the one before.
    is_of_days = bool(view.plan.practice and view.plan.practice.is_wallet)
    told = [line for lines in totals.values() for line in lines]
    days = {line.line.occurred_on: line.statement_key for line in told}
    paid = sorted({(_paid_on(line), line.statement_key) for line in told})
    members: dict[Total, list[Movement]] = {total: [] for total in totals}
    for movement in view.movements:
        settles_on = view.plan.paid_on(movement.occurred_on)
        later = next((key for day, key in paid if day >= settles_on), "")
        statement = days.get(movement.occurred_on, "") if is_of_days else later
        total = (statement, movement.kind.value, movement.method, _month(movement.occurred_on))
        if total in members:
            members[total].append(movement)
        elif view.as_of > settles_on:
            view.note(
                "missing_on_statement",
                movement.currency,
                movement.amount,
                movement_key=movement.movement_key,
                merchant_reference=movement.merchant_reference,
                event_key=movement.event_key,
            )
    for total, lines in totals.items():
        _judge(view, lines, members[total])
    for lines in _unknown(view):
        view.note_line("unknown_kind", lines[0], sum(stated.line.net for stated in lines))


def _totals(view: ProviderView) -> dict[Total, list[StatedLine]]:
    methods = {name: offering.method for offering in view.plan.offerings for name in offering.provider_names}
    found: dict[Total, list[StatedLine]] = {}
    for stated in view.lines:
        line = stated.line
        if line.kind in MOVEMENT_LINE_KINDS:
            total = (stated.statement_key, line.kind.value, methods[line.method], _month(line.occurred_on))
            found.setdefault(total, []).append(stated)
    return found


def _judge(view: ProviderView, lines: list[StatedLine], movements: list[Movement]) -> None:
    difference = sum(stated.line.gross for stated in lines) - sum(movement.amount for movement in movements)
    if difference == 0 and len(lines) == len(movements):
        view.matches.extend(view.pair(movement, lines[0]) for movement in movements)
    elif view.as_of > view.plan.ledger_due_on(lines[0].line.booked_on):
        view.note_line("amount", lines[0], difference)


def _unknown(view: ProviderView) -> Iterator[list[StatedLine]]:
    """Lines of unknown kinds of a settlement, month and word are one total too."""
    found: dict[tuple[str, str], list[StatedLine]] = {}
    for stated in view.lines:
        if stated.line.kind is LineKind.UNKNOWN:
            found.setdefault((stated.statement_key, stated.line.line_key), []).append(stated)
    return iter(found.values())


def _paid_on(stated: StatedLine) -> date:
    return stated.line.paid_on or stated.line.booked_on


def _month(day: date) -> tuple[int, int]:
    return day.year, day.month
