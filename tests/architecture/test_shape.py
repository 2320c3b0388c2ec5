"""Size and names: files, functions, templates and parameter lists stay small, modules say what room they are."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Final

from tests.architecture.sources import EVERYTHING, ROOMS, ROOT, Source, functions, listed, sample, sources, templates

FILE_LINES: Final = 300
FILE_LINES_AT_MOST: Final = 400
LONG_FILES: Final[dict[str, str]] = {
    "payments/facts/files.py": "the whole border in one place: half of it is what each field means",
}
"""Files between the two limits, each with its reason."""
FUNCTION_LINES: Final = 40
TEMPLATE_LINES: Final = 120
PARAMETERS: Final = 5
FORBIDDEN_NAMES: Final = frozenset(
    {"utils", "util", "helpers", "helper", "common", "misc", "manager", "managers", "extras", "stuff", "base_classes"}
)


def too_long_files(found: tuple[Source, ...], excused: dict[str, str]) -> Iterator[str]:
    """Files over their limit."""
    for source in found:
        lines = source.text.count("\n")
        limit = FILE_LINES_AT_MOST if source.path in excused else FILE_LINES
        if lines > limit and not source.is_migration:
            yield f"{source.path}: {lines} lines"


def too_long_functions(source: Source) -> Iterator[str]:
    """Functions over their limit, counted from `def` to their last line."""
    for function in functions(source.tree):
        lines = (function.end_lineno or function.lineno) - function.lineno + 1
        if lines > FUNCTION_LINES:
            yield f"{source.path}:{function.lineno} {function.name}: {lines} lines"


def too_many_parameters(source: Source) -> Iterator[str]:
    """Functions with more than five parameters besides self; `*args` and `**kwargs` are one each."""
    for function in functions(source.tree):
        given = function.args
        names = [each.arg for each in (*given.posonlyargs, *given.args, *given.kwonlyargs)]
        names += [each.arg for each in (given.vararg, given.kwarg) if each]
        count = len(names) - (names[:1] in (["self"], ["cls"]))
        if count > PARAMETERS:
            yield f"{source.path}:{function.lineno} {function.name}: {count} parameters"


def without_docstring(source: Source) -> Iterator[str]:
    """Modules with content that do not open with a sentence."""
    docstring = ast.get_docstring(source.tree) or ""
    opening = docstring.split("\n\n", 1)[0].strip()
    if source.text.strip() and not re.search(r"[.:?!]$", opening):
        yield source.path


def badly_named(source: Source) -> Iterator[str]:
    """Modules and packages whose name refuses nothing."""
    if FORBIDDEN_NAMES & set(source.parts):
        yield source.path


def test_files_are_short() -> None:
    assert listed(too_long_files(sources(*EVERYTHING), LONG_FILES)) == ""


def test_long_files_are_excused_only_while_they_are_long() -> None:
    lengths = {source.path: source.text.count("\n") for source in sources(*EVERYTHING)}
    assert [path for path in LONG_FILES if lengths.get(path, 0) <= FILE_LINES] == []


def test_styles_and_scripts_are_short() -> None:
    ours = [path for folder in ("css", "js") for path in (ROOT / "static" / folder).iterdir()]
    assert len(ours) > 2
    assert listed(path.name for path in ours if path.read_text(encoding="utf-8").count("\n") > FILE_LINES) == ""


def test_functions_are_short() -> None:
    written = (source for source in sources(*EVERYTHING) if not source.is_migration)
    assert listed(each for source in written for each in too_long_functions(source)) == ""


def test_functions_take_few_parameters() -> None:
    written = (source for source in sources(*ROOMS) if not source.is_migration)
    assert listed(each for source in written for each in too_many_parameters(source)) == ""


def test_templates_are_short() -> None:
    assert listed(path for path, text in templates() if text.count("\n") > TEMPLATE_LINES) == ""


def test_every_module_says_what_it_is() -> None:
    written = (source for source in sources(*EVERYTHING) if not source.is_migration)
    assert listed(each for source in written for each in without_docstring(source)) == ""


def test_no_module_has_a_name_that_refuses_nothing() -> None:
    assert listed(each for source in sources(*EVERYTHING) for each in badly_named(source)) == ""


# --- the checkers bite ---


def test_a_long_file_is_found() -> None:
    long, longest = sample("\n" * 301, "payments/a.py"), sample("\n" * 401, "payments/b.py")
    assert list(too_long_files((long, longest), {})) == ["payments/a.py: 301 lines", "payments/b.py: 401 lines"]
    assert list(too_long_files((long, longest), {"payments/a.py": "", "payments/b.py": ""})) == [
        "payments/b.py: 401 lines"
    ]


def test_a_long_function_is_found_and_one_at_the_limit_is_not() -> None:
    def text(lines: int) -> str:
        return "class A:\n  def f(self):\n" + "    x = 1\n" * (lines - 1)

    assert list(too_long_functions(sample(text(40)))) == []
    assert list(too_long_functions(sample(text(41)))) == ["payments/settlement/sample.py:2 f: 41 lines"]


def test_a_long_parameter_list_is_found() -> None:
    assert list(too_many_parameters(sample("def f(self, a, b, c, *, d, e): ..."))) == []
    found = list(too_many_parameters(sample("def f(a, /, b, *rest, c, d, **more): ...")))
    assert found == ["payments/settlement/sample.py:1 f: 6 parameters"]


def test_a_missing_or_unfinished_docstring_is_found() -> None:
    assert list(without_docstring(sample("import os\n"))) == ["payments/settlement/sample.py"]
    assert list(without_docstring(sample('"""Things"""\n'))) == ["payments/settlement/sample.py"]
    assert list(without_docstring(sample('"""What it is.\n\nMore\n"""\n'))) == []


def test_a_bad_name_is_found() -> None:
    assert list(badly_named(sample("", "payments/helpers/money.py"))) == ["payments/helpers/money.py"]
    assert list(badly_named(sample("", "payments/money/value.py"))) == []
