"""Style sheets: a language may choose letters and how they break, and neither colours nor sizes.

The sweep of all pages looks at contrast in each theme, and for that in one language only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from tests.architecture.sources import ROOT, templates

LANGUAGE_MAY: Final = {"font-family", "--tblr-font-sans-serif", "word-break", "overflow-wrap", "line-height"}
KNOWS_ITS_LANGUAGE: Final = {
    "base.html", "components/plain.html", "components/switches.html", "components/chart_assets.html",
}  # fmt: skip
"""Templates that say what language a page is in, offer others, or load words of it; none is drawn otherwise for it."""
TABLER: Final = ROOT / "node_modules" / "@tabler" / "core" / "dist" / "css" / "tabler.min.css"
_RULE: Final = re.compile(r"([^{}]*)\{([^{}]*)\}")


def by_language(style: str) -> Iterator[str]:
    """What is declared for one language and is not among what a language may choose."""
    for selector, body in _RULE.findall(re.sub(r"/\*.*?\*/", "", style, flags=re.S)):
        if re.search(r":lang\(|\[\s*lang\b", selector):
            declared = {each.split(":", 1)[0].strip() for each in body.split(";") if each.strip()}
            yield from (f"{selector.strip()}: {name}" for name in sorted(declared - LANGUAGE_MAY))


def test_no_colour_and_no_size_depends_on_the_language() -> None:
    sheets = [*(ROOT / "static" / "css").glob("*.css"), TABLER]
    assert len(sheets) > 5
    assert [found for sheet in sheets for found in by_language(sheet.read_text())] == []


def test_a_colour_of_a_language_is_seen() -> None:
    planted = (
        "p { color: red } /* p:lang(ja) { x: y } */ @media print { p:lang(ko), b { line-height: 2; color: #777 } }"
    )
    assert list(by_language(planted)) == ["p:lang(ko), b: color"]
    assert list(by_language('[lang="ja"] p{font-size:9px}')) == ['[lang="ja"] p: font-size']


def test_templates_draw_the_same_in_every_language() -> None:
    asking = {
        path for path, text in templates() if re.search(r"get_current_language|LANGUAGE_CODE|LANGUAGE_BIDI", text)
    }
    assert asking <= KNOWS_ITS_LANGUAGE
