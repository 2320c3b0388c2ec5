"""Only services write: nobody else saves, creates, updates or deletes rows, through the ORM or in SQL."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Final

from tests.architecture.sources import ROOMS, Source, listed, sample, sources, texts

WRITING_FOLDERS: Final = ("services", "posting", "reconciliation", "migrations")
"""Posting and reconciliation are the presses of the settlement services: called by them alone (a contract says so)."""

_ALWAYS: Final = frozenset({"save", "bulk_create", "bulk_update", "get_or_create", "update_or_create", "abulk_create"})
_OF_A_QUERY: Final = frozenset({"create", "update", "delete", "acreate", "aupdate", "adelete"})
_OF_A_SET: Final = frozenset({"set", "add", "remove", "clear"})
_SETS: Final = frozenset({"groups", "user_permissions"})
_QUERY: Final = re.compile(r"\.(objects|filter|exclude|all|get|order_by|select_for_update|_default_manager)\b")
_SQL: Final = re.compile(
    r"\b(?:INSERT INTO|DELETE FROM|TRUNCATE|COPY\s+\S+[^;]*\bFROM STDIN|ALTER TABLE|DROP TABLE|CREATE TABLE"
    r"|UPDATE\s+\S+(?:\s+(?:AS\s+)?\w+)?\s+SET)\b"
)


def may_write(source: Source) -> bool:
    """Whether writing is what the module is for."""
    return bool(set(WRITING_FOLDERS) & set(source.parts[:-1])) or source.parts[-1] in WRITING_FOLDERS


def writes(source: Source) -> Iterator[str]:
    """Calls that write through the ORM, and SQL that writes."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and _is_write(node.func):
            yield f"{source.path}:{node.lineno} .{node.func.attr}()"
    for line, text in texts(source.tree):
        found = _SQL.search(text)
        if found:
            yield f"{source.path}:{line} {' '.join(found.group().split())[:40]}"


def _is_write(method: ast.Attribute) -> bool:
    if method.attr in _ALWAYS:
        return True
    if method.attr in _OF_A_QUERY:
        is_row = method.attr in ("delete", "adelete") and isinstance(method.value, ast.Name | ast.Attribute)
        return is_row or bool(_QUERY.search(ast.unparse(method.value)))
    return method.attr in _OF_A_SET and isinstance(method.value, ast.Attribute) and method.value.attr in _SETS


def test_only_services_write() -> None:
    readers = (source for source in sources(*ROOMS) if not may_write(source))
    assert listed(each for source in readers for each in writes(source)) == ""


def test_services_are_seen_to_write() -> None:
    writers = [source.path for source in sources(*ROOMS) if may_write(source) and any(writes(source))]
    assert "config/staff/services.py" in writers
    assert "payments/settlement/posting/statements.py" in writers
    assert "payments/settlement/reconciliation/transactions.py" in writers


def test_the_checker_bites() -> None:
    text = '''
"""INSERT INTO is only spoken of here."""
row.save()
Model.objects.create(a=1)
Model.objects.filter(a=1).update(a=2)
query.exclude(b=1).delete()
row.delete()
Model.objects.bulk_create([])
person.groups.set([])
cursor.execute("UPDATE payments_break b SET state = 'open'")
cursor.execute(f"DELETE FROM {table} WHERE id = 1")
cursor.execute("COPY t (a) FROM STDIN")
'''
    assert [each.split(":")[1].split(" ", 1)[0] for each in writes(sample(text))] == [
        "3", "4", "5", "6", "7", "8", "9", "11", "10", "12",
    ]  # fmt: skip


def test_the_checker_leaves_other_things_alone() -> None:
    text = """
digest.update(block)
seen.add(1)
names.update(more)
Statement(a=1)
help = "Create or update what a file describes; delete nothing."
cursor.execute("SELECT * FROM payments_break FOR UPDATE")
rows.create(1)
"""
    assert list(writes(sample(text))) == []


def test_services_posting_and_migrations_may_write() -> None:
    assert may_write(sample("", "config/health/services.py"))
    assert may_write(sample("", "payments/settlement/posting/banking.py"))
    assert may_write(sample("", "payments/migrations/0001_the_facts.py"))
    assert not may_write(sample("", "payments/settlement/views/days.py"))
    assert not may_write(sample("", "payments/management/commands/reconcile.py"))
