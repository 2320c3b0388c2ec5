"""Makes the first administrator, who then invites everybody else."""

from __future__ import annotations

import getpass
import sys
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.staff.models import User
from config.staff.roles import Role
from config.staff.services import NewPerson, PersonAlreadyThere, enrol


class Command(BaseCommand):
    """`manage.py create_administrator EMAIL [--password-from-stdin]`."""

    help = "Make a person with the role administrator."

    def add_arguments(self, parser: CommandParser) -> None:
        """The address, and where the password comes from; never from an argument, which others on the machine see."""
        parser.add_argument("email")
        parser.add_argument("--name", default="", help="shown on the screens; default: the part before the @")
        parser.add_argument("--language", default="ko", choices=["ko", "ja", "en"])
        parser.add_argument("--password-from-stdin", action="store_true", help="read one line instead of asking")

    def handle(self, *args: Any, **options: Any) -> None:
        """Create the account or say why not (exit 1)."""
        email: str = options["email"]
        password = self._password(from_stdin=options["password_from_stdin"])
        name = options["name"] or email.partition("@")[0]
        new = NewPerson(email, name, frozenset({Role.ADMINISTRATOR}), language=options["language"])
        try:
            validate_password(password, User(email=email.lower(), name=name))
            person = enrol(new, by=None, password=password)
        except ValidationError as problem:
            raise CommandError("\n".join(problem.messages)) from problem
        except PersonAlreadyThere as problem:
            raise CommandError(str(problem.reason)) from problem
        self.stdout.write(f"{person.email} is an administrator.")

    def _password(self, *, from_stdin: bool) -> str:
        if from_stdin:
            return sys.stdin.readline().rstrip("\r\n")
        if not sys.stdin.isatty():
            raise CommandError("There is no terminal to ask on; use --password-from-stdin.")
        password = getpass.getpass("Password: ")
        if password != getpass.getpass("Password again: "):
            raise CommandError("The passwords differ.")
        return password
