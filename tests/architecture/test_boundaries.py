"""Which room may know which: the contracts of pyproject.toml are complete, and hold what import-linter cannot see."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from tests.architecture.sources import ROOMS, ROOT, Source, listed, sample, sources

PROJECT: Final[dict[str, Any]] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
CONTRACTS: Final[list[dict[str, Any]]] = PROJECT["tool"]["importlinter"]["contracts"]
APART: Final = {
    "management": "commands are doorways of every slice",
    "migrations": "history",
    "simulator": "judges settlement; its own contract",
    "web": "what pages of every room share",
    "templatetags": "what templates of every room share",
}
"""Packages of payments that are no slice, each with the reason."""
PRESSROOM: Final = tuple(f"payments/settlement/{name}/" for name in ("services", "posting", "reconciliation"))
SETTINGS_ROOM: Final = (
    "config/settings/",
    "config/management/",
    "config/celery.py",
    "config/gunicorn.py",
    "config/wsgi.py",
)


def _contract(words: str) -> dict[str, Any]:
    (found,) = [each for each in CONTRACTS if words in each["name"]]
    return found


def _layers(contract: dict[str, Any]) -> list[list[str]]:
    """The layers from the top, each as the names in it, `(optional)` marks taken off."""
    return [re.findall(r"\w+", layer) for layer in contract["layers"]]


def test_every_package_of_payments_stands_in_the_layers() -> None:
    folder = ROOT / "payments"
    packages = {path.name for path in folder.iterdir() if (path / "__init__.py").exists()}
    modules = {path.stem for path in folder.glob("*.py")} - {"__init__", "apps", "models", "urls"}
    placed = {name for layer in _layers(_contract("Slices of payments")) for name in layer}
    assert sorted((packages | modules) - APART.keys() - placed) == []


def test_every_slice_of_fraud_stands_in_the_layers() -> None:
    packages = {path.name for path in (ROOT / "fraud").iterdir() if (path / "__init__.py").exists()}
    placed = {name for layer in _layers(_contract("Slices of fraud")) for name in layer}
    assert sorted(packages - {"migrations", "management", "templatetags"} - placed) == []
    inside = set(_contract("Inside a slice")["containers"])
    assert {f"fraud.{name}" for name in placed} - inside == set()


def test_every_pure_core_is_held_pure() -> None:
    """money, calendars, facts, providers, banks and what they stand on; named by their first words."""
    pure = set(_contract("Pure cores")["source_modules"])
    wanted = {"money", "calendars", "facts", "providers", "banks", "tabular", "cards", "wording"}
    assert {f"payments.{name}" for name in wanted} - pure == set()
    assert {"django", "celery"} <= set(_contract("Pure cores")["forbidden_modules"])


def presses_used(source: Source) -> Iterator[str]:
    """Imports of posting and reconciliation, which only the services of settlement work."""
    if source.path.startswith(PRESSROOM):
        return
    for line, name in imported(source):
        if re.match(r"payments\.settlement\.(posting|reconciliation)\b", name):
            yield f"{source.path}:{line} {name}"


def imported(source: Source) -> Iterator[tuple[int, str]]:
    """Line and dotted name of everything a module imports."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, each.name) for each in node.names)
        if isinstance(node, ast.ImportFrom):
            yield from ((node.lineno, f"{node.module}.{each.name}") for each in node.names)


def test_only_services_work_the_presses() -> None:
    assert listed(each for source in sources(*ROOMS) for each in presses_used(source)) == ""


def test_the_use_of_a_press_is_found() -> None:
    bad = "from payments.settlement.posting import banking\nfrom payments.settlement import reconciliation\n"
    assert len(list(presses_used(sample(bad, "payments/settlement/views/days.py")))) == 2
    assert list(presses_used(sample(bad, "payments/settlement/services/posting.py"))) == []


@pytest.mark.parametrize(
    ("bad_import", "broken"),
    [
        ({"payments/intake/adapters.py": "import payments.settlement.services"}, "Slices of payments"),
        ({"payments/ledger/models/movements.py": "import payments.intake.models"}, "Slices of payments"),
        ({"payments/money/__init__.py": "import django"}, "Pure cores"),
        (
            {
                "payments/providers/registry.py": "import payments.records.models",
                "payments/records/models.py": "import django",
            },
            "Pure cores",
        ),
        ({"payments/tabular/lines.py": "import django.db"}, "Pure cores"),
        ({"payments/simulator/truth.py": "import payments.settlement.models"}, "The simulator judges"),
        (
            {"payments/settlement/models/__init__.py": "import payments.simulator.truth"},
            "Nothing depends on the simulator",
        ),
        ({"payments/records/models.py": "import config.staff"}, "Rooms"),
        ({"payments/settlement/models/__init__.py": "import payments.settlement.services"}, "Inside a slice"),
        ({"payments/settlement/selectors/__init__.py": "import payments.settlement.views"}, "Inside a slice"),
        ({"payments/intake/models/files.py": "import payments.intake.services"}, "Inside a slice"),
        ({"config/staff/models.py": "import config.staff.services"}, "Inside a slice"),
        ({"payments/acts/models.py": "import fraud.labels.models"}, "Rooms"),
        ({"fraud/labels/models.py": "import fraud.assessments.models"}, "Slices of fraud"),
        ({"fraud/scoring/models.py": "import fraud.rules.models"}, "Slices of fraud"),
    ],
)
def test_the_contracts_bite(bad_import: dict[str, str], broken: str, tmp_path: Path) -> None:
    """A skeleton of the checkout with one forbidden import: exactly that contract breaks."""
    for source in sources(*ROOMS):
        copy = tmp_path / source.path
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(bad_import.get(source.path, ""), encoding="utf-8")
    assert all((tmp_path / path).exists() for path in bad_import), "the sample names a module that is no more"
    (tmp_path / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text(encoding="utf-8"), encoding="utf-8")
    linter = Path(sys.executable).with_name("lint-imports")
    environment = os.environ | {"PYTHONPATH": str(tmp_path)}
    found = subprocess.run(
        [linter, "--no-logo", "--no-cache"], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert found.returncode == 1, found.stdout + found.stderr
    assert [line for line in found.stdout.splitlines() if broken in line and line.endswith("BROKEN")], found.stdout


def settings_imports(source: Source) -> Iterator[str]:
    """Imports of the settings modules; applications read `django.conf.settings`."""
    for line, name in imported(source):
        if name == "config.settings" or name.startswith("config.settings."):
            yield f"{source.path}:{line}"


def test_applications_never_import_the_settings() -> None:
    rooms = (source for source in sources(*ROOMS) if not source.path.startswith(SETTINGS_ROOM))
    assert listed(each for source in rooms for each in settings_imports(source)) == ""


def test_an_import_of_the_settings_is_found() -> None:
    for text in ("import config.settings.base", "from config.settings import base", "from config import settings"):
        assert list(settings_imports(sample(text))) == ["payments/settlement/sample.py:1"]
    assert list(settings_imports(sample("from django.conf import settings"))) == []


def inner_imports(source: Source) -> Iterator[str]:
    """Imports inside functions: the smell of a cycle. Celery's signals fire before Django's applications are loaded."""
    if source.path == "config/celery.py":
        return
    for function in ast.walk(source.tree):
        if isinstance(function, ast.FunctionDef) and function.name != "ready":
            for node in ast.walk(function):
                if isinstance(node, ast.Import | ast.ImportFrom):
                    yield f"{source.path}:{node.lineno}"


def test_nothing_is_imported_inside_a_function() -> None:
    assert listed(each for source in sources(*ROOMS) for each in inner_imports(source)) == ""


def test_an_inner_import_is_found() -> None:
    assert list(inner_imports(sample("def f():\n    import os\n"))) == ["payments/settlement/sample.py:2"]
