"""What decisions tell after commit; ids alone, and a lost signal is found by whoever sweeps."""

from django.dispatch import Signal

assessed = Signal()
"""`ids`: assessments for people to look at."""
hold_ended = Signal()
"""`hold`, `payment`: the clock, or proof, has ended a hold."""
holds_due = Signal()
"""Without arguments: there are holds whose time has come."""
