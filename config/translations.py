"""The catalogues of the screens' words: found in the sources, merged into `locale/`, checked and compiled.

Django's own commands need the gettext programs on the machine; Babel does the same in Python.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from babel.messages.catalog import Catalog
from babel.messages.extract import extract as extract_from
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

LANGUAGES: Final = ("ko", "ja")
PYTHON_ROOTS: Final = ("config", "payments", "fraud", "analytics")
_KEYWORDS: Final[dict[str, Any]] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
    "translatable": None,
}
_PLACEHOLDER: Final = re.compile(r"%\((\w+)\)[sd]|\{(\w+)\}")


@dataclass(frozen=True)
class Problem:
    """One message that a catalogue can't be shipped with."""

    language: str
    message: str
    reason: str

    def __str__(self) -> str:
        return f"{self.language}: {self.reason}: {self.message!r}"


@dataclass(frozen=True)
class Found:
    """One message in the sources."""

    message: str | tuple[str, ...]
    context: str | None
    place: tuple[str, int]


def messages_in(root: Path) -> Iterator[Found]:
    """Every translatable message of our Python sources and templates."""
    for folder in PYTHON_ROOTS:
        for path in sorted((root / folder).rglob("*.py")):
            if "migrations" not in path.parts:
                yield from _found(path.read_bytes(), path.relative_to(root))
    for path in sorted((root / "templates").rglob("*.*")):
        # The output of templatize keeps the indentation of HTML, which Python's tokenizer refuses.
        lines = templatize(path.read_text(encoding="utf-8")).splitlines()
        yield from _found("\n".join(line.lstrip() for line in lines).encode(), path.relative_to(root))


def _found(source: bytes, path: Path) -> Iterator[Found]:
    for line, message, _comments, context in extract_from(
        "python", io.BytesIO(source), keywords=_KEYWORDS, options={"encoding": "utf-8"}
    ):
        yield Found(message, context, (path.as_posix(), line))


def template_catalogue(root: Path) -> Catalog:
    """All messages without translations; places by file only, so that moving a line changes no catalogue."""
    catalogue = Catalog(project="Jeongsan", charset="utf-8", fuzzy=False)
    for found in messages_in(root):
        flags = ["python-format"] if "%(" in str(found.message) else []
        catalogue.add(found.message, locations=[(found.place[0], 0)], context=found.context, flags=flags)
    return catalogue


def catalogue_path(root: Path, language: str) -> Path:
    """Where Django looks."""
    return root / "locale" / language / "LC_MESSAGES" / "django.po"


def read_catalogue(root: Path, language: str) -> Catalog:
    """The catalogue of a language; an empty one when there is none yet."""
    path = catalogue_path(root, language)
    if not path.exists():
        return Catalog(locale=language, charset="utf-8", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def extract(root: Path) -> dict[str, int]:
    """Merge what the sources say into each catalogue, keeping every translation; how many are missing per language.

    A message that left the sources leaves the catalogue; nothing is guessed from similar ones.
    """
    template = template_catalogue(root)
    missing = {}
    for language in LANGUAGES:
        catalogue = read_catalogue(root, language)
        catalogue.update(template, no_fuzzy_matching=True)
        catalogue.obsolete.clear()
        path = catalogue_path(root, language)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_as_po(catalogue))
        missing[language] = sum(1 for message in catalogue if message.id and not _is_translated(message))
    return missing


def _as_po(catalogue: Catalog) -> bytes:
    """Sorted, with a short header that has no dates: the same words give the same bytes on every machine."""
    buffer = io.BytesIO()
    write_po(buffer, catalogue, width=120, sort_output=True, omit_header=True, ignore_obsolete=True)
    forms = f"nplurals={catalogue.num_plurals}; plural={catalogue.plural_expr};"
    header = (
        'msgid ""\nmsgstr ""\n'
        f'"Language: {catalogue.locale}\\n"\n'
        '"MIME-Version: 1.0\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n"Content-Transfer-Encoding: 8bit\\n"\n'
        f'"Plural-Forms: {forms}\\n"\n\n'
    )
    return header.encode() + buffer.getvalue()


def compile_catalogues(root: Path) -> list[Path]:
    """Write the `.mo` beside every `.po`; a file that is up to date is left alone."""
    written = []
    for language in LANGUAGES:
        source = catalogue_path(root, language)
        target = source.with_suffix(".mo")
        buffer = io.BytesIO()
        write_mo(buffer, read_catalogue(root, language))
        if not target.exists() or target.read_bytes() != buffer.getvalue():
            target.write_bytes(buffer.getvalue())
            written.append(target)
    return written


def problems(root: Path) -> list[Problem]:
    """Messages that are missing, untranslated, fuzzy, no longer used, or whose placeholders were lost."""
    template = template_catalogue(root)
    return [
        problem
        for language in LANGUAGES
        for problem in _problems_of(language, read_catalogue(root, language), template)
    ]


def _problems_of(language: str, catalogue: Catalog, template: Catalog) -> Iterator[Problem]:
    wanted = {(_key(message.id), message.context) for message in template if message.id}
    present = {(_key(message.id), message.context) for message in catalogue if message.id}
    yield from (Problem(language, key, "missing") for key, _ in sorted(wanted - present, key=str))
    yield from (Problem(language, key, "no longer used") for key, _ in sorted(present - wanted, key=str))
    for message in catalogue:
        if not message.id or (_key(message.id), message.context) not in wanted:
            continue
        if message.fuzzy:
            yield Problem(language, _key(message.id), "fuzzy")
        elif not _is_translated(message):
            yield Problem(language, _key(message.id), "untranslated")
        elif _lost_placeholders(message):
            yield Problem(language, _key(message.id), f"placeholders differ: {', '.join(_lost_placeholders(message))}")


def _key(identity: str | tuple[str, ...] | list[str]) -> str:
    return identity if isinstance(identity, str) else identity[0]


def _texts(value: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value or ())


def _is_translated(message: Any) -> bool:
    return bool(_texts(message.string)) and all(_texts(message.string))


def _lost_placeholders(message: Any) -> list[str]:
    """Names that only one of both sides uses; a plural may leave out the number in its singular."""
    said = set(_PLACEHOLDER.findall(" ".join(_texts(message.id))))
    translated = set(_PLACEHOLDER.findall(" ".join(_texts(message.string))))
    return sorted("".join(name) for name in said ^ translated)
