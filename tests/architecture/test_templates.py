"""Templates: strictly served, translated word for word, declared in their first line, and pointing downward."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from django.conf import settings

from tests.architecture.sources import ROOT, listed, templates

NAME: Final = "Jeongsan"
PLAIN_WORDS: Final = frozenset({NAME, "CSV", "PDF", "XLSX", "API", "JSON", "SHA-256", "UTC", "3DS"})
"""Names that are the same in every language."""
_SPOKEN: Final = ("aria-label", "title", "alt", "placeholder", "label", "content")
_SILENT_META: Final = re.compile(r'<meta\s+name="(?:viewport|color-scheme|htmx-config)"[^>]*>')
_LETTERS: Final = re.compile(r"[^\W\d_]{2,}")
_TAG: Final = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", re.S)
_TRANSLATED: Final = re.compile(r"\{%\s*blocktranslate.*?\{%\s*endblocktranslate\s*%\}", re.S)
_ADDRESS: Final = re.compile(r"(?:https?:)?//[\w.-]+\.\w+")
ROOM_ORDER: Final = (
    "components", "notices", "payments", "acts", "intake", "settlement", "fraud", "analytics", "account", "staff", "home",
)  # fmt: skip
"""Folders from the bottom; pages of the house may show parts of the rooms, never the other way round."""


def inline_code(path: str, text: str) -> Iterator[str]:
    """What a strict policy forbids: scripts and styles in the page, `on…=` and `style=` attributes, javascript: links."""
    plain = _TAG.sub(" ", text)
    rules = {
        "inline script": r"<script(?![^>]*\bsrc\s*=)(?![^>]*type=\"application/json\")[^>]*>",
        "inline style": r"<style\b",
        "style attribute": r"\sstyle\s*=",
        "on… attribute": r"\son[a-z]+\s*=",
        "hx-on": r"\shx-on\b",
        "javascript address": r"javascript:",
    }
    for name, pattern in rules.items():
        if re.search(pattern, plain, re.I):
            yield f"{path}: {name}"


def foreign_addresses(path: str, text: str) -> Iterator[str]:
    """Addresses of other hosts; an XML namespace is a name, not an address."""
    for found in _ADDRESS.finditer(re.sub(r'xmlns(?::\w+)?="[^"]*"', "", text)):
        yield f"{path}: {found.group()}"


def bare_words(path: str, text: str) -> Iterator[str]:
    """Words that a reader sees or hears and that no translation reaches."""
    text = _SILENT_META.sub(" ", _TRANSLATED.sub(" ", text))
    for attribute in _SPOKEN:
        for value in re.findall(rf'\s{attribute}="([^"]*)"', text):
            yield from _bare(path, _TAG.sub(" ", value))
    text = _TAG.sub(" ", text)
    text = re.sub(r"<!--.*?-->|<!doctype[^>]*>|<(script|style)\b.*?</\1>", " ", text, flags=re.S | re.I)
    yield from _bare(path, re.sub(r"<[^>]*>", " ", text))


def _bare(path: str, words: str) -> Iterator[str]:
    words = re.sub(r"&\w+;", " ", words)
    for found in re.findall(r"[\w-]+", words):
        if _LETTERS.search(found) and found not in PLAIN_WORDS:
            yield f"{path}: {found}"


def bare_counters(path: str, text: str) -> Iterator[str]:
    """Numbers in counted words that no thousands mark reaches."""
    for found in _TRANSLATED.findall(text):
        if "{{ counter }}" in found:
            yield f"{path}: {found}"


def upward_parts(path: str, text: str) -> Iterator[str]:
    """Templates of a higher room that a lower one includes or extends."""
    folder = path.split("/")[0]
    if folder not in ROOM_ORDER:
        return
    for target in re.findall(r'\{%\s*(?:include|extends)\s+"([^"#]+)', text):
        other = target.split("/")[0]
        if other in ROOM_ORDER and ROOM_ORDER.index(other) > ROOM_ORDER.index(folder):
            yield f"{path}: {target}"


def _html() -> list[tuple[str, str]]:
    return [(path, text) for path, text in templates() if path.endswith(".html")]


def test_pages_hold_no_inline_code() -> None:
    assert listed(each for path, text in _html() for each in inline_code(path, text)) == ""


def test_pages_ask_no_other_host() -> None:
    assert listed(each for path, text in _html() for each in foreign_addresses(path, text)) == ""


def test_our_styles_and_scripts_ask_no_other_host() -> None:
    ours = [path for folder in ("css", "js") for path in (ROOT / "static" / folder).iterdir()]
    found = [each for path in ours for each in foreign_addresses(path.name, path.read_text(encoding="utf-8"))]
    assert listed(found) == ""


def test_every_word_can_be_translated() -> None:
    assert listed(each for path, text in _html() for each in bare_words(path, text)) == ""


def test_every_counted_word_groups_its_number() -> None:
    assert listed(each for path, text in _html() for each in bare_counters(path, text)) == ""


def test_every_template_opens_with_what_it_is_and_takes() -> None:
    # Text templates (mail) would send such a line.
    assert listed(path for path, text in _html() if not re.match(r"\{# .*[.:)].* ?#\}", text)) == ""


def test_every_folder_has_its_place_in_the_order() -> None:
    folders = {path.split("/")[0] for path, _ in templates() if "/" in path}
    assert folders - set(ROOM_ORDER) == set()


def test_parts_come_from_below() -> None:
    assert listed(each for path, text in _html() for each in upward_parts(path, text)) == ""


def test_the_policy_of_the_browser_is_strict() -> None:
    policy = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    assert policy["script-src"] == ["'self'"]
    assert policy["default-src"] == policy["connect-src"] == policy["form-action"] == ["'self'"]
    assert policy["object-src"] == policy["base-uri"] == policy["frame-ancestors"] == ["'none'"]
    allowed = {source for sources in policy.values() for source in sources}
    assert not any("unsafe" in source or "://" in source or "*" in source for source in allowed)
    assert {source for source in policy["style-src"] if source != "'self'"} == {
        "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"  # of the empty string
    }


# --- the checkers bite ---


def test_inline_code_is_found() -> None:
    bad = [
        "<script>x()</script>", "<style>a{}</style>", '<p style="a:b">', '<a onclick="x()">', '<a href="javascript:x">',
        '<p hx-on:click="x()">',
    ]  # fmt: skip
    assert [len(list(inline_code("a.html", text))) for text in bad] == [1] * len(bad)
    good = '<script src="{% static "a.js" %}"></script><p class="on style">{{ a }}</p><script type="application/json">{}</script>'
    assert list(inline_code("a.html", good)) == []


def test_another_host_is_found() -> None:
    assert len(list(foreign_addresses("a.html", '<link href="https://cdn.example.com/a.css">'))) == 1
    assert len(list(foreign_addresses("a.html", '<img src="//cdn.example.com/a.png">'))) == 1
    assert list(foreign_addresses("a.html", '<svg xmlns="http://www.w3.org/2000/svg"><a href="/x//y/">')) == []


def test_a_bare_word_is_found() -> None:
    assert list(bare_words("a.html", "<p>Hello {{ name }}</p>")) == ["a.html: Hello"]
    assert list(bare_words("a.html", '<a title="More">{% translate "x" %}</a>')) == ["a.html: More"]
    assert list(bare_words("a.html", "<p>{% if a %}확인{% endif %}</p>")) == ["a.html: 확인"]
    good = """{# Words here. #}<p title="{% translate 'a b' %}">{% blocktranslate %}Some words{% endblocktranslate %} – 1,000+ · Jeongsan&nbsp;</p>"""
    assert list(bare_words("a.html", good)) == []


def test_a_bare_counter_is_found() -> None:
    bad = "{% blocktranslate count counter=n %}{{ counter }} row{% plural %}{{ counter }} rows{% endblocktranslate %}"
    assert list(bare_counters("a.html", bad)) == [f"a.html: {bad}"]
    good = bad.replace("{{ counter }}", "{{ shown }}").replace("=n ", "=n with shown=n|count ")
    assert list(bare_counters("a.html", good)) == []


def test_an_upward_part_is_found() -> None:
    assert list(upward_parts("settlement/day.html", '{% include "home/tile.html" %}')) == [
        "settlement/day.html: home/tile.html"
    ]
    assert list(upward_parts("home/today.html", '{% include "settlement/tile.html" %}{% extends "base.html" %}')) == []
