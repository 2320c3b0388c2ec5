"""What allauth may do here: sign people in and let them set passwords; nothing else."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class StaffAccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Closes signing up: people are invited by an administrator."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def can_delete_email(self, email_address: object) -> bool:
        """Never: the address is the name of the account."""
        return False
