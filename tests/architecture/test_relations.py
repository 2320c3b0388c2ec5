"""Rows point downward only: what import-linter cannot see in foreign keys, reverse accessors and migrations."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from io import StringIO
from typing import Any, Final

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import models

from tests.architecture.sources import ROOMS, ROOT, Source, listed, sample, sources
from tests.architecture.test_boundaries import CONTRACTS


def _order(room: str) -> list[str]:
    slices = next(each for each in CONTRACTS if each["name"].startswith(f"Slices of {room}"))
    return [name for layer in reversed(slices["layers"]) for name in re.findall(r"\w+", layer)]


ORDER: Final = _order("payments")
"""Slices of payments from the bottom."""
ORDER_OF_FRAUD: Final = _order("fraud")
UPWARD: Final = "staff"
"""The one reference upward: AUTH_USER_MODEL."""


def slice_of(model: type[models.Model]) -> str:
    """`ledger` for a model of payments/ledger, the application's label for others."""
    parts = model.__module__.split(".")
    return parts[1] if parts[0] in ("payments", "fraud") else model._meta.app_label


def relations() -> Iterator[tuple[type[models.Model], Any]]:
    """Every foreign key, one-to-one and many-to-many of the models we wrote."""
    for app in ("payments", "fraud", "staff", "config"):
        for model in apps.get_app_config(app).get_models():
            if not hasattr(model, "pgh_tracked_model"):
                for field in model._meta.get_fields():
                    if field.is_relation and not field.auto_created and field.concrete:
                        yield model, field


def points_upward(from_slice: str, to_slice: str) -> bool:
    """Whether a key from the first slice to the second goes against the layers."""
    if to_slice == UPWARD:
        return False
    return ORDER.index(to_slice) > ORDER.index(from_slice)


def named_targets(source: Source) -> Iterator[str]:
    """Relations whose target is a string: the direction of an import nobody sees."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute | ast.Name):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id
            targets = node.args[:1] + [each.value for each in node.keywords if each.arg == "to"]
            if name in {"ForeignKey", "OneToOneField", "ManyToManyField"}:
                for target in targets:
                    if isinstance(target, ast.Constant) and target.value != "self":
                        yield f"{source.path}:{node.lineno} {target.value!s}"


def uses_of(accessors: Iterable[str], source: Source) -> Iterator[str]:
    """Places that follow a reverse accessor by name: `row.statements`, `filter(statements__…)`, `prefetch("statements")`."""
    wanted = set(accessors)
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Attribute) and node.attr in wanted and node.attr + "(" not in ast.unparse(node):
            yield f"{source.path}:{node.lineno} .{node.attr}"
        if isinstance(node, ast.keyword) and node.arg and node.arg.split("__")[0] in wanted and "__" in node.arg:
            yield f"{source.path}:{node.value.lineno} {node.arg}"


def test_every_key_inside_payments_points_downward() -> None:
    upward = [
        f"{model.__name__}.{field.name} → {field.related_model.__name__}"
        for model, field in relations()
        if model._meta.app_label == "payments" and points_upward(slice_of(model), slice_of(field.related_model))
    ]
    assert upward == []


def test_every_key_of_fraud_points_downward() -> None:
    keys = [(model, field) for model, field in relations() if model._meta.app_label == "fraud"]
    within = [(model, field) for model, field in keys if field.related_model._meta.app_label == "fraud"]
    assert len(within) >= 4
    upward = [
        str(field) for model, field in within
        if ORDER_OF_FRAUD.index(slice_of(field.related_model)) > ORDER_OF_FRAUD.index(slice_of(model))
    ]  # fmt: skip
    assert upward == []
    others = {field.related_model._meta.app_label for _, field in keys} - {"fraud", "payments"}
    assert others == {UPWARD}


def test_the_house_knows_no_table_of_the_rooms() -> None:
    below = [str(field) for model, field in relations() if model._meta.app_label in ("staff", "config")]
    assert [name for name in below if not name.startswith("staff.User.")] == []


def test_keys_across_applications_leave_no_accessor_behind() -> None:
    across = [
        (model, field) for model, field in relations()
        if field.related_model._meta.app_label != model._meta.app_label and model._meta.app_label in ("payments", "fraud")
    ]  # fmt: skip
    assert len(across) >= 8
    assert listed(str(field) for _, field in across if field.remote_field.related_name != "+") == ""


def test_accessors_across_slices_are_used_from_above_only() -> None:
    """A lower slice that follows one would know the higher slice, with no import to show it."""
    bad = []
    for model, field in relations():
        accessor = field.remote_field.related_name
        target = slice_of(field.related_model)
        if accessor in (None, "+") or target == slice_of(model) or model._meta.app_label != "payments":
            continue
        below = ORDER[: ORDER.index(slice_of(model))]
        readers = [source for source in sources("payments") if source.parts[1] in below]
        bad += [each for source in readers for each in uses_of([accessor], source) if not _is_of_a_dataclass(each)]
    assert listed(bad) == ""


def _is_of_a_dataclass(place: str) -> bool:
    """`summary.statements`, and `self.statements` inside it, is a field of a dataclass and no accessor."""
    path, line = place.split(" ")[0].rsplit(":", 1)
    text = (ROOT / path).read_text(encoding="utf-8").splitlines()[int(line) - 1]
    return any(name in text for name in ("summary.", "reading.", "findings.", "self."))


def test_every_key_names_its_target_by_import() -> None:
    """Only AUTH_USER_MODEL is a name, by way of the settings."""
    written = (source for source in sources(*ROOMS) if not source.is_migration)
    assert listed(each for source in written for each in named_targets(source)) == ""


def test_every_key_says_what_its_reverse_is_called() -> None:
    unnamed = [str(field) for _, field in relations() if field.remote_field.related_name is None]
    assert [name for name in unnamed if not name.startswith("staff.User.")] == []


@pytest.mark.django_db
def test_the_migrations_are_complete() -> None:
    said = StringIO()
    call_command("makemigrations", check=True, dry_run=True, stdout=said)
    assert "No changes detected" in said.getvalue()


def test_migrations_say_what_they_do() -> None:
    names = [source.parts[-1] for source in sources(*ROOMS) if source.is_migration and source.parts[-1] != "__init__"]
    assert len(names) >= 4
    assert [name for name in names if re.search(r"_auto_|_and_more|_alter_|_initial$", name)] == []


def test_migrations_import_no_code_of_ours_that_may_change() -> None:
    """Expressions that a column is made of are part of the history; verbs and questions are not."""
    allowed = re.compile(
        r"payments\.(ledger|methods)\.models$|payments\.(calendars|money)$|config\.staff\.(models|roles)$"
    )
    found = []
    for source in (each for each in sources(*ROOMS) if each.is_migration):
        for node in ast.walk(source.tree):
            names = [each.name for each in node.names] if isinstance(node, ast.Import) else []
            names += [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
            ours = [name for name in names if name.split(".")[0] in ROOMS and not allowed.match(name)]
            found += [f"{source.path} {name}" for name in ours]
    assert listed(found) == ""


# --- the checkers bite ---


def test_an_upward_key_is_found() -> None:
    assert points_upward("ledger", "settlement")
    assert points_upward("methods", "intake")
    assert not points_upward("settlement", "ledger")
    assert not points_upward("intake", "intake")
    assert not points_upward("records", "staff")


def test_a_target_in_quotes_is_found() -> None:
    bad = 'x = models.ForeignKey("payments.Statement")\ny = OneToOneField(to="Statement")\nz = ForeignKey("self")\n'
    assert [each.split(" ")[1] for each in named_targets(sample(bad))] == ["payments.Statement", "Statement"]


def test_the_use_of_an_accessor_is_found() -> None:
    bad = "row.deposit_link.pk\nModel.objects.filter(deposit_link__rule=1)\n"
    found = sorted(each.split(" ")[1] for each in uses_of(["deposit_link"], sample(bad)))
    assert found == [".deposit_link", "deposit_link__rule"]
