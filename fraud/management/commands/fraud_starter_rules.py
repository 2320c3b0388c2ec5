"""Writes the rules to start with, and publishes them by a second person."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.management.base import BaseCommand, CommandError

from fraud.rules.permissions import EDIT, PUBLISH
from fraud.rules.services.refusals import OwnRule
from fraud.rules.services.starting import write_starters


class Command(BaseCommand):
    """`manage.py fraud_starter_rules --author EMAIL [--publisher EMAIL]`: may be run again."""

    help = "Write ten rules to start with; without a publisher they wait for a second person on their pages."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Who writes, and who publishes."""
        parser.add_argument("--author", required=True, help="E-mail address of who may write rules.")
        parser.add_argument("--publisher", help="E-mail address of another person, who may publish rules.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Bring what is missing.

        Raises:
            CommandError: a person is not known, may not do this, or is the same twice.
        """
        author = _person(options["author"], EDIT)
        publisher = _person(options["publisher"], PUBLISH) if options["publisher"] else None
        try:
            done = write_starters(by=author, publisher=publisher)
        except OwnRule as refusal:
            raise CommandError("Nobody publishes their own rule: name another person as the publisher.") from refusal
        self.stdout.write(f"{done.written} rules written, {done.published} published")


def _person(email: str, capability: str) -> AbstractBaseUser:
    person: AbstractBaseUser | None = get_user_model().objects.filter(email=email, is_active=True).first()
    if person is None:
        raise CommandError(f"nobody active has the address {email}")
    if not person.has_perm(capability):  # type: ignore[attr-defined]
        raise CommandError(f"{email} lacks the capability {capability}")
    return person
