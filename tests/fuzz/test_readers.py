"""Every reader before damaged files: it reads, says what is wrong, or refuses; it neither breaks, hangs nor loses lines.

What a run finds is kept: a file below `corpus/<layout>/` is read again by every run.
"""

from __future__ import annotations

import csv
import io
import os
from pathlib import Path
from time import process_time
from typing import Final

import pytest
from hypothesis import given, settings

from payments.banks import registry as banks
from payments.providers import registry as providers
from payments.simulator.rendering.layouts import BANKS, STATEMENTS
from tests.fuzz.both_ways import differs
from tests.fuzz.damage import Damage, cell_damage, damage
from tests.fuzz.reading import read
from tests.fuzz.seeds import seeds

LAYOUTS: Final = sorted({*STATEMENTS, *BANKS})
QUICK: Final = ("camt053", "camt054", "gmo", "kakaopay", "naver", "ofx", "square", "toss")
"""Layouts with a quick way for what is plain, and a careful one for all else."""
CORPUS: Final = Path(__file__).parent / "corpus"
MEGABYTE: Final = 1_000_000
EXAMPLES: Final = int(os.environ.get("FUZZ_EXAMPLES", "60"))
"""Of each property and layout; a long run finds what a short one does not."""
PLAIN: Final = 20
"""Of the processor time that csv takes for a megabyte of short lines, for a megabyte of anything: two to four seconds."""


def test_every_reader_has_a_file_to_be_damaged() -> None:
    found = seeds()
    assert sorted(found) == LAYOUTS
    assert {one.adapter.code for one in found.values() if one.is_provider} == set(providers.ADAPTERS)
    assert {one.adapter.code for one in found.values() if not one.is_provider} == set(banks.ADAPTERS)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_an_undamaged_file_is_read_whole(layout: str, tmp_path: Path) -> None:
    seed = seeds()[layout]
    outcome = read(seed, tmp_path, seed.content)
    assert outcome is not None
    assert (outcome.lines > 0, outcome.problems) == (True, 0)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_damage_never_breaks_a_reader(layout: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    seed, folder = seeds()[layout], tmp_path_factory.mktemp("damaged")

    @given(damage())
    @settings(max_examples=EXAMPLES)
    def damaged(change: Damage) -> None:
        read(seed, folder, change(seed.content))

    damaged()


@pytest.mark.parametrize("layout", LAYOUTS)
def test_no_line_is_lost_without_a_word(layout: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Lines in = lines read + problems, whatever stands in the cells; or the file is refused, or contradicts itself."""
    seed, folder = seeds()[layout], tmp_path_factory.mktemp("changed")
    whole = read(seed, folder, seed.content)
    assert whole is not None

    @given(cell_damage())
    @settings(max_examples=EXAMPLES)
    def changed(change: Damage) -> None:
        outcome = read(seed, folder, change(seed.content))
        assert outcome is None or outcome.is_told or outcome.lines == whole.lines

    changed()


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("kind", ["repeated", "one cell", "one line", "short lines", "nested", "quotes", "noughts"])
def test_a_hostile_megabyte_takes_no_more_than_twenty_plain_ones(layout: str, kind: str, tmp_path: Path) -> None:
    seed = seeds()[layout]
    lines = seed.content.splitlines(keepends=True)
    middle = len(seed.content) // 2
    content = {
        "repeated": seed.content * (MEGABYTE // len(seed.content) + 1),
        "one cell": seed.content[:middle] + b"7" * MEGABYTE + seed.content[middle:],
        "one line": b"".join(lines[:-2]) + lines[-2] * (MEGABYTE // len(lines[-2]) + 1),
        "short lines": seed.content[:middle] + b"abc\n" * (MEGABYTE // 4),
        "nested": seed.content[:middle] + b'[{"a":<a>' * (MEGABYTE // 9),
        "quotes": seed.content[:middle] + b'"' * MEGABYTE,
        "noughts": seed.content[:middle] + b"\x00" * MEGABYTE + seed.content[middle:],
    }[kind]
    # The machine may be slow for minutes: what is plain is read before and behind it.
    before = plain_seconds()
    began = process_time()
    read(seed, tmp_path, content)
    took = process_time() - began
    assert took < PLAIN * max(before, plain_seconds())


def plain_seconds() -> float:
    began = process_time()
    rows = [dict(zip("a", row, strict=True)) for row in csv.reader(io.StringIO("abc\n" * (MEGABYTE // 4)))]
    assert len(rows) == MEGABYTE // 4
    return process_time() - began


@pytest.mark.parametrize("layout", QUICK)
def test_both_ways_of_reading_say_the_same(layout: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    seed, folder = seeds()[layout], tmp_path_factory.mktemp("both")

    @given(damage())
    @settings(max_examples=EXAMPLES // 2)
    def damaged(change: Damage) -> None:
        assert differs(seed, folder, change(seed.content)) == ""

    damaged()


@pytest.mark.parametrize("path", sorted(CORPUS.glob("*/*")), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_what_once_broke_a_reader_does_so_no_more(path: Path, tmp_path: Path) -> None:
    seed = seeds()[path.parent.name]
    outcome = read(seed, tmp_path, path.read_bytes())
    assert outcome is None or outcome.is_told or outcome.lines > 0
    assert differs(seed, tmp_path, path.read_bytes()) == ""
