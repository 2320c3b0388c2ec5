"""What is kept in the repository: no place it came from, no machine it was made on, no secret, nothing of others."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tests.architecture.sources import ROOT, listed, tracked_files

_HOSTS: Final = ("pypi" + ".org", "pythonhosted" + ".org", "npmjs" + ".org", "npmjs" + ".com", "yarnpkg" + ".com")
_REGISTRY: Final = re.compile("|".join(map(re.escape, _HOSTS)) + "|--" + "index-url|--" + "extra-index", re.I)
_MACHINE: Final = re.compile(r"(?<![\w./:>}~-])/(?:work|home|root|Users|farm|mnt|srv)/[\w.-]+")
_SECRET: Final = re.compile(r"-----BEGIN [A-Z ]*PRIVATE" + r" KEY|\bsk_live_\w|\bAKIA[0-9A-Z]{16}\b")
_TEXT_LIMIT: Final = 4_000_000
_NOT_TEXT: Final = frozenset({".png", ".jpg", ".ico", ".woff2", ".gz", ".zip"})


def misplaced(name: str, text: str) -> Iterator[str]:
    """Places, machines and secrets named in a text."""
    for what, pattern in (("registry", _REGISTRY), ("machine path", _MACHINE), ("secret", _SECRET)):
        for found in pattern.finditer(text):
            line = text.count("\n", 0, found.start()) + 1
            yield f"{name}:{line} {what}: {found.group()}"


def _texts() -> Iterator[tuple[Path, str]]:
    for path in tracked_files():
        if path.suffix not in _NOT_TEXT and path.stat().st_size < _TEXT_LIMIT:
            yield path, path.read_text(encoding="utf-8", errors="replace")


def test_no_file_names_a_registry_a_machine_or_a_secret() -> None:
    found = (each for path, text in _texts() for each in misplaced(path.relative_to(ROOT).as_posix(), text))
    assert listed(found) == ""


def test_locks_carry_hashes_and_no_addresses() -> None:
    for name in ("base", "dev", "node", "fuzz"):
        text = (ROOT / f"requirements/{name}.txt").read_text(encoding="utf-8")
        pinned = re.findall(r"^[A-Za-z0-9_.\[\]-]+==", text, re.M)
        assert pinned, name
        assert text.count("--hash=sha256:") >= len(pinned), name
        assert "://" not in text, name
    browser = (ROOT / "package-lock.json").read_text(encoding="utf-8")
    assert '"integrity"' in browser
    assert '"resolved"' not in browser


def test_nothing_that_is_installed_or_computed_is_kept() -> None:
    kept = [path.relative_to(ROOT).as_posix() for path in tracked_files()]
    assert len(kept) > 100
    computed = re.compile(r"^(?:var|node_modules|\.venv)/|\.(?:mo|pyc|sqlite3|log)$|(?:^|/)\.env$|__pycache__")
    assert listed(name for name in kept if computed.search(name)) == ""


def test_the_checker_bites() -> None:
    bad = [
        "see https://" + "pypi" + ".org/simple", "pip --" + "index-url x", "cd " + "/work" + "/main", "in `" + "/home" + "/kim/x`",
        "(" + "/Users" + "/kim)", 'Path("' + "/work" + '/main")', "-----BEGIN RSA PRIVATE" + " KEY-----",
    ]  # fmt: skip
    assert [len(list(misplaced("a", text))) >= 1 for text in bad] == [True] * len(bad)
    good = "templates/home/today.html, {% url 'home:today' %}, /account/login/, ~/home/x, https://example.com/home/a"
    assert list(misplaced("a", good)) == []
