"""What is measured, as a process of its own: files go through the product's own services, step by step, with the time of
each and the memory of the whole.

`python -m tests.bench.work '[["configure", true], ["movements", FILE], ["statement", FILE], ["reconcile", "2026-07-31"]]'`
prints one JSON object: the steps with their seconds, and the peak memory of the process.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any, Final

import django
from django.db import connection as driver

from tests.bench.memory import peak_megabytes
from tests.bench.plans import write_plans
from tests.bench.processor import since, spent


@contextmanager
def timed(module: Any, steps: Mapping[str, str]) -> Iterator[dict[str, float]]:
    """Seconds spent inside functions of a module, by step; `steps` names the step of each function."""
    seconds = dict.fromkeys(steps.values(), 0.0)
    plain = {name: getattr(module, name) for name in steps}

    def clocked(function: Callable[..., Any], step: str) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            started = time.perf_counter()
            try:
                return function(*arguments, **named)
            finally:
                seconds[step] += time.perf_counter() - started

        return call

    for name, function in plain.items():
        setattr(module, name, clocked(function, steps[name]))
    try:
        yield seconds
    finally:
        for name, function in plain.items():
            setattr(module, name, function)


def configure(*, has_contract: bool) -> dict[str, Any]:
    """Make the measured merchant."""
    from payments.intake.configuration import configuration_rules
    from payments.methods.services.configuration import apply_configuration
    from tests.bench.shapes import configuration

    apply_configuration(configuration(has_contract=has_contract), configuration_rules(), name="bench.toml", by=None)
    return {}


def take(kind: str, path: Path) -> dict[str, Any]:
    """Import one file of the measured merchant; `kind` is movements, statement or bank."""
    from payments.intake.models import ImportKind
    from payments.management.importing import import_file
    from payments.methods.models import BankAccount, Provider
    from payments.settlement.services import imports
    from tests.bench.shapes import ACCOUNT, PROVIDER

    owner = BankAccount.objects.get(code=ACCOUNT) if kind == "bank" else Provider.objects.get(code=PROVIDER)
    with timed(imports, {"receive": "store", "read": "read and stage", "post": "post"}) as seconds:
        outcome = import_file(ImportKind(kind), owner, path, imports.Terms(must_post=True))
    return {"steps": seconds, "outcome": outcome}


def receive(path: Path) -> dict[str, Any]:
    """Open the import of a statement and wake a worker, as a page does."""
    from celery import current_app

    from payments.intake.models import ImportKind
    from payments.intake.routing import Route
    from payments.methods.models import Provider
    from payments.settlement.services import imports
    from tests.bench.shapes import PROVIDER

    route = Route(ImportKind.STATEMENT, Provider.objects.get(code=PROVIDER))
    terms = imports.Terms(must_post=True)
    opened = imports.receive(route=route, file=path, name=path.name, by=None, terms=terms)
    current_app.send_task(imports.READ_TASK, args=[opened.pk])
    return {}


def sweep() -> dict[str, Any]:
    """Wake a worker to take over what another has left, as beat does every minute."""
    from payments.settlement.tasks import resume_imports

    resume_imports.delay()
    return {}


def door(secret: str) -> dict[str, Any]:
    """Make the provider at whose door the load arrives."""
    from payments.methods.models import Provider, SecretPurpose
    from payments.methods.services import secrets
    from tests.bench.inbox import provider

    secrets.add(Provider.objects.get(pk=provider()), SecretPurpose.WEBHOOK, secret, by=None)
    return {}


def reconcile(as_of: date) -> dict[str, Any]:
    """Reconcile everything."""
    from payments.settlement.services.reconcile import reconcile_everything

    results = reconcile_everything(as_of=as_of)
    layers = results[0].layers
    return {
        "has_worked": results[0].has_worked,
        "layers": layers,
        "steps": {layer: figures["seconds"] for layer, figures in layers.items()},
    }


STEPS: Final[dict[str, Callable[[Any], dict[str, Any]]]] = {
    "configure": lambda has_contract: configure(has_contract=has_contract),
    "movements": lambda path: take("movements", Path(path)),
    "statement": lambda path: take("statement", Path(path)),
    "bank": lambda path: take("bank", Path(path)),
    "receive": lambda path: receive(Path(path)),
    "sweep": lambda _: sweep(),
    "door": door,
    "reconcile": lambda day: reconcile(date.fromisoformat(day)),
}


def run(step: list[Any]) -> dict[str, Any]:
    """Do one step; what came of it, with its seconds."""
    name, argument = step
    driver.ensure_connection()
    before = spent(driver.connection)
    started = time.perf_counter()
    if name == "explain":
        driver.close()
        write_plans(Path(argument))
        driver.ensure_connection()
        result: dict[str, Any] = {}
    else:
        result = STEPS[name](argument)
    seconds = time.perf_counter() - started
    return {"step": name, "seconds": seconds, "processor": since(before, driver.connection), **result}


def main() -> None:
    """Do the steps of the first argument."""
    django.setup()
    done = [run(step) for step in json.loads(sys.argv[1])]
    sys.stdout.write(json.dumps({"steps": done, "peak_megabytes": peak_megabytes()}) + "\n")


if __name__ == "__main__":
    main()
