"""A town whose people have shopped, whose statements have come, and whose figures are counted."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager

import time_machine
from django.db import transaction
from pytest_django import DjangoDbBlocker

from analytics.rollups.services.computing import compute_dirty
from payments.methods.models import Provider
from tests.analytics import books, town


@contextmanager
def lasting(blocker: DjangoDbBlocker) -> Iterator[None]:
    """At the town's instant, what is written first lasts for all tests of a file, each of which comes back to it."""
    with blocker.unblock(), time_machine.travel(town.NOW, tick=False), transaction.atomic():
        yield
        transaction.set_rollback(True)


def shop(orders: int, dice: random.Random) -> None:
    """Let so many orders happen, and count."""
    _happen(orders, dice)
    compute_dirty()


def settle(orders: int, dice: random.Random) -> None:
    """Let so many orders happen, post statements, and count."""
    _happen(orders, dice)
    for provider in Provider.objects.all():
        for booked_on in books.BOOKED:
            books.post(provider, booked_on, dice)
    compute_dirty()


def _happen(orders: int, dice: random.Random) -> None:
    town.build()
    for batch in town.batches(town.orders(range(orders), dice), dice, 2):
        town.tell(batch)
