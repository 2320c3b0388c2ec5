"""The year that is kept between benches is counted again when what counts it has changed, and only then."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from config.settings.environment import CHECKOUT
from tests.bench.year.kept import SOURCES

REBUILD = "analytics/management/commands/rebuild_rollups.py"


def imported(path: str) -> Iterator[str]:
    """The modules and packages that a file imports from, with what may be a module of theirs."""
    for node in ast.walk(ast.parse((CHECKOUT / path).read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{name.name}" for name in node.names)


def reached(path: str) -> set[str]:
    """The files of the rollups and facts that are run through from a file."""
    found, waiting = set[str](), [path]
    while waiting:
        for name in imported(waiting.pop()):
            place = name.replace(".", "/")
            for other in (f"{place}.py", f"{place}/__init__.py"):
                is_ours = other.startswith(("analytics/rollups/", "analytics/metrics/facts/"))
                if is_ours and other not in found and (CHECKOUT / other).exists():
                    found.add(other)
                    waiting.append(other)
    return found


def test_the_fingerprint_is_of_all_that_counts_and_of_nothing_that_only_reads() -> None:
    counting = {path for path in reached(REBUILD) if (CHECKOUT / path).read_text().count("\n") > 1}
    told = {str(path.relative_to(CHECKOUT)) for source in SOURCES for path in CHECKOUT.glob(source)}
    assert counting <= told
    # The marks are made by who changes facts, and taken by the tasks that count what has changed.
    assert {path for path in told - counting if not path.endswith("__init__.py")} == {
        "analytics/rollups/services/marking.py"
    }
