"""`manage.py demo`: a simulated merchant up to yesterday, imported and reconciled, and one login for each role.

Every step looks at what is there already: a second start does next to nothing, a start days later adds those days.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from analytics.rollups.services.computing import compute_dirty
from config.demo import desk, fraud_desk, fraud_model, telling
from config.staff.models import User
from config.staff.roles import Role
from config.staff.services import NewPerson, enrol, set_password
from fraud.review.services.leaving import let_leave
from fraud.review.services.sampling import draw_second_looks
from fraud.rules.services.starting import write_starters
from payments.facts import FileRefused
from payments.intake.configuration import configuration_rules
from payments.intake.models import FileImport, ImportState
from payments.intake.routing import CONFIGURATION, PostRoom
from payments.management.importing import import_file
from payments.methods.models import Provider
from payments.methods.services.configuration import apply_configuration
from payments.settlement.services.imports import Terms
from payments.settlement.services.reconcile import reconcile_everything
from payments.simulator.simulation import Request, Simulation
from payments.simulator.truth import Truth
from payments.simulator.writing import write

SEED: Final = 7
DAYS: Final = 92
PAYMENTS_PER_DAY: Final = 400
HOME: Final = "Asia/Seoul"
"""The zone whose yesterday is the last day of the demo."""
_TOLD_EVERY: Final = 100


class Command(BaseCommand):
    """Prepares the demo; `manage.py up` then shows it."""

    help = "Simulate a merchant's last 92 days, import and reconcile them, and make one login for each role."

    def handle(self, *args: Any, **options: Any) -> None:
        """Do every step, telling what it does.

        Raises:
            CommandError: a file of the simulation was rejected.
        """
        folder: Path = settings.JEONGSAN_VAR / "demo"
        has_new_configuration = self._simulate(folder)
        self._configure(folder, is_needed=has_new_configuration)
        self._enrol(settings.JEONGSAN_VAR / "demo-logins.json")
        self._write_rules()
        self._tell(folder)
        self._review()
        self._import(folder)
        self._reconcile()
        self._count()
        self._work_through()
        self._let_leave()

    def _simulate(self, folder: Path) -> bool:
        """Write what is missing up to yesterday; whether the configuration is new."""
        yesterday = last_whole_day()
        start, last = simulated_span(folder)
        if last is not None and last >= yesterday:
            return False
        start = start or yesterday - timedelta(days=DAYS - 1)
        request = Request(SEED, start, (yesterday - start).days + 1, PAYMENTS_PER_DAY, has_frauds=has_frauds(folder))
        configuration = folder / CONFIGURATION
        before = configuration.read_bytes() if configuration.exists() else b""
        self.stdout.write(f"Simulating a merchant from {start} to {yesterday}")
        _, written = write(Simulation(request).run(), folder)
        self.stdout.write(f"  {written} files are new")
        return configuration.read_bytes() != before

    def _configure(self, folder: Path, *, is_needed: bool) -> None:
        # What somebody has changed in the demo since stays changed.
        if is_needed or not Provider.objects.exists():
            self.stdout.write("Configuring bank accounts, providers and contracts")
            apply_configuration(
                (folder / CONFIGURATION).read_bytes(), configuration_rules(), name=CONFIGURATION, by=None
            )

    def _write_rules(self) -> None:
        """Before anything is told, so that it is decided about by them."""
        analyst, lead = _person(Role.FRAUD_ANALYST), _person(Role.FRAUD_LEAD)
        if analyst is not None and lead is not None:
            started = write_starters(by=analyst, publisher=lead)
            if started.written:
                self.stdout.write(f"{started.written} fraud rules to start with are live")

    def _tell(self, folder: Path) -> None:
        """Before the exports, so that the movements of told payments belong to them."""
        since = telling.first_untold_day(last_whole_day(), HOME)
        if since is None:
            return
        self.stdout.write(f"Telling the payments since {since}: what the shop and the providers said as they happened")
        count = 0
        scored_from = last_whole_day() - timedelta(days=fraud_model.SCORED_DAYS - 1)
        if since < scored_from and fraud_model.can_learn():
            until = datetime.combine(scored_from, time(), tzinfo=ZoneInfo(HOME))
            count = telling.tell(folder, since, until)
            self._learn(until)
            since = scored_from
        self.stdout.write(f"  {count + telling.tell(folder, since)} events and checkouts")

    def _learn(self, until: datetime) -> None:
        analyst, lead = _person(Role.FRAUD_ANALYST), _person(Role.FRAUD_LEAD)
        if analyst is None or lead is None:
            return
        self.stdout.write(f"Learning which payments turn out to be fraud, from what was known by {until:%Y-%m-%d}")
        model = fraud_model.learn(until, analyst=analyst, lead=lead)
        found = f"{model.rows} payments, {model.frauds} frauds: it scores" if model else "too few frauds: rules only"
        self.stdout.write(f"  {found}")

    def _import(self, folder: Path) -> None:
        room = PostRoom(folder)
        waiting = unposted(room.files())
        if waiting:
            self.stdout.write(f"Importing {len(waiting)} files: our ledger, provider statements, bank statements")
        for count, path in enumerate(waiting, 1):
            try:
                route = room.route(path)
            except FileRefused as refusal:
                raise CommandError(f"{path}: {refusal.problem.message}") from refusal
            outcome = import_file(route.kind, route.owner, path, Terms(must_post=True))
            if outcome["state"] == ImportState.REJECTED:
                problems = "; ".join(problem["message"] for problem in outcome["problems"])
                raise CommandError(f"{path} was rejected: {problems}")
            if count % _TOLD_EVERY == 0 or count == len(waiting):
                self.stdout.write(f"  {count} of {len(waiting)}")
                self.stdout.flush()

    def _reconcile(self) -> None:
        self.stdout.write("Reconciling")
        for result in reconcile_everything():
            matched = result.layers["transaction"]["matched"]
            found = sum(sum(layer["breaks"].values()) for layer in result.layers.values())
            self.stdout.write(f"  {result.provider}: {matched} movements matched, {found} breaks to look at")

    def _count(self) -> None:
        self.stdout.write("Counting the figures")
        compute_dirty()

    def _enrol(self, path: Path) -> None:
        known = known_logins(path)
        logins = known or new_logins()
        if not known:
            _write_private(path, json.dumps(logins, indent=2) + "\n")
        for login in logins:
            person = User.objects.filter(email=login["email"]).first()
            if person is None:
                role = Role(login["role"])
                new = NewPerson(login["email"], str(role.label), frozenset({role}))
                enrol(new, by=None, password=login["password"])
            elif not known:
                _set_password(person, login["password"])
        self.stdout.write(f"One login for each role is in {path}")

    def _review(self) -> None:
        analyst, lead = _person(Role.FRAUD_ANALYST), _person(Role.FRAUD_LEAD)
        if analyst is None or lead is None or fraud_desk.has_worked():
            return
        decided = fraud_desk.work_through(analyst=analyst, lead=lead)
        self.stdout.write(f"The demo's fraud desk has decided {decided} cases")

    def _let_leave(self) -> None:
        """What the fraud desk decided, which by now nobody can take back."""
        let_leave()
        draw_second_looks()

    def _work_through(self) -> None:
        preparer, lead = _person(Role.FINANCE), _person(Role.FINANCE_LEAD)
        if preparer is None or lead is None or desk.has_worked():
            return
        explained = desk.work_through(preparer=preparer, lead=lead, until=last_whole_day())
        self.stdout.write(f"The demo's finance desk has explained {explained} older breaks")


def login_address(role: Role) -> str:
    """Return the address with which the demo's person of a role signs in."""
    return f"{role.value.replace('_', '-')}@demo.example"


def _person(role: Role) -> User | None:
    """The demo's person of a role, who may have been removed since."""
    found: User | None = User.objects.filter(email=login_address(role)).first()
    return found


def last_whole_day() -> date:
    """Return yesterday, as the people of the demo count."""
    return datetime.now(ZoneInfo(HOME)).date() - timedelta(days=1)


def simulated_span(folder: Path) -> tuple[date | None, date | None]:
    """Return the first and last day that earlier starts have written; the truth is written after all else."""
    path = folder / "truth.json"
    if not path.exists():
        return None, None
    truth = Truth.load(path)
    return truth.start, truth.as_of


def has_frauds(folder: Path) -> bool:
    """Whether people cheat in the demo: in a new one yes, and an old one goes on as it began."""
    path = folder / "truth.json"
    return not path.exists() or Truth.load(path).frauds is not None


def unposted(paths: Iterable[Path]) -> list[Path]:
    """Return the files whose bytes were not posted yet, in their order; equal bytes once."""
    known = set(FileImport.objects.filter(state=ImportState.POSTED).values_list("stored_file__sha256", flat=True))
    waiting = []
    for path in paths:
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        if sha256 not in known:
            known.add(sha256)
            waiting.append(path)
    return waiting


def known_logins(path: Path) -> list[dict[str, str]]:
    """Return the logins of an earlier start; none when there was none."""
    try:
        logins: list[dict[str, str]] = json.loads(path.read_text())
    except FileNotFoundError:
        return []
    return logins


def new_logins() -> list[dict[str, str]]:
    """Return a login for each role, with passwords nobody knows yet."""
    return [
        {
            "role": role.value,
            "email": login_address(role),
            "password": secrets.token_urlsafe(9),
        }
        for role in Role
    ]


def _write_private(path: Path, content: str) -> None:
    """Write a file that only its owner reads, from its first byte on."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(content)


def _set_password(person: User, password: str) -> None:
    """Make a demo login work again whose file was lost."""
    try:
        set_password(person, password, by=None)
    except ValidationError as problem:
        raise CommandError(f"{person.email}: {' '.join(problem.messages)}") from problem
