"""What the configuration tells, in the transaction that changes it."""

from django.dispatch import Signal

providers_configured = Signal()
"""`provider_ids`: providers that were created or changed, or of which an offering or a payout schedule was."""
