"""What settlement tells the rooms above it, after commit and by ids only; a lost signal is found by the sweep."""

from django.dispatch import Signal

facts_posted = Signal()
"""Sent with `kind` (of import) and `provider_id` or `account_id`, the other being None."""
