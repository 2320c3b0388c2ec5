"""Whole installations for the arms of a drill, each with a database server of its own that may be killed."""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from config.postgres.location import location_of
from config.postgres.server import ensure_running, stop
from config.settings.environment import CHECKOUT
from tests.bench.storms.deliveries import SECRET, Delivery
from tests.bench.storms.ledger import Found, connected, found, wait_until_done
from tests.bench.storms.sending import Provider
from tests.config.installation import Installation, wait_for

UP: Final = ("manage.py", "up")
Disturbance = Callable[[Installation, Provider], None]
_VARIABLES: Final = {
    "DJANGO_SETTINGS_MODULE": "config.settings.base", "LOG_LEVEL": "ERROR", "WORKER_CONCURRENCY": "1",
    "SECRET_KEY": "of the drills and of nothing else, long enough for Django to be content",
}  # fmt: skip
UNKEYED: Final = """
CREATE FUNCTION bench_unkeyed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF TG_TABLE_NAME = 'payments_inboxdelivery' THEN NEW.event_id := NEW.event_id || '#' || gen_random_uuid();
  ELSE
    NEW.movement_key := NEW.movement_key || '#' || gen_random_uuid();
    NEW.provider_key := NEW.provider_key || '#' || gen_random_uuid();
  END IF;
  RETURN NEW; END $$;
CREATE TRIGGER bench BEFORE INSERT ON payments_inboxdelivery FOR EACH ROW EXECUTE FUNCTION bench_unkeyed();
CREATE TRIGGER bench BEFORE INSERT ON payments_movement FOR EACH ROW EXECUTE FUNCTION bench_unkeyed();
"""
"""The planted arm of effects without their unique keys: the constraints stay, and no two rows ever meet in them."""


def undisturbed(installation: Installation, provider: Provider) -> None:
    """Nothing happens."""


@dataclass(frozen=True, slots=True)
class Arm:
    """What is done in one installation."""

    told: Sequence[Delivery]
    disturb: Disturbance = undisturbed
    patience_seconds: float = 300.0
    """For all deliveries to be acknowledged, and again for them to be drained."""
    calm_seconds: float = 0.0
    """Waited for instead of the draining, where that would never end: with a charge lost, its refund waits for a day."""


@dataclass(frozen=True, slots=True)
class Weathered:
    """What came of an arm."""

    found: Found
    tries_refused: int
    answers: int
    seconds_to_drain: float = field(compare=False)
    """From the last acknowledgement, or the end of the disturbance, until nothing was left."""


def planted(installation: Installation, name: str) -> Installation:
    """The installation with damage from `tests.bench.storms.planting` done to its code, or `unkeyed` to its tables."""
    if name == "unkeyed":
        ensure_running(location_of(installation.var))
        with connected(location_of(installation.var)) as connection:
            connection.execute(UNKEYED)
    else:
        installation.variables |= {"DJANGO_SETTINGS_MODULE": "tests.bench.storms.settings", "JEONGSAN_PLANTED": name}
    return installation


def open_door(installation: Installation) -> Installation:
    """Make the provider whose deliveries arrive."""
    installation.variables = _VARIABLES | installation.variables
    command = [sys.executable, "-m", "tests.bench.work", json.dumps([["door", SECRET]])]
    subprocess.run(command, cwd=CHECKOUT, env=installation.environment, check=True, stdout=subprocess.DEVNULL)
    return installation


def weather(installation: Installation, arm: Arm) -> Weathered:
    """Run the product, deliver, disturb it, and look when it has calmed down.

    Raises:
        TimeoutError: something was never acknowledged.
    """
    location = location_of(installation.var)
    with installation.running(*UP):
        wait_for(lambda: installation.get("readyz")[0] == 200, "readiness", patience=120)
        provider = Provider(installation.port, arm.told, arm.patience_seconds)
        provider.start()
        arm.disturb(installation, provider)
        provider.wait()
        time.sleep(arm.calm_seconds)
        seconds = 0.0 if arm.calm_seconds else wait_until_done(location, arm.patience_seconds)
        return Weathered(found(location, provider.acknowledged), provider.refusals, provider.answers, seconds)


class Arms:
    """Copies of one migrated installation."""

    def __init__(self, template: Path) -> None:
        self._template = template

    @contextlib.contextmanager
    def installation(self) -> Iterator[Installation]:
        """A copy, which is gone afterwards."""
        with _temporary() as var:
            subprocess.run(["cp", "-a", self._template, location_of(var).home], check=True)
            yield Installation(var, variables=dict(_VARIABLES))


@contextlib.contextmanager
def arms() -> Iterator[Arms]:
    """Migrate an installation to copy from."""
    with _temporary() as var:
        installation = Installation(var)
        installation.variables |= _VARIABLES
        migrated = installation.manage("migrate", "--verbosity", "0")
        if migrated.returncode != 0:
            raise RuntimeError(migrated.stderr)
        open_door(installation)
        stop(location_of(var))
        yield Arms(location_of(var).home)


@contextlib.contextmanager
def _temporary() -> Iterator[Path]:
    """A `var` directory below a private parent; the server in it is stopped in the end."""
    parent = Path(tempfile.mkdtemp(prefix="jeongsan-drill-"))
    var = parent / "var"
    var.mkdir()
    try:
        yield var
    finally:
        stop(location_of(var))
        shutil.rmtree(location_of(var).socket_directory, ignore_errors=True)
        shutil.rmtree(parent)
