"""The people who work here: one model, e-mail as the only name to sign in with."""

from __future__ import annotations

import zoneinfo
from typing import TYPE_CHECKING, ClassVar

import pghistory
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, Group, PermissionsMixin
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from config.staff.roles import Role, capability
from payments.records.history import NEVER_TRUNCATED

if TYPE_CHECKING:
    from collections.abc import Iterator


class Theme(models.TextChoices):
    """How bright the screen is; automatic follows the device."""

    AUTO = "auto", _("Automatic")
    LIGHT = "light", _("Light")
    DARK = "dark", _("Dark")


def validate_zone(name: str) -> None:
    """Refuse (ValidationError) a zone name that the IANA database does not know."""
    if name not in zoneinfo.available_timezones():
        raise ValidationError(_("%(zone)s is not a time zone."), params={"zone": name})


class PeopleQuerySet(models.QuerySet["User"]):
    """Questions about people whose answer is people."""

    def active(self) -> PeopleQuerySet:
        """People who may sign in."""
        return self.filter(is_active=True)

    def holding(self, role: Role) -> PeopleQuerySet:
        """People who hold this role, disabled ones included."""
        return self.filter(groups__name=role.value)

    def with_perm(self, name: str) -> PeopleQuerySet:
        """Active people with this capability (Django’s own name for the question); KeyError when there is none such."""
        roles = [role.value for role in capability(name).roles]
        return self.active().filter(groups__name__in=roles).distinct()


class PeopleManager(BaseUserManager["User"].from_queryset(PeopleQuerySet)):  # type: ignore[misc]
    """Finds a person by e-mail however it was typed."""

    def get_by_natural_key(self, email: str | None) -> User:
        """The person with this e-mail address in any case; User.DoesNotExist when there is none."""
        found: User = self.get(email=(email or "").strip().lower())
        return found


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    exclude=["password", "last_login", "session_epoch"],
    append_only=True,
    meta={"triggers": [NEVER_TRUNCATED]},
)
class User(AbstractBaseUser, PermissionsMixin):
    """A member of staff. Created by an administrator or the command line, never by signing up; never deleted."""

    email = models.EmailField(_("e-mail"), unique=True)
    """Always lower case, so that one person cannot have two accounts that differ in case only."""
    name = models.CharField(_("name"), max_length=120)
    language = models.CharField(_("language"), max_length=8, choices=settings.LANGUAGES, default="ko")
    zone = models.CharField(_("time zone"), max_length=64, default="Asia/Seoul", validators=[validate_zone])
    """IANA name; instants are shown in it. Business dates are not touched by it."""
    theme = models.CharField(_("appearance"), max_length=5, choices=Theme, default=Theme.AUTO)
    is_active = models.BooleanField(_("may sign in"), default=True)
    joined_at = models.DateTimeField(_("joined"), auto_now_add=True)
    session_epoch = models.PositiveIntegerField(default=0)
    """Part of every session's signature: one more, and all sessions of this person are over."""

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    objects = PeopleManager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(name="email_is_lower_case", condition=models.Q(email=Lower("email"))),
            models.CheckConstraint(name="nobody_is_above_the_roles", condition=models.Q(is_superuser=False)),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        """The name as the person writes it."""
        return self.name

    def get_short_name(self) -> str:
        """The same: Korean and Japanese names have no short form that would be polite."""
        return self.name

    @cached_property
    def roles(self) -> frozenset[Role]:
        """The roles this person holds, read once per instance (from prefetched groups when there are any)."""
        known = set(Role.values)
        return frozenset(Role(group.name) for group in self._groups() if group.name in known)

    def _groups(self) -> Iterator[Group]:
        yield from self.groups.all()

    def get_session_auth_hash(self) -> str:
        """What a session must carry to stay alive: changes with the password and with `session_epoch`."""
        return self._session_signature(None)

    def get_session_auth_fallback_hash(self) -> Iterator[str]:
        """The same under each retired secret key, so that rotating keys signs nobody out."""
        for retired in settings.SECRET_KEY_FALLBACKS:
            yield self._session_signature(retired)

    def _session_signature(self, secret: str | bytes | None) -> str:
        value = f"{self.password}:{self.session_epoch}"
        return salted_hmac("config.staff.session", value, secret=secret, algorithm="sha256").hexdigest()
