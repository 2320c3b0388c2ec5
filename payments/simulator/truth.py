"""truth.json: what a machine must find in the files of a simulation, and what it must leave to people.

Everything is judged as of the last day simulated, by the rules of domain.md: matches are those a machine may make,
`ambiguous` are the pairs it must not, `breaks` are all breaks there are, none more. A payout that never reached the
bank, a line the provider wrote twice: each stands here once, with the references it is known by in the files.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any

from payments.simulator.frauds.truths import FraudTruth
from payments.simulator.incidents import Incident


class Ledger(StrEnum):
    """What our ledger was filled with."""

    EXPORTS = "exports"
    EVENTS = "events"
    BOTH = "both"


@dataclass(frozen=True, slots=True, order=True)
class PairTruth:
    """A movement of ours and a statement line that belong together."""

    provider: str
    movement_key: str
    kind: int
    """Of both: the number of `MovementKind`."""
    line_identity: str
    """`provider_key` of the line, or its `line_key` where the provider has no keys."""
    statement_key: str
    """Of the line. A line listed in two statements matches by either; this names the earlier one."""
    event_key: str = ""
    """How our ledger calls the movement when it learned of it by an event."""

    def to_json(self) -> dict[str, Any]:
        """The pair as truth.json writes it."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True, order=True)
class BreakTruth:
    """One break. Empty fields say nothing; a break is known by those of its kind (see `payments.simulator.score`)."""

    kind: str
    """The values of `BreakKind`: missing_on_statement, fee, …"""
    party: str
    """Code of the provider, or of the bank account for a gap between two bank statements."""
    is_account: bool
    """Whether the party is a bank account."""
    currency: str
    amount_at_risk: int
    """Minor units, not negative."""
    movement_key: str = ""
    line_identity: str = ""
    statement_key: str = ""
    payout_key: str = ""
    merchant_reference: str = ""
    booked_on: str = ""
    """ISO date of the line, payout or bank statement."""
    event_key: str = ""
    """Of the movement, where that is what identifies the break."""

    def to_json(self) -> dict[str, Any]:
        """The break as truth.json writes it: named by its party, without the empty fields."""
        data = {name: value for name, value in asdict(self).items() if name not in ("party", "is_account")}
        named = {"account" if self.is_account else "provider": self.party}
        return named | {name: value for name, value in data.items() if value != ""}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> BreakTruth:
        """Read one break back. Raises KeyError and TypeError for what is none."""
        rest = dict(data)
        is_account = "account" in rest
        party = rest.pop("account" if is_account else "provider")
        return cls(party=party, is_account=is_account, **rest)


@dataclass(frozen=True, slots=True)
class Truth:
    """Everything truth.json says."""

    seed: int
    start: date
    days: int
    as_of: date
    matches: list[PairTruth] = field(default_factory=list)
    ambiguous: list[PairTruth] = field(default_factory=list)
    breaks: list[BreakTruth] = field(default_factory=list)
    incidents: list[Incident] = field(default_factory=list)
    """What went wrong for hours or days, begun by the last day; no matter of reconciliation."""
    refused: list[str] | None = None
    """Paths of files that no reader may take, None where nothing was damaged on purpose."""
    frauds: list[FraudTruth] | None = None
    """Payments that are fraud or look so, None where nobody asked; no matter of reconciliation either."""

    def dump(self) -> str:
        """The file as text; one entry a line, sorted, so that two simulations can be compared by eye."""
        head = {"seed": self.seed, "from": str(self.start), "days": self.days, "as_of": str(self.as_of)}
        parts = [f"  {json.dumps(name)}: {json.dumps(value)}" for name, value in head.items()]
        lists: dict[str, list[dict[str, Any]]] = {
            "matches": [pair.to_json() for pair in sorted(self.matches)],
            "ambiguous": [pair.to_json() for pair in sorted(self.ambiguous)],
            "breaks": [one.to_json() for one in sorted(self.breaks)],
            "incidents": [one.to_json() for one in self.incidents],
        }
        if self.frauds is not None:
            lists["frauds"] = [one.to_json() for one in sorted(self.frauds, key=lambda one: (one.reference, one.story))]
        if self.refused is not None:
            parts.append(f"  {json.dumps('refused')}: {json.dumps(sorted(self.refused), ensure_ascii=False)}")
        for name, entries in lists.items():
            lines = ",\n".join(f"    {json.dumps(entry, ensure_ascii=False)}" for entry in entries)
            parts.append(f"  {json.dumps(name)}: [\n{lines}\n  ]" if entries else f"  {json.dumps(name)}: []")
        return "{\n" + ",\n".join(parts) + "\n}\n"

    @classmethod
    def load(cls, path: Path) -> Truth:
        """Read truth.json. Raises OSError, and KeyError, TypeError or ValueError for a file that is none."""
        data = json.loads(path.read_text(encoding="utf-8"))
        return cls(
            seed=data["seed"],
            start=date.fromisoformat(data["from"]),
            days=data["days"],
            as_of=date.fromisoformat(data["as_of"]),
            matches=[PairTruth(**entry) for entry in data["matches"]],
            ambiguous=[PairTruth(**entry) for entry in data["ambiguous"]],
            breaks=[BreakTruth.from_json(entry) for entry in data["breaks"]],
            incidents=[Incident.from_json(entry) for entry in data.get("incidents", ())],
            refused=data.get("refused"),
            frauds=[FraudTruth(**entry) for entry in data["frauds"]] if "frauds" in data else None,
        )
