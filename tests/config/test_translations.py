"""The catalogues: what is found, merged, checked; and that the shipped ones are complete."""

from __future__ import annotations

from gettext import GNUTranslations
from pathlib import Path

import pytest
from django.conf import settings

from config import translations

PYTHON = """
from django.utils.translation import gettext as _, gettext_lazy, ngettext, pgettext
from payments.wording import translatable
first = _("From Python")
second = gettext_lazy(
    "Over two "
    "lines"
)
third = ngettext("%(count)s file", "%(count)s files", 2)
fourth = pgettext("verb", "Hold")
fifth = translatable("Column {name} is missing.")
not_this = "Plain"
"""

TEMPLATE = """{% load i18n %}
<h1>{% translate "From a template" %}</h1>
        <p>it's "odd" ( indentation
    {% blocktranslate count n=rows trimmed %}
      {{ n }} row
    {% plural %}
      {{ n }} rows
    {% endblocktranslate %}</p>
  {% include "x.html" with act=_("As an argument") %}
{% translate "100 % sure" %}
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A small project with one module and one template."""
    (tmp_path / "payments" / "migrations").mkdir(parents=True)
    (tmp_path / "payments" / "words.py").write_text(PYTHON)
    (tmp_path / "payments" / "migrations" / "0001.py").write_text('_("never shown")')
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "page.html").write_text(TEMPLATE)
    return tmp_path


def _translate_all(root: Path) -> None:
    for language in translations.LANGUAGES:
        catalogue = translations.read_catalogue(root, language)
        for message in catalogue:
            if message.id:
                message.string = (message.id[1],) if isinstance(message.id, tuple) else message.id
        translations.catalogue_path(root, language).write_bytes(translations._as_po(catalogue))


def test_finds_every_message_in_python_and_templates(root: Path) -> None:
    assert {found.message for found in translations.messages_in(root)} == {
        "From Python",
        "Over two lines",
        ("%(count)s file", "%(count)s files"),
        "Hold",
        "Column {name} is missing.",
        "From a template",
        ("%(n)s row", "%(n)s rows"),
        "As an argument",
        "100 %% sure",
    }


def test_extracting_twice_writes_the_same_bytes(root: Path) -> None:
    assert translations.extract(root) == {"ko": 9, "ja": 9}
    path = translations.catalogue_path(root, "ko")
    first = path.read_bytes()
    translations.extract(root)
    assert path.read_bytes() == first


def test_extracting_keeps_translations_and_drops_what_left_the_sources(root: Path) -> None:
    translations.extract(root)
    _translate_all(root)
    (root / "payments" / "words.py").write_text('_("From Python"); _("New here")')
    assert translations.extract(root) == {"ko": 1, "ja": 1}
    catalogue = translations.read_catalogue(root, "ko")
    kept = {message.id: message.string for message in catalogue if message.id}
    assert kept["From Python"] == "From Python"
    assert kept["New here"] == ""
    assert "Over two lines" not in kept


def test_compiled_words_can_be_read_by_gettext(root: Path) -> None:
    translations.extract(root)
    _translate_all(root)
    written = translations.compile_catalogues(root)
    assert [path.parent.parent.name for path in written] == ["ko", "ja"]
    assert translations.compile_catalogues(root) == []
    with written[0].open("rb") as file:
        words = GNUTranslations(file)
    assert words.pgettext("verb", "Hold") == "Hold"
    assert words.ngettext("%(count)s file", "%(count)s files", 1) == "%(count)s files"


def test_complete_catalogues_have_no_problem(root: Path) -> None:
    translations.extract(root)
    _translate_all(root)
    assert translations.problems(root) == []


@pytest.mark.parametrize(
    ("was", "becomes", "reason"),
    [
        ('msgstr "From Python"', 'msgstr ""', "untranslated"),
        ('msgid "From Python"', '#, fuzzy\nmsgid "From Python"', "fuzzy"),
        ('msgid "From Python"', 'msgid "From Perl"', "missing"),
        ('msgstr "Column {name} is missing."', 'msgstr "열 {nmae} 없음"', "placeholders differ: name, nmae"),
        ('msgstr[0] "%(count)s files"', 'msgstr[0] "파일"', "placeholders differ: count"),
    ],
)
def test_each_defect_of_a_catalogue_is_a_problem(root: Path, was: str, becomes: str, reason: str) -> None:
    translations.extract(root)
    _translate_all(root)
    path = translations.catalogue_path(root, "ko")
    text = path.read_text(encoding="utf-8")
    assert text.count(was) == 1
    path.write_text(text.replace(was, becomes), encoding="utf-8")
    assert reason in {problem.reason for problem in translations.problems(root)}


def test_every_message_of_the_product_is_translated() -> None:
    assert [str(problem) for problem in translations.problems(Path(settings.BASE_DIR))] == []
