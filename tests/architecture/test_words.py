"""Every public thing says what it is, every visible text of the code can be translated, and doorways stay thin."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Final

from tests.architecture.sources import ROOMS, Source, functions, listed, sample, sources

SPOKEN_ARGUMENTS: Final = frozenset(
    {"label", "verbose_name", "verbose_name_plural", "title", "empty_label", "help_text", "placeholder"}
)
SCREENS: Final = re.compile(
    r"(?:^|/)(?:views|forms|tables|filters|labels|navigation|own_views|break_acts)(?:/(?!api\.py$)|\.py$)"
)
"""Modules whose texts people read; commands and the documents of the API speak English to those who write programs."""
DOORWAY_LINES: Final = 10
UNDOCUMENTED: Final = frozenset({"__init__", "__str__", "__repr__", "__post_init__"})


def undocumented(source: Source) -> Iterator[str]:
    """Public classes, functions and methods without a docstring; inner functions belong to theirs."""
    yield from _undocumented(source.path, source.tree, "")


def _undocumented(path: str, scope: ast.AST, prefix: str) -> Iterator[str]:
    for node in ast.iter_child_nodes(scope):
        if isinstance(node, ast.ClassDef):
            is_public = not node.name.startswith("_") and node.name != "Meta"
            if is_public and not ast.get_docstring(node):
                yield f"{path}:{node.lineno} {prefix}{node.name}"
            if is_public:
                yield from _undocumented(path, node, f"{node.name}.")
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            is_public = not node.name.startswith("_") or (node.name.startswith("__") and prefix != "")
            if is_public and node.name not in UNDOCUMENTED and not ast.get_docstring(node) and not _is_bare(node):
                yield f"{path}:{node.lineno} {prefix}{node.name}"


def _is_bare(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether it is a line of a protocol or an overload: `...` and nothing else; or a dunder that needs no words."""
    only = function.body[0]
    is_dots = isinstance(only, ast.Expr) and isinstance(only.value, ast.Constant) and only.value.value is Ellipsis
    return is_dots or bool(re.fullmatch(r"__\w+__", function.name))


def untranslated(source: Source) -> Iterator[str]:
    """Plain texts where people read: `label="…"`, `messages.error(request, "…")`."""
    for node in ast.walk(source.tree):
        if not isinstance(node, ast.Call):
            continue
        spoken = [each.value for each in node.keywords if each.arg in SPOKEN_ARGUMENTS]
        is_message = isinstance(node.func, ast.Attribute) and ast.unparse(node.func.value) == "messages"
        spoken += node.args[1:] if is_message else []
        for value in spoken:
            is_plain = isinstance(value, ast.JoinedStr) or (
                isinstance(value, ast.Constant) and isinstance(value.value, str)
            )
            if is_plain and re.search(r"[^\W\d_]{2,}", ast.unparse(value)):
                yield f"{source.path}:{value.lineno} {ast.unparse(value)[:50]}"


def test_every_public_thing_says_what_it_is() -> None:
    written = (source for source in sources(*ROOMS) if not source.is_migration)
    assert listed(each for source in written for each in undocumented(source)) == ""


def test_every_text_of_the_screens_can_be_translated() -> None:
    screens = [source for source in sources(*ROOMS) if SCREENS.search(source.path)]
    assert len(screens) > 10
    assert listed(each for source in screens for each in untranslated(source)) == ""


def test_tasks_are_bell_ropes() -> None:
    """Find the work, make one call: a task holds nothing that a test or a command could not call."""
    ropes = [source for source in sources(*ROOMS) if source.parts[-1] == "tasks"]
    assert len(ropes) >= 2
    long = [
        f"{source.path} {function.name}" for source in ropes for function in functions(source.tree)
        if (function.end_lineno or 0) - function.lineno + 1 > DOORWAY_LINES
    ]  # fmt: skip
    assert long == []


def test_views_are_functions() -> None:
    views = [source for source in sources(*ROOMS) if re.search(r"(?:^|/)(?:own_)?views(?:/|\.py$)", source.path)]
    classes = [
        f"{source.path} {node.name}" for source in views for node in ast.walk(source.tree)
        if isinstance(node, ast.ClassDef) and any("View" in ast.unparse(base) for base in node.bases)
    ]  # fmt: skip
    assert len(views) > 5
    assert classes == []


def test_nobody_listens_to_models() -> None:
    """No signals of models: what happens after a change is called by its name, or stands in a `receivers.py`."""
    pattern = re.compile(r"\b(?:pre|post)_(?:save|delete|init)\b|\bm2m_changed\b")
    assert listed(source.path for source in sources(*ROOMS) if pattern.search(source.text)) == ""
    connecting = [source.path for source in sources(*ROOMS) if re.search(r"^@receiver\(", source.text, re.M)]
    assert [path for path in connecting if not path.endswith(("receivers.py", "apps.py"))] == []


def test_the_checkers_bite() -> None:
    bad = "class A:\n    def f(self):\n        return 1\ndef g():\n    return 2\ndef _h():\n    return 3\n"
    assert [each.split(" ")[1] for each in undocumented(sample(bad))] == ["A", "A.f", "g"]
    good = (
        '"""M."""\nclass A:\n    """A."""\n    class Meta:\n        x = 1\n    def __str__(self):\n        return ""\n'
    )
    assert list(undocumented(sample(good))) == []
    words = 'Column(verbose_name="Amount")\nmessages.error(request, f"no {x}")\nColumn(label=_("Amount"), title="–")\n'
    assert len(list(untranslated(sample(words)))) == 2
