"""The translation catalogues: gathered from Python and templates by Babel, compared with the source, compiled.

Babel reads Python by itself. No maintained reader of Django templates exists, but Django has all that is needed: its
`templatize` turns a template into text in which only the gettext calls are left.
"""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir, extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "locale"
LANGUAGES = ("ko", "ja")
SOURCES = ("config", "payments", "templates")
METHODS = [
    ("**/migrations/**.py", "ignore"),
    ("**.py", "python"),
    ("**.html", "config.translations:extract_template"),
    ("**.txt", "config.translations:extract_template"),
]
KEYWORDS: dict[str, Any] = {
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
}
PLACEHOLDER = re.compile(r"%\((\w+)\)[-#0 +]*\d*(?:\.\d+)?[a-zA-Z]|\{(\w*)\}")


@dataclass(frozen=True)
class Fault:
    """Something a catalogue lacks or has wrong, in words for the person who translates."""

    language: str
    text: str
    what: str

    def __str__(self) -> str:
        return f"{self.language}: {self.what}: {self.text!r}"


def extract_template(file: IO[bytes], keywords: Any, tags: Any, options: Any) -> Generator[Any, None, None]:
    """Babel's extraction method for Django templates."""
    source = templatize(file.read().decode(), origin=getattr(file, "name", None))
    # What is left of the template's own indentation would be a syntax error to a reader of Python.
    flattened = "\n".join(line.strip() for line in source.split("\n"))
    yield from extract_python(
        io.BytesIO(flattened.encode()), keywords, tags, {"encoding": "utf-8"} | dict(options or {})
    )


def source_catalog() -> Catalog:
    """Every translatable text of the source, as Babel's template of a catalogue."""
    catalog = Catalog(project="Jeongsan", charset="utf-8", fuzzy=False)
    for folder in SOURCES:
        found = extract_from_dir(
            str(ROOT / folder),
            method_map=METHODS,
            keywords=KEYWORDS,
            comment_tags=("Translators:",),
            strip_comment_tags=True,
        )
        for path, _line, text, comments, context in found:
            # Without line numbers a catalogue changes only when a text does.
            catalog.add(text, locations=[(f"{folder}/{path}", 0)], auto_comments=comments, context=context)
    return catalog


def catalogue_path(language: str) -> Path:
    """Where the catalogue of a language is."""
    return LOCALE / language / "LC_MESSAGES" / "django.po"


def read_catalogue(language: str) -> Catalog:
    """The catalogue of a language; an empty one when there is none yet."""
    path = catalogue_path(language)
    if not path.exists():
        return Catalog(locale=language, project="Jeongsan", charset="utf-8", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=language, domain="django")


def update(language: str) -> int:
    """Bring the source's texts into a catalogue, keep every translation that still has a use; how many lack one."""
    catalogue = read_catalogue(language)
    catalogue.update(source_catalog(), no_fuzzy_matching=True, update_creation_date=False)
    catalogue.obsolete.clear()
    path = catalogue_path(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalogue, omit_header=False, sort_output=True, include_lineno=False, width=110)
    return sum(1 for message in catalogue if message.id and not _is_translated(message))


def compile_catalogue(path: Path) -> None:
    """Write the `.mo` beside a `.po`."""
    with path.open("rb") as file:
        catalogue = read_po(file, locale=path.parent.parent.name, domain="django")
    with path.with_suffix(".mo").open("wb") as file:
        write_mo(file, catalogue)


def faults(language: str) -> Iterator[Fault]:
    """What keeps a language from being complete: missing, fuzzy, unused, or with other placeholders than the source."""
    catalogue, source = read_catalogue(language), source_catalog()
    for wanted in source:
        if not wanted.id:
            continue
        message = catalogue.get(wanted.id, wanted.context)
        if message is None or not _is_translated(message):
            yield Fault(language, _first(wanted.id), "not translated")
        elif message.fuzzy:
            yield Fault(language, _first(wanted.id), "marked fuzzy")
        elif not _has_same_placeholders(message):
            yield Fault(language, _first(wanted.id), "other placeholders than in English")
    for message in catalogue:
        if message.id and source.get(message.id, message.context) is None:
            yield Fault(language, _first(message.id), "no longer used (run `make messages`)")


def _is_translated(message: Message) -> bool:
    texts = message.string if isinstance(message.string, list | tuple) else [message.string]
    return bool(texts) and all(texts)


def _has_same_placeholders(message: Message) -> bool:
    ids = message.id if isinstance(message.id, list | tuple) else [message.id]
    texts = message.string if isinstance(message.string, list | tuple) else [message.string]
    allowed = {_placeholders(str(text)) for text in ids}
    # A singular may leave its number out ("one day"), so each translation has to agree with one of the forms.
    return all(_placeholders(str(text)) in allowed for text in texts)


def _placeholders(text: str) -> frozenset[str]:
    return frozenset(match.group(1) or match.group(2) or "" for match in PLACEHOLDER.finditer(text))


def _first(identity: Any) -> str:
    return str(identity[0] if isinstance(identity, list | tuple) else identity)


def main(arguments: list[str]) -> int:
    """`update`, `compile PATH…` or `check`; the exit code of the process."""
    match arguments:
        case ["update"]:
            for language in LANGUAGES:
                sys.stdout.write(f"{language}: {update(language)} texts to translate\n")
        case ["compile", *paths] if paths:
            for path in paths:
                compile_catalogue(Path(path))
        case ["check"]:
            found = [fault for language in LANGUAGES for fault in faults(language)]
            sys.stdout.write("".join(f"{fault}\n" for fault in found))
            return 1 if found else 0
        case _:
            sys.stderr.write("usage: python -m config.translations update | compile PATH… | check\n")
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
