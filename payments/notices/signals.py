"""What notices tell after commit: that there is something to deliver; a lost signal is found by the sweep."""

from django.dispatch import Signal

messages_written = Signal()
"""Without arguments: what to deliver is a query."""
