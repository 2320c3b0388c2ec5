"""Small valid files of every layout, as the simulator writes them, with the adapter and the terms they are read by."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final

from payments.banks import registry as banks
from payments.facts import BankAdapter, ReadingTerms, StatementAdapter
from payments.providers import registry as providers
from payments.simulator.formats import ALL
from payments.simulator.simulation import Request, Simulation
from payments.simulator.terms import Account, ProviderPlan
from payments.simulator.writing import delivered_files

START: Final = date(2026, 7, 1)
DAYS: Final = 12
PER_DAY: Final = 40
SMALLEST: Final = 700
"""Bytes below which a file has hardly a line to change."""


@dataclass(frozen=True)
class Seed:
    """One valid file and how it is read."""

    layout: str
    name: str
    content: bytes
    adapter: StatementAdapter | BankAdapter
    terms: ReadingTerms
    is_provider: bool


@lru_cache(maxsize=1)
def seeds() -> dict[str, Seed]:
    """One file of each layout, the smallest that has something in it."""
    world = Simulation(Request(5, START, DAYS, PER_DAY, formats=(ALL,))).run()
    found: dict[str, Seed] = {}
    owners: dict[str, ProviderPlan | Account] = {f"statements/{plan.code}": plan for plan in world.merchant.providers}
    owners |= {f"bank/{account.code}": account for account in world.merchant.accounts}
    for file in sorted(delivered_files(world), key=lambda one: (len(one.content) < SMALLEST, len(one.content))):
        folder, _, name = file.path.rpartition("/")
        for seed in _seeds(owners.get(folder), name, file.content):
            found.setdefault(seed.layout, seed)
    return found


def _seeds(owner: ProviderPlan | Account | None, name: str, content: bytes) -> Iterator[Seed]:
    match owner:
        case ProviderPlan():
            terms = ReadingTerms(owner.zone, (owner.currency,), owner.mapping)
            yield Seed(owner.layout, name, content, providers.ADAPTERS[owner.adapter], terms, is_provider=True)
        case Account():
            terms = ReadingTerms(owner.zone, (owner.currency,), owner.mapping)
            yield Seed(owner.layout, name, content, bank_adapter(owner), terms, is_provider=False)


def bank_adapter(account: Account) -> BankAdapter:
    """How the files of an account are read: by its mapping, else by the format of its layout."""
    code = "mapped" if account.mapping else {"camt053": "camt", "camt054": "camt"}.get(account.layout, account.layout)
    return banks.ADAPTERS[code]
