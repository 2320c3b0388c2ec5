"""What acts tell after commit: that there is something to send; a lost signal is found by the sweep."""

from django.dispatch import Signal

acts_queued = Signal()
"""Without arguments: what to send is a query."""
