"""The hallway of the house: what happens to changed facts, in the transaction that changed them.

`settings.LEDGER_PIPELINE` lists the steps in order, like Django's MIDDLEWARE. A step is a function that takes one
`Changed`; the rooms above add theirs without the ledger knowing them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import structlog
from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Changed:
    """The facts of one batch that changed, by id."""

    payments: tuple[int, ...] = ()
    checkouts: tuple[int, ...] = ()
    disputes: tuple[int, ...] = ()
    payouts: tuple[int, ...] = ()
    statements: tuple[int, ...] = ()
    """Posted, superseded by what was, or with lines that were matched or are not any more."""
    warned: tuple[int, ...] = ()
    """Those of `payments` of which an issuer's warning is new in this batch."""


Step = Callable[[Changed], None]


def run(changed: Changed) -> None:
    """Run every step over a batch, each in a savepoint of its own.

    When one fails the facts stay and so do the other steps; what it has not done it finds by its own mark later.
    """
    for path in settings.LEDGER_PIPELINE:
        step: Step = import_string(path)
        try:
            with transaction.atomic():
                step(changed)
        except Exception:
            # Whatever it is: a room above must not lose the facts below.
            logger.exception("pipeline_step_failed", step=path, payments=len(changed.payments))
