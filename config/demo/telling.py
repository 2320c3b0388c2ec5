"""The demo's payments as they happened: events of the simulated quarter, handed to the ledger without a door."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Max

from payments.acts.services.clients import terms_of
from payments.ledger.models import PaymentEvent
from payments.ledger.services.record import record
from payments.methods.models import Provider
from payments.simulator.replay.facts import facts_of
from payments.simulator.replay.reading import NoEvents, Told, told_in
from payments.simulator.replay.toss_api import TossBooks

TOLD_DAYS: Final = 92
"""The whole simulated quarter: who comes back within ninety days is seen only so."""
BATCH: Final = 1_000


def first_untold_day(until: date, zone: str) -> date | None:
    """The day to tell from so that everything up to a day is told; None when it is. Telling a day twice is harmless."""
    # What people do in the demo is of other sources: it must not pass for the simulation's last word.
    last: datetime | None = PaymentEvent.objects.filter(source="shop").aggregate(last=Max("occurred_at"))["last"]
    first = until - timedelta(days=TOLD_DAYS - 1)
    if last is None:
        return first
    # A day may have been told in part: the last one is told again.
    last_day = last.astimezone(ZoneInfo(zone)).date()
    return None if last_day >= until else max(first, last_day - timedelta(days=1))


def tell(folder: Path, since: date, until: datetime | None = None) -> int:
    """Record what is told from a day on, and before an instant, in the order of time; how many lines that were.

    An event whose payment lies before that day, named by a provider's id alone, is left out: nobody knows it here.
    """
    try:
        found = (told for told in told_in(folder, since=since) if until is None or told.at < until)
        lines: list[Told] = sorted(found, key=lambda told: told.at)
    except NoEvents:  # nobody has bought anything
        return 0
    books = TossBooks(told_in(folder, providers=["toss"]))
    terms = {each.code: terms_of(each) for each in Provider.objects.all()}
    for place in range(0, len(lines), BATCH):
        events, checkouts = facts_of(lines[place : place + BATCH], terms, books)
        with transaction.atomic():
            record(events, checkouts=checkouts)
    return len(lines)
