"""Every group of pitfalls is held by tests that are there: the table in docs/imports.md names them."""

from __future__ import annotations

import re
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
ROW = re.compile(r"^\| (\d+) \| .+? \| (.+) \|$", re.MULTILINE)
NAMED = re.compile(r"`([a-z0-9_/]+\.py)::(test_[a-z0-9_]+)`")


def test_each_pitfall_is_held_by_tests_that_exist() -> None:
    text = (TESTS.parent / "docs" / "imports.md").read_text(encoding="utf-8")
    table = text.partition("## Pitfalls and the tests that hold them")[2]
    held = {int(number): NAMED.findall(tests) for number, tests in ROW.findall(table)}
    assert sorted(held) == list(range(1, 17))
    gone = [
        (number, path, name)
        for number, tests in held.items()
        for path, name in tests
        if f"def {name}(" not in (TESTS / path).read_text(encoding="utf-8")
    ]
    assert all(held.values())
    assert gone == []
