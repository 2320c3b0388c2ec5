"""Verbs about people: invite, disable, give roles, choose a language. Every one writes its line in the audit trail."""

from __future__ import annotations

from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group
from django.contrib.auth.password_validation import validate_password
from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from config.staff.models import User
from config.staff.roles import Role
from payments.records.services import audit


class UnableToChangePerson(Exception):
    """A rule about people forbids the act; `reason` says which, in the reader's language."""

    def __init__(self, reason: str | Promise) -> None:
        super().__init__(str(reason))
        self.reason = reason


class PersonAlreadyThere(UnableToChangePerson):
    """Somebody with this e-mail address is already a member of staff."""


@dataclass(frozen=True)
class NewPerson:
    """What is known of a person when the account is made; e-mail in any case, it is stored in lower case."""

    email: str
    name: str
    roles: frozenset[Role]
    language: str = "ko"
    zone: str = "Asia/Seoul"


@transaction.atomic
def enrol(new: NewPerson, *, by: User | None, password: str | None = None) -> User:
    """Make an account; without a password nobody can sign in to it until one is set by the invitation link.

    `by` is None only for the command line. Raises PersonAlreadyThere.
    """
    email = new.email.strip().lower()
    if User.objects.filter(email=email).exists():
        raise PersonAlreadyThere(_("There is already a person with this e-mail address."))
    user = User(email=email, name=new.name.strip(), language=new.language, zone=new.zone)
    user.set_password(password)
    user.full_clean(exclude=["password"])
    user.save()
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    user.groups.set(Group.objects.filter(name__in=[role.value for role in new.roles]))
    detail = {"email": email, "roles": sorted(role.value for role in new.roles)}
    audit.record("person.enrolled", by=by, about=("person", user.pk), detail=detail)
    return user


@transaction.atomic
def set_password(person: User, password: str, *, by: User | None) -> None:
    """Replace the password, which ends the person's sessions. Raises ValidationError for a weak one."""
    validate_password(password, person)
    person.set_password(password)
    person.save(update_fields=["password"])
    audit.record("person.password_set", by=by, about=("person", person.pk))


@transaction.atomic
def disable(person: User, *, by: User) -> None:
    """Take the right to sign in and end every session; the person's past acts keep their name.

    Raises UnableToChangePerson for oneself and for the last administrator.
    """
    _refuse_oneself(person, by)
    locked = _locked(person)
    if not locked.is_active:
        return
    _refuse_last_administrator(locked)
    locked.is_active = False
    locked.session_epoch += 1
    locked.save(update_fields=["is_active", "session_epoch"])
    audit.record("person.disabled", by=by, about=("person", person.pk))


@transaction.atomic
def enable(person: User, *, by: User) -> None:
    """Give the right to sign in back; sessions of before stay ended. Raises UnableToChangePerson for oneself."""
    _refuse_oneself(person, by)
    locked = _locked(person)
    if locked.is_active:
        return
    locked.is_active = True
    locked.save(update_fields=["is_active"])
    audit.record("person.enabled", by=by, about=("person", person.pk))


@transaction.atomic
def assign_roles(person: User, roles: frozenset[Role], *, by: User) -> None:
    """Make these the person's roles, exactly.

    Raises UnableToChangePerson for one's own roles, and when the last administrator would be none.
    """
    _refuse_oneself(person, by)
    locked = _locked(person)
    before = locked.roles
    if before == roles:
        return
    if Role.ADMINISTRATOR in before - roles:
        _refuse_last_administrator(locked)
    locked.groups.set(Group.objects.filter(name__in=[role.value for role in roles]))
    detail = {"given": sorted(roles - before), "taken": sorted(before - roles)}
    audit.record("person.roles_changed", by=by, about=("person", person.pk), detail=detail)


@transaction.atomic
def record_invitation(person: User, *, by: User) -> None:
    """Note that a link to set a password was made for this person. Raises UnableToChangePerson when disabled."""
    if not person.is_active:
        raise UnableToChangePerson(_("This person is disabled. Enable the account first."))
    audit.record("person.invited", by=by, about=("person", person.pk))


@transaction.atomic
def choose_screen(person: User, *, language: str | None = None, theme: str | None = None) -> None:
    """Keep the language or appearance the person chose; a preference, so no audit line. Raises ValidationError."""
    fields = []
    if language is not None:
        person.language = language
        fields.append("language")
    if theme is not None:
        person.theme = theme
        fields.append("theme")
    person.clean_fields(exclude={each.name for each in User._meta.fields} - set(fields))
    person.save(update_fields=fields)


@transaction.atomic
def update_profile(person: User, *, name: str, language: str, zone: str, theme: str) -> None:
    """Keep what the person says about themselves. Raises ValidationError."""
    person.name, person.language, person.zone, person.theme = name.strip(), language, zone, theme
    fields = ["name", "language", "zone", "theme"]
    person.clean_fields(exclude={each.name for each in User._meta.fields} - set(fields))
    person.save(update_fields=fields)
    audit.record("person.profile_updated", by=person, about=("person", person.pk))


def create_missing_roles(using: str) -> None:
    """Make a group for every role without one; what roles may do is written in roles.py, so nothing else is stored."""
    present = set(Group.objects.using(using).values_list("name", flat=True))
    missing = [Group(name=role.value) for role in Role if role.value not in present]
    Group.objects.using(using).bulk_create(missing, ignore_conflicts=True)


def _locked(person: User) -> User:
    """Not the stronger lock: the audit line of an act on somebody else refers to this person, and would wait for it."""
    locked: User = User.objects.select_for_update(no_key=True).get(pk=person.pk)
    return locked


def _refuse_oneself(person: User, by: User) -> None:
    if person.pk == by.pk:
        raise UnableToChangePerson(_("Nobody changes their own roles or account. Ask another administrator."))


def _refuse_last_administrator(person: User) -> None:
    """Lock the group first: two administrators who remove each other at once must not both succeed."""
    Group.objects.select_for_update().get(name=Role.ADMINISTRATOR.value)
    if not person.is_active or Role.ADMINISTRATOR not in person.roles:
        return
    if not User.objects.active().holding(Role.ADMINISTRATOR).exclude(pk=person.pk).exists():
        raise UnableToChangePerson(_("This is the last administrator. Make another one first."))
