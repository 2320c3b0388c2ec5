"""How often the bench asks for a page: what is far from the limits a few times, what is near them until it can be told."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.bench.turns import PER_ROUND, ROUNDS, Runs, in_rounds


def runs_of(large: Callable[[int], float], small: float = 60.0) -> Runs:
    """The runs of one page, whose n-th run of the larger year takes some milliseconds."""
    asked = 0

    def ask(_page: str) -> tuple[float, float]:
        nonlocal asked
        asked += 1
        return large(asked), small

    return in_rounds(["page"], ask)["page"]


@pytest.mark.parametrize("took", [30.0, 60.0, 68.0])
def test_what_is_far_from_both_limits_is_asked_in_one_round(took: float) -> None:
    runs = runs_of(lambda _run: took)
    assert len(runs.of_large) == len(runs.of_small) == PER_ROUND
    assert runs.p95 == took


@pytest.mark.parametrize(("took", "small"), [(101.0, 101.0), (160.0, 160.0), (70.0, 60.0)])
def test_what_is_near_one_of_them_is_asked_in_every_round(took: float, small: float) -> None:
    runs = runs_of(lambda _run: took, small)
    assert len(runs.of_large) == len(runs.of_small) == PER_ROUND * ROUNDS
    assert runs.p95 == took
    assert runs.growth == took / small


def test_one_slow_run_is_outvoted_and_not_forgotten() -> None:
    runs = runs_of(lambda run: 200.0 if run == 3 else 60.0)
    assert PER_ROUND < len(runs.of_large) < PER_ROUND * ROUNDS
    assert runs.of_large.count(200.0) == 1
    assert runs.p95 < 100


def test_what_is_slow_in_one_of_ten_runs_stays_slow() -> None:
    runs = runs_of(lambda run: 200.0 if run % 10 == 3 else 60.0)
    assert len(runs.of_large) == PER_ROUND * ROUNDS
    assert runs.p95 == 200


def test_rounds_of_several_pages_are_in_turns() -> None:
    asked = []

    def ask(page: str) -> tuple[float, float]:
        asked.append(page)
        return (120.0, 120.0) if page == "slow" else (50.0, 50.0)

    in_rounds(["slow", "quick", "slow too"], lambda page: ask(page.removesuffix(" too")))
    first = ["slow"] * PER_ROUND + ["quick"] * PER_ROUND + ["slow"] * PER_ROUND
    assert asked[: len(first)] == first
    assert asked[len(first) :] == ["slow"] * PER_ROUND * 2 * (ROUNDS - 1)
