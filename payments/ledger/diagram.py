"""Draws `docs/states.md` from the tables of `states`, so that the page cannot say anything else than the code; pure.

`python -m payments.ledger.diagram > docs/states.md` writes it again; a test compares.
"""

from __future__ import annotations

import sys
from collections import defaultdict

from payments.facts import AttemptResult, EventKind
from payments.ledger.states import (
    ATTEMPT_KINDS,
    FAILED_UNKNOWN,
    TRANSITIONS,
    AttemptStatus,
    ConflictCode,
    DisputeStatus,
    PaymentStatus,
    RefundStatus,
)

_HEAD = """# States

Written by `python -m payments.ledger.diagram` from `payments/ledger/states.py`; a test holds both together.

A payment has no state that anybody sets: it is the fold of its events (`payments/ledger/fold.py`). The fold looks at
the *set* of events, put in one canonical order: by the instant they happened, then by the order of a payment's life.
So deliveries may come twice, late, in parts and in any order, and what stands is the same. What cannot be is a
**conflict**: shown on the payment until an event explains it, and never resolved by forgetting one of the two.

## One attempt

Late news that changes nothing is left out of the drawing and is in the table below it.
"""

_WORDS = {
    ConflictCode.SUCCEEDED_AFTER_FAILURE: "the money was promised or taken after the attempt had failed",
    ConflictCode.FAILED_AFTER_SUCCESS: "the attempt failed after the money had been promised or taken",
    ConflictCode.TAKEN_AFTER_VOID: "the money was promised or taken after it had been given back",
    ConflictCode.VOIDED_AFTER_CAPTURE: "all of it was given back as if it had not been taken",
    ConflictCode.AMOUNTS_DIFFER: "one movement of money was told with two amounts",
    ConflictCode.KEYS_DIFFER: "one refund was told under two keys of the provider, and counts once",
    ConflictCode.CURRENCY_DIFFERS: "an event is in another currency than its payment, and is not counted",
    ConflictCode.CAPTURED_TOO_MUCH: "more was captured than authorized, or than the order costs",
    ConflictCode.REFUNDED_TOO_MUCH: "more was refunded than captured",
    ConflictCode.PAID_TWICE: "two attempts took money for one payment",
    ConflictCode.REFERENCE_OF_ANOTHER: "a provider's id in it belongs to another payment",
    ConflictCode.TOLD_DIFFERENTLY: "one event id came with two contents; the first stands",
}


def page() -> str:
    """The whole page, as Markdown."""
    parts = [_HEAD, _drawing(), "### Every status × every event\n", _table(), _lists()]
    return "\n".join(parts)


def _drawing() -> str:
    arrows: dict[tuple[str, str, bool], list[str]] = defaultdict(list)
    for (before, kind), step in TRANSITIONS.items():
        if before is not step.status or step.conflict is not None:
            arrows[before or "[*]", step.status, step.conflict is not None].append(_short(kind))
    lines = ["```mermaid", "stateDiagram-v2"]
    for (source, target, is_conflict), kinds in sorted(arrows.items()):
        mark = " (conflict)" if is_conflict else ""
        lines.append(f"    {source} --> {target}: {', '.join(kinds)}{mark}")
    return "\n".join([*lines, "```", ""])


def _short(kind: str) -> str:
    return kind.removeprefix("attempt.").replace("capture.succeeded", "captured").replace("failed:unknown", "unknown")


def _table() -> str:
    lines = [
        "| | " + " | ".join(_short(kind) for kind in ATTEMPT_KINDS) + " |",
        "|---" * (len(ATTEMPT_KINDS) + 1) + "|",
    ]
    for before in (None, *AttemptStatus):
        cells = []
        for kind in ATTEMPT_KINDS:
            step = TRANSITIONS[before, kind]
            cells.append(
                "·" if step.status is before and not step.conflict else step.status + (" ⚠" if step.conflict else "")
            )
        lines.append(f"| {before or '*nothing known*'} | " + " | ".join(cells) + " |")
    return "\n".join([*lines, "", "· stays as it is, ⚠ and is a conflict\n"])


def _lists() -> str:
    lines = ["## A payment\n", "From its attempts, refunds and disputes together, the first that holds:\n"]
    lines += [f"- `{status}`" for status in PaymentStatus]
    lines += ["\n## Refunds and disputes\n"]
    lines += ["A refund is " + ", ".join(f"`{status}`" for status in RefundStatus) + "."]
    lines += ["A dispute is " + ", ".join(f"`{status}`" for status in DisputeStatus) + "."]
    lines += ["\n## How an attempt ends\n", "One tree, everywhere:\n"]
    lines += [f"- `{result}`" for result in AttemptResult]
    lines += ["\n## Kinds of event\n"]
    lines += [f"- `{kind}`" for kind in EventKind]
    lines += [
        f"\n`{_short(FAILED_UNKNOWN)}` above is `{EventKind.FAILED}` with the result `{AttemptResult.UNKNOWN}`.\n"
    ]
    lines += ["## Conflicts\n"]
    lines += [f"- `{code}`: {_WORDS[code]}" for code in ConflictCode]
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    sys.stdout.write(page())
