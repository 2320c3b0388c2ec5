"""Who asks: the signed-in person of a request, with the type that says so."""

from __future__ import annotations

from django.http import HttpRequest

from config.staff.models import User


def member(request: HttpRequest) -> User:
    """The person behind a request that passed a door for signed-in people; TypeError behind a public one."""
    if not isinstance(request.user, User):
        raise TypeError("this view must stand behind any_signed_in or capability_required")
    return request.user
