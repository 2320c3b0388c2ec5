"""Every bank layout of the simulator against its reader: the same money, dates, texts and balances."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.banks import mapped
from payments.banks.registry import ADAPTERS, recognise
from payments.facts import BankLineFact, FileRefused, ReadingTerms
from payments.simulator.rendering import bai2, camt054, japanese_bank, korean_bank, ofx, zengin
from payments.simulator.world import BankDocument, BankEntry
from tests.payments.banks.rendered import account, days
from tests.payments.files import BankRead, read_bank, stored

EXAMPLES = Path(mapped.__file__).parent / "examples"
ASIDE = {"korean_bank", "japanese_bank"}
"""Histories in which a page of one day lists several, so that their order is that of the file."""


@dataclass(frozen=True)
class Layout:
    """A layout, who delivers it, and what its reader is to find of an entry."""

    module: ModuleType
    adapter: str
    currency: str
    zone: str
    text: Callable[[BankEntry], str]
    has_opening: bool = True
    has_closing: bool = True

    @property
    def name(self) -> str:
        """The name of its module."""
        return self.module.__name__.rpartition(".")[2]

    @property
    def terms(self) -> ReadingTerms:
        """What its reader is told."""
        example = getattr(self.module, "EXAMPLE", "")
        data: dict[str, Any] | None = json.loads((EXAMPLES / example).read_text()) if example else None
        return ReadingTerms(self.zone, (self.currency,), data)


def _both(entry: BankEntry) -> str:
    return f"{entry.counterparty} {entry.remittance}"


def _told(entry: BankEntry) -> str:
    return entry.remittance


LAYOUTS = (
    Layout(bai2, "bai2", "USD", "America/New_York", _both),
    Layout(camt054, "camt", "EUR", "Europe/Amsterdam", _told, has_opening=False, has_closing=False),
    Layout(korean_bank, "mapped", "KRW", "Asia/Seoul", _both),
    Layout(japanese_bank, "mapped", "JPY", "Asia/Tokyo", _both),
    Layout(zengin, "zengin", "JPY", "Asia/Tokyo", _told),
    Layout(ofx, "ofx", "USD", "America/New_York", _told, has_opening=False),
)


def _read(layout: Layout, content: bytes, folder: Path) -> BankRead:
    return read_bank(ADAPTERS[layout.adapter], stored(folder, content), layout.terms)


def _in_order(layout: Layout, lines: list[BankLineFact]) -> list[BankLineFact]:
    return lines[::-1] if layout.name == "korean_bank" else lines


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
@given(document=days())
def test_a_rendered_day_reads_as_it_was(layout: Layout, document: BankDocument) -> None:
    owner = account(layout.currency, layout.zone)
    with tempfile.TemporaryDirectory() as folder:
        source = stored(Path(folder), layout.module.render_day(owner, document), "x")
        formats = [code for code, _ in recognise(source)]
        found = read_bank(ADAPTERS[layout.adapter], source, layout.terms)

    assert formats == ([] if layout.adapter == "mapped" else [layout.adapter])
    assert found.problems == []
    lines = _in_order(layout, found.lines)
    assert [(line.booked_on, line.amount, line.currency) for line in lines] == [
        (entry.booked_on, entry.amount, layout.currency) for entry in document.entries
    ]
    assert [line.remittance for line in lines] == [layout.text(entry) for entry in document.entries]
    (statement,) = found.reading.statements()
    assert statement.closing_balance == (document.closing_balance if layout.has_closing else None)
    assert statement.opening_balance == (document.opening_balance if layout.has_opening else None)
    assert all(check.is_met for check in found.reading.checks())


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
@given(document=days(), data=st.data())
def test_pitfall_14_a_mutated_file_is_refused_or_read_whole(
    layout: Layout, document: BankDocument, data: st.DataObject
) -> None:
    content = layout.module.render_day(account(layout.currency, layout.zone), document)
    start = data.draw(st.integers(0, len(content)))
    end = data.draw(st.integers(start, min(len(content), start + 40)))
    filling = data.draw(st.one_of(st.binary(max_size=4), st.just(content[start:end] * 2)))
    mutated = content[:start] + filling + content[end:]
    with tempfile.TemporaryDirectory() as folder:
        try:
            found = _read(layout, mutated, Path(folder))
        except FileRefused:
            return
    assert len(found.lines) + found.reading.problems.count <= len(document.entries) + mutated.count(b"\n")
    keys = {statement.statement_key for statement in found.reading.statements()}
    assert {line.statement_key for line in found.lines} <= keys
