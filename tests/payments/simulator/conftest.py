"""One simulated quarter, shared by the tests that only look at it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from payments.simulator.simulation import Request, Simulation, World
from payments.simulator.truth import Truth
from payments.simulator.writing import write

START = date(2026, 7, 1)


@dataclass(frozen=True)
class Quarter:
    """A simulation, its answers and its folder."""

    world: World
    truth: Truth
    folder: Path


def simulated(seed: int, days: int, payments_per_day: int, start: date = START) -> World:
    """A simulation in memory."""
    return Simulation(Request(seed, start, days, payments_per_day)).run()


@pytest.fixture(scope="session")
def quarter(tmp_path_factory: pytest.TempPathFactory) -> Quarter:
    """92 days of a small merchant, written."""
    folder = tmp_path_factory.mktemp("quarter")
    world = simulated(11, 92, 60)
    truth, _ = write(world, folder)
    return Quarter(world, truth, folder)


@pytest.fixture(scope="session")
def busy_quarter() -> World:
    """A quarter in which each incident touches enough people to be told from chance; in memory."""
    return simulated(7, 92, 500)
