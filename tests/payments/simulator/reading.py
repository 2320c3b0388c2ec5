"""Reads a simulated folder back through the real adapters, as the import does."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from payments.banks import registry as banks
from payments.facts import (
    BankLineFact,
    BankStatementFact,
    Check,
    LineFact,
    PayoutFact,
    ReadingTerms,
    SourceFile,
    StatementFact,
)
from payments.providers import registry as providers


@dataclass(frozen=True)
class ReadStatementFile:
    """One provider file as its adapter understood it."""

    name: str
    lines: list[LineFact]
    statements: list[StatementFact]
    payouts: list[PayoutFact]
    checks: list[Check]


@dataclass(frozen=True)
class ReadBankFile:
    """One bank file as its adapter understood it."""

    name: str
    lines: list[BankLineFact]
    statements: list[BankStatementFact]
    checks: list[Check]


def configuration_of(folder: Path) -> dict[str, Any]:
    """The folder's configuration."""
    return tomllib.loads((folder / "configuration.toml").read_text(encoding="utf-8"))


def source_of(path: Path) -> SourceFile:
    """A file as adapters take it."""
    return SourceFile(path, path.name, path.stat().st_size)


def read_statements(folder: Path, code: str) -> Iterator[ReadStatementFile]:
    """Every statement file of a provider, read without a single problem."""
    owner = next(entry for entry in configuration_of(folder)["provider"] if entry["code"] == code)
    terms = ReadingTerms(owner["zone"], tuple(owner["currencies"]), owner.get("mapping"))
    for path in sorted((folder / "statements" / code).iterdir()):
        reading = providers.ADAPTERS[owner["adapter"]].read(source_of(path), terms)
        lines = list(reading)
        assert [problem.message for problem in reading.problems.first] == [], path
        yield ReadStatementFile(
            path.name, lines, list(reading.statements()), list(reading.payouts()), list(reading.checks())
        )


def read_bank(folder: Path, code: str, adapter: str) -> Iterator[ReadBankFile]:
    """Every bank file of an account, read without a single problem."""
    owner = next(entry for entry in configuration_of(folder)["bank_account"] if entry["code"] == code)
    terms = ReadingTerms(owner["zone"], (owner["currency"],), owner.get("mapping"))
    for path in sorted((folder / "bank" / code).iterdir()):
        reading = banks.ADAPTERS[adapter].read(source_of(path), terms)
        lines = list(reading)
        assert [problem.message for problem in reading.problems.first] == [], path
        yield ReadBankFile(path.name, lines, list(reading.statements()), list(reading.checks()))
