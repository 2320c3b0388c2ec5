"""Reports in several files, for tests: an Adyen report whose part and count stand in its name, as `r.2of3.csv`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pytest

from payments.facts import (
    Check,
    LineFact,
    PayoutFact,
    ReadingTerms,
    Recognition,
    SourceFile,
    StatementFact,
    StatementReading,
)
from payments.providers import registry
from payments.providers.adyen import AdyenAdapter
from tests.payments.providers.adyen_files import about_batch, payment, report

NAMED = re.compile(r"\.(\d+)of(\d+|unknown)")


class SplitReading:
    """A pass over one part."""

    def __init__(self, inner: StatementReading, name: str) -> None:
        self._inner = inner
        self._said = NAMED.search(name)
        self.problems = inner.problems

    def __iter__(self) -> Iterator[LineFact]:
        return iter(self._inner)

    def statements(self) -> Sequence[StatementFact]:
        if self._said is None:
            return self._inner.statements()
        part, count = int(self._said[1]), None if self._said[2] == "unknown" else int(self._said[2])
        return [replace(each, part=part, part_count=count) for each in self._inner.statements()]

    def payouts(self) -> Sequence[PayoutFact]:
        return self._inner.payouts()

    def checks(self) -> Sequence[Check]:
        return self._inner.checks()


class SplitAdapter:
    """Adyen's reader, told by the name which part it reads."""

    code = "adyen"
    name = "Adyen in parts"
    columns = AdyenAdapter().columns

    def recognise(self, source: SourceFile, head: bytes) -> Recognition:
        return AdyenAdapter().recognise(source, head)

    def read(self, source: SourceFile, terms: ReadingTerms) -> StatementReading:
        return SplitReading(AdyenAdapter().read(source, terms), source.name)


def read_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the Adyen reader read parts, for the time of a test."""
    monkeypatch.setattr(registry, "ADAPTERS", MappingProxyType(dict(registry.ADAPTERS) | {"adyen": SplitAdapter()}))


def part_of_batch(*numbers: int, paid: int | None = None, amount: int = 1000, **others: Any) -> str:
    """Captures of 10 euro (or `amount` cents) less 10 cents each, numbered; the last part also states the payout."""
    euro = f"{amount // 100}.{amount % 100:02d}"
    net = f"{(amount - 10) // 100}.{(amount - 10) % 100:02d}"
    rows = [payment("Settled", euro, net, number=number, commission="0.10", **others) for number in numbers]
    if paid is not None:
        rows.append(
            about_batch("MerchantPayout", f"-{paid // 100}.{paid % 100:02d}", created="2026-07-02 02:00:00", **others)
        )
    return report(rows)
