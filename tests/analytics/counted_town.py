"""A town whose people have shopped, whose statements have come, and whose figures are counted."""

from __future__ import annotations

import random

from analytics.rollups.services.computing import compute_dirty
from payments.methods.models import Provider
from tests.analytics import books, town


def settle(orders: int, dice: random.Random) -> None:
    """Let so many orders happen, post statements, and count."""
    town.build()
    for batch in town.batches(town.orders(range(orders), dice), dice, 2):
        town.tell(batch)
    for provider in Provider.objects.all():
        for booked_on in books.BOOKED:
            books.post(provider, booked_on, dice)
    compute_dirty()
