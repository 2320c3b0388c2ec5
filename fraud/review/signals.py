"""What review tells after commit: that somebody decided; a lost signal is found by the sweep."""

from django.dispatch import Signal

decided = Signal()
"""Without arguments: which decisions are to leave, and when, is a query."""
