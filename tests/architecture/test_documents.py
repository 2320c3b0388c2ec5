"""The documents say what is so: each name, column, link, table and command in them is looked up in the code."""

from __future__ import annotations

import ast
import importlib
import re
from decimal import Decimal
from pathlib import Path
from typing import Final

import pytest
from django.core.management import get_commands

from config.settings.environment import Environment
from config.translations import LANGUAGES, problems, read_catalogue
from payments.banks import registry as banks
from payments.intake.movements import COLUMNS as MOVEMENT_COLUMNS
from payments.money import Rounding, UnreadableAmount, divide_rounded, parse_minor
from payments.providers import registry as providers
from payments.providers.adyen.columns import OPTIONAL, REQUIRED
from payments.providers.mapped.schema import FACTS
from payments.providers.toss.rows import REQUIRED as TOSS_REQUIRED
from payments.settlement.models import BreakKind, Layer
from payments.settlement.reconciliation import findings
from tests.architecture.sources import ROOT, listed, tracked_files

DOMAIN_TERMS: Final = (
    "provider", "payment method", "checkout", "payment", "attempt", "movement", "approval", "capture", "cancel",
    "partial cancel", "statement", "payout", "gross", "fee", "fee VAT", "net", "sold date", "payout date",
    "transaction reconciliation", "settlement reconciliation", "deposit reconciliation", "break", "sign-off",
    "payout hold", "offset", "carry-over", "review hold", "dispute (chargeback)", "review case", "abandonment",
    "repurchase", "micropayment",
)  # fmt: skip
"""The terms of the founders' domain page: none may get lost."""
GENERAL_WORDS: Final = frozenset({"match", "cancel", "version", "net", "payment"})
"""Terms that are also everyday words of a screen (Cancel a form): their translation depends on the place."""
COMMANDS_OF_OTHERS: Final = frozenset({"migrate", "makemigrations", "collectstatic"})


def text_of(name: str) -> str:
    """A document by its path."""
    return (ROOT / name).read_text(encoding="utf-8")


def documents() -> list[Path]:
    """Every document of ours."""
    return [path for path in tracked_files() if path.suffix == ".md"]


def glossary() -> dict[str, tuple[str, str]]:
    """Korean and Japanese word by term."""
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \| ([^|]+) \| [^|]+ \|$", text_of("docs/glossary.md"), re.M)
    return {term.strip(): (ko.strip(), ja.strip()) for term, ko, ja in rows if term.strip() not in ("term", "---")}


def broken_links(path: Path, text: str) -> list[str]:
    """Links of a document to files that are not there."""
    plain = re.sub(r"```.*?```|`[^`]*`", "", text, flags=re.S)
    targets = [target.split("#")[0] for target in re.findall(r"\]\(([^)\s]+)\)", plain)]
    return [f"{path.name}: {t}" for t in targets if t and "://" not in t and not (path.parent / t).exists()]


def test_every_link_leads_somewhere() -> None:
    found = documents()
    assert len(found) > 20
    assert listed(each for path in found for each in broken_links(path, path.read_text(encoding="utf-8"))) == ""


def test_a_broken_link_is_found() -> None:
    text = "[a](docs/none.md) [b](README.md#x) [c](https://example.com) `[d](none.md)`"
    assert broken_links(ROOT / "README.md", text) == ["README.md: docs/none.md"]


def test_every_path_that_the_recipes_name_is_there() -> None:
    named = re.findall(r"`([\w.-]+(?:/[\w.-]+)+/?)`", text_of("CONTRIBUTING.md") + text_of("docs/architecture.md"))
    assert len(named) > 25
    inside = [name for name in named if name.split("/")[0] in {path.name for path in ROOT.iterdir()}]
    assert len(inside) > 20
    assert [name for name in inside if not (ROOT / name).exists() and not name.startswith("var/")] == []


def test_every_command_that_is_named_exists() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in documents())
    named = set(re.findall(r"manage\.py ([a-z_]{3,})", text)) | set(re.findall(r"^ {7}(import_\w+)", text, re.M))
    assert {"configure", "reconcile", "import_folder"} <= named
    assert sorted(named - get_commands().keys()) == []
    targets = set(re.findall(r"^([a-z-]+):", text_of("Makefile"), re.M))
    assert sorted(set(re.findall(r"`make ([a-z]+)|^ {4}make ([a-z]+)", text, re.M))) != []
    made = {name for pair in re.findall(r"`make ([a-z]+)|^ {4}make ([a-z]+)", text, re.M) for name in pair if name}
    assert sorted(made - targets) == []


# --- formats ---


def test_every_column_of_every_format_is_documented() -> None:
    text = text_of("docs/imports.md")
    wanted = {*REQUIRED, *OPTIONAL, *TOSS_REQUIRED, *FACTS, *MOVEMENT_COLUMNS}
    assert sorted(name for name in wanted if f"`{name}`" not in text) == []


def test_every_adapter_has_its_section() -> None:
    headings = re.findall(r"^## (.*)$", text_of("docs/imports.md"), re.M)
    for prefix, codes in (("", providers.ADAPTERS), ("Bank", banks.ADAPTERS)):
        missing = [code for code in codes if not any(h.startswith(prefix) and f"(`{code}`)" in h for h in headings)]
        assert missing == []


def test_every_provider_says_where_its_key_comes_from() -> None:
    section = text_of("docs/imports.md").split("## Where `provider_key` comes from")[1].split("\n## ")[0]
    rows = re.findall(r"^\| (\w+)[^|]*\| ([^|]+) \|", section, re.M)
    named = {provider.lower() for provider, column in rows if column.strip()}
    assert sorted(providers.ADAPTERS.keys() - named) == []


# --- reconciliation ---


def test_every_statement_that_is_named_exists() -> None:
    named = set(re.findall(r"`(\w+)\.([A-Z][A-Z_]+)`", text_of("docs/reconciliation.md")))
    assert len(named) > 25
    missing = [f"{module}.{name}" for module, name in named if not hasattr(_reconciling(module), name)]
    assert sorted(missing) == []


def _reconciling(module: str) -> object:
    package = "services" if module == "supersede" else "reconciliation"
    return importlib.import_module(f"payments.settlement.{package}.{module}")


def test_every_kind_of_break_and_every_finding_is_documented() -> None:
    text = text_of("docs/reconciliation.md")
    assert [kind for kind in BreakKind.values if f"`{kind}`" not in text] == []
    assert [layer for layer in Layer.values if f"| {layer} |" not in text] == []
    made = [node for node in ast.parse(Path(findings.__file__).read_text()).body if isinstance(node, ast.Assign)]
    names = [target.id for node in made for target in node.targets if isinstance(target, ast.Name)]
    found = [name for name in names if "INSERT INTO finding" in str(getattr(findings, name))]
    assert len(found) > 8
    assert [name for name in found if f"`findings.{name}`" not in text] == []


# --- money ---


def _money_rows(columns: int) -> list[list[str]]:
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text_of("docs/money.md").splitlines()]
    return [row for row in rows if len(row) == columns]


def test_the_amounts_in_the_table_are_read_so() -> None:
    checked = 0
    for spelled, where, said in _money_rows(3):
        currency, _, mark = where.partition(", ")
        if not re.fullmatch(r"[A-Z]{3}", currency):
            continue
        for text in re.findall(r"`([^`]+)`", spelled):
            expected = re.match(r"[−\d]+(?![\d.])", said)
            checked += 1
            if expected:
                assert parse_minor(text, currency, decimal_mark=mark.strip("`") or None) == _number(expected.group())
            else:
                with pytest.raises(UnreadableAmount) as refusal:
                    parse_minor(text, currency)
                name = re.search(r"\*([a-z ]+)\*", said)
                assert name is None or refusal.value.reason == name[1].replace(" ", "_")
    assert checked >= 12


def test_the_rounding_in_the_table_is_so() -> None:
    modes = [Rounding(name) for name in ("half_up", "half_even", "down", "up")]
    rows = [row for row in _money_rows(6) if re.fullmatch(r"[\d.]+", row[1])]
    assert len(rows) == 4
    for what, exact, *rounded in rows:
        numerator, denominator = Decimal(exact).as_integer_ratio()
        assert [divide_rounded(numerator, denominator, mode) for mode in modes] == list(map(int, rounded)), what


def _number(text: str) -> int:
    return int(text.replace("−", "-"))


# --- words ---


def test_every_term_of_the_domain_is_in_the_glossary() -> None:
    words = glossary()
    assert sorted(set(DOMAIN_TERMS) - words.keys()) == []
    assert [
        term for term, (ko, ja) in words.items() if not re.search(r"[가-힣]", ko) or not re.search(r"[ぁ-ヿ一-龯]", ja)
    ] == []


def test_the_screens_use_the_words_of_the_glossary() -> None:
    """A text of the screens that is a term, in the singular or plural, is translated as the glossary says."""
    words = {term.split(" (")[0].lower(): pair for term, pair in glossary().items() if term not in GENERAL_WORDS}
    words |= {f"{term}s": pair for term, pair in words.items()}
    wrong, seen = [], 0
    for place, language in enumerate(LANGUAGES):
        for message in read_catalogue(ROOT, language):
            pair = words.get(message.id.lower()) if isinstance(message.id, str) else None
            if pair and message.string:
                seen += 1
                if not any(word in str(message.string) for word in re.split(r"[·・/(（]", pair[place]) if word):
                    wrong.append(f"{language} {message.id}: {message.string}, glossary {pair[place]}")
    assert seen > 10
    assert listed(wrong) == ""


def test_everything_is_translated() -> None:
    assert listed(map(str, problems(ROOT))) == ""


# --- decisions and operations ---


def test_decisions_are_numbered_listed_and_decided() -> None:
    pages = sorted((ROOT / "docs/adr").glob("[0-9]*.md"))
    assert [page.name[:4] for page in pages] == [f"{number:04}" for number in range(1, len(pages) + 1)]
    index = text_of("docs/adr/README.md")
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert f"({page.name})" in index, page.name
        assert re.match(rf"# {page.name[:4]}: \S", text), page.name
        assert "**Status:**" in text, page.name
        assert text.count("\n") <= 60, page.name


def test_every_variable_is_documented() -> None:
    text = text_of("docs/operations.md")
    assert [name for name in Environment.model_fields if name.upper() not in text] == []


def test_the_licence_is_whole() -> None:
    text = text_of("LICENSE")
    assert "Apache License" in text
    assert "END OF TERMS AND CONDITIONS" in text
    assert "The Jeongsan authors" in text
