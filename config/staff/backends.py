"""How a person is recognised and what the person may do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.account.auth_backends import AuthenticationBackend
from django.db.models import Model

from config.staff.models import User
from config.staff.roles import capabilities_of

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


class StaffBackend(AuthenticationBackend):  # type: ignore[misc]
    """E-mail and password through allauth; abilities from the table in roles.py, never from permission rows.

    So `user.has_perm("settlement.view")` and `{% if perms.settlement.view %}` work as Django people expect, cost one
    query per request, and can't drift from the code: there is nothing to synchronise.
    """

    def get_all_permissions(self, user_obj: User | AnonymousUser, obj: Model | None = None) -> set[str]:
        """The capability names of an active person; empty for everybody else and for questions about one object."""
        if not isinstance(user_obj, User) or not user_obj.is_active or obj is not None:
            return set()
        return set(capabilities_of(user_obj.roles))

    def get_user_permissions(self, user_obj: Any, obj: Model | None = None) -> set[str]:
        """Always empty: abilities come from roles only."""
        return set()

    def get_group_permissions(self, user_obj: Any, obj: Model | None = None) -> set[str]:
        """The same as all permissions: a role is a group."""
        return self.get_all_permissions(user_obj, obj)
