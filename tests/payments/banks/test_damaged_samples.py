"""Real files cut off anywhere: refused, or every line of the whole file is there; never another error."""

from __future__ import annotations

from pathlib import Path

import pytest

from payments.banks.registry import ADAPTERS
from payments.facts import FileRefused, ReadingTerms, SourceFile
from tests.payments.files import read_bank, sample, stored


def amounts(code: str, source: SourceFile) -> list[int] | None:
    """The amounts of a file that is taken, None for one that is not."""
    try:
        found = read_bank(ADAPTERS[code], source, ReadingTerms("UTC", ("EUR",)))
    except FileRefused:
        return None
    return None if found.problems else [line.amount for line in found.lines]


@pytest.mark.external
@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("mt940", "mt940_citi_mt940.txt"),
        ("mt940", "mt940_sberbank_171011_01234945.sta"),
        ("camt", "bsp_camt053_duplicate_same_day.xml"),
    ],
)
def test_a_file_cut_off_anywhere_is_refused_or_whole(tmp_path: Path, samples: Path, code: str, name: str) -> None:
    source = sample(samples / "bank" / name)
    whole, content = amounts(code, source), source.path.read_bytes()
    taken = [amounts(code, stored(tmp_path, content[:end])) for end in range(1, len(content))]
    assert [found for found in taken if found is not None and found != whole] == []
    assert taken.count(None) > 0.9 * len(content)
