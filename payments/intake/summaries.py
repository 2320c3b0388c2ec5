"""What is known of a file once it is read: the summary that a preview shows and that posting works from.

It is kept as JSON with the import, because the person who commits may come hours after the worker that read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from payments.facts import BankStatementFact, Check, PayoutFact, Problem, StatementFact


@dataclass(frozen=True, slots=True)
class KindTotal:
    """What the lines of one kind and currency add up to, in minor units."""

    kind: int
    """A `LineKind` or `MovementKind`; 0 for bank lines."""
    currency: str
    line_count: int
    gross: int
    fee: int
    fee_vat: int
    rounding: int
    net: int


@dataclass(frozen=True, slots=True)
class Summary:
    """A file read to its end."""

    line_count: int
    currencies: tuple[str, ...]
    period_from: date | None
    period_to: date | None
    totals: tuple[KindTotal, ...]
    statements: tuple[StatementFact, ...] = ()
    bank_statements: tuple[BankStatementFact, ...] = ()
    payouts: tuple[PayoutFact, ...] = ()
    checks: tuple[Check, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The form that is kept with the import."""
        return {
            "lines": self.line_count,
            "currencies": list(self.currencies),
            "period": _period_as_json(self.period_from, self.period_to),
            "totals": [{name: getattr(total, name) for name in KindTotal.__slots__} for total in self.totals],
            "statements": statements_as_json(self.statements),
            "bank_statements": statements_as_json(self.bank_statements),
            "payouts": payouts_as_json(self.payouts),
            "checks": checks_as_json(self.checks),
        }


def checks_as_json(checks: Iterable[Check]) -> list[dict[str, Any]]:
    """Checks as people and scripts read them."""
    return [
        {
            "name": check.name,
            "expected": check.expected,
            "found": check.found,
            "currency": check.currency,
            "is_met": check.is_met,
            "is_refusing": check.is_refusing,
            "subject": check.subject,
        }
        for check in checks
    ]


def checks_from_json(stored: Sequence[Mapping[str, Any]]) -> list[Check]:
    """The checks that were told."""
    return [Check(**{name: entry[name] for name in Check.__slots__}) for entry in stored]


def problems_as_json(problems: Iterable[Problem]) -> list[dict[str, Any]]:
    """Problems in the form that is kept with the import: template and values, so that each reader's language can be
    written from them."""
    return [
        {
            "line": problem.line,
            "record": problem.record,
            "field": problem.field,
            "template": problem.template,
            "values": dict(problem.values),
        }
        for problem in problems
    ]


def problems_from_json(stored: Sequence[Mapping[str, Any]]) -> list[Problem]:
    """The problems kept with an import."""
    return [
        Problem(entry["template"], entry["values"], entry["line"], entry["field"], entry.get("record"))
        for entry in stored
    ]


def statements_as_json(statements: Iterable[StatementFact | BankStatementFact]) -> list[dict[str, Any]]:
    """Statements in the form that is kept."""
    return [_as_json(statement) for statement in statements]


def payouts_as_json(payouts: Iterable[PayoutFact]) -> list[dict[str, Any]]:
    """Payouts in the form that is kept."""
    return [
        payout._asdict() | {"paid_on": payout.paid_on.isoformat() if payout.paid_on else None} for payout in payouts
    ]


def payouts_from_json(stored: Sequence[Mapping[str, Any]]) -> list[PayoutFact]:
    """The payouts that were told."""
    return [
        PayoutFact(**{**entry, "paid_on": date.fromisoformat(entry["paid_on"]) if entry["paid_on"] else None})
        for entry in stored
    ]


def statements_from_json(stored: Mapping[str, Any]) -> list[StatementFact]:
    """The statements of a kept summary."""
    return [
        StatementFact(
            statement_key=entry["statement_key"],
            sequence=entry["sequence"],
            booked_on=date.fromisoformat(entry["booked_on"]),
            period_from=date.fromisoformat(entry["period_from"]),
            period_to=date.fromisoformat(entry["period_to"]),
            generated_at=_instant(entry["generated_at"]),
            # Summaries kept before statements had parts name none.
            part=entry.get("part", 0),
            part_count=entry.get("part_count"),
        )
        for entry in stored["statements"]
    ]


def bank_statements_from_json(stored: Mapping[str, Any]) -> list[BankStatementFact]:
    """The bank statements of a kept summary."""
    return [
        BankStatementFact(
            **{
                **entry,
                "opened_on": date.fromisoformat(entry["opened_on"]),
                "closed_on": date.fromisoformat(entry["closed_on"]),
                "generated_at": _instant(entry["generated_at"]),
            }
        )
        for entry in stored["bank_statements"]
    ]


def _as_json(fact: StatementFact | BankStatementFact) -> dict[str, Any]:
    values = {name: getattr(fact, name) for name in type(fact).__slots__}
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}


def _period_as_json(first: date | None, last: date | None) -> dict[str, str] | None:
    return {"from": first.isoformat(), "to": last.isoformat()} if first and last else None


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
