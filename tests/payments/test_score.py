"""The judge, with snapshots made by hand."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest

from payments.simulator.score import BREAK_KINDS, score
from payments.simulator.truth import BreakTruth, PairTruth, Truth


@dataclass(frozen=True)
class Pair:
    provider: str
    movement_key: str
    line_identity: str


@dataclass(frozen=True)
class Found:
    kind: str
    party: str = "toss"
    layer: str = "transaction"
    movement_key: str = ""
    line_identity: str = ""
    payout_key: str = ""
    merchant_reference: str = ""
    booked_on: date = date(2026, 7, 3)


@dataclass(frozen=True)
class Present:
    matches: list[Pair] = field(default_factory=list)
    breaks: list[Found] = field(default_factory=list)


def planted(kind: str, **references: str) -> BreakTruth:
    return BreakTruth(kind, "toss", False, "KRW", 100, **references)


def pair(movement: str, line: str) -> PairTruth:
    return PairTruth("toss", movement, 1, line, "S1")


TRUTH = Truth(
    seed=7,
    start=date(2026, 7, 1),
    days=3,
    as_of=date(2026, 7, 3),
    matches=[pair("m1", "k1"), pair("m2", "k2")],
    ambiguous=[pair("m3", "k3")],
    breaks=[
        planted("missing_on_statement", movement_key="m9"),
        planted("duplicate", line_identity="k2"),
        planted("missing_deposit", payout_key="p1"),
        planted("unknown_kind", merchant_reference="incentive"),
        BreakTruth("residual", "kookmin", True, "KRW", 5, booked_on="2026-07-03"),
    ],
)
PERFECT = Present(
    [Pair("toss", "m1", "k1"), Pair("toss", "m2", "k2")],
    [
        Found("missing_on_statement", movement_key="m9"),
        Found("duplicate", line_identity="k2", movement_key="m2"),
        Found("missing_deposit", layer="deposit", payout_key="p1"),
        Found("unknown_kind", line_identity="incentive", merchant_reference="incentive"),
        Found("residual", party="kookmin", layer="deposit", payout_key="the statement's key"),
    ],
)


def test_everything_found_and_nothing_made_up() -> None:
    verdict = score(TRUTH, PERFECT)
    assert verdict.is_perfect
    assert verdict.to_json() == {
        "matches": {"precision": 1.0, "recall": 1.0, "false_confirmations": 0},
        "breaks": {
            kind: {
                "planted": int(kind in {one.kind for one in TRUTH.breaks}),
                "found": int(kind in {one.kind for one in TRUTH.breaks}),
                "precision": 1.0,
                "recall": 1.0,
            }
            for kind in BREAK_KINDS
        },
    }


def test_a_confirmed_ambiguous_pair_is_a_false_confirmation() -> None:
    verdict = score(TRUTH, Present([*PERFECT.matches, Pair("toss", "m3", "k3")], PERFECT.breaks))
    assert (verdict.false_confirmations, verdict.matches.precision, verdict.matches.recall) == (1, 2 / 3, 1.0)


def test_a_pair_claimed_twice_is_right_once() -> None:
    verdict = score(TRUTH, Present([*PERFECT.matches, PERFECT.matches[0]], PERFECT.breaks))
    assert (verdict.false_confirmations, verdict.matches.recall) == (1, 1.0)
    assert verdict.invented == [("match", "toss", "m1", "k1")]


def test_crossed_pairs_are_wrong_on_both_sides() -> None:
    verdict = score(TRUTH, Present([Pair("toss", "m1", "k2"), Pair("toss", "m2", "k1")], PERFECT.breaks))
    assert (verdict.matches.precision, verdict.matches.recall, verdict.false_confirmations) == (0.0, 0.0, 2)


def test_nothing_found_has_recall_zero_and_made_no_mistake() -> None:
    verdict = score(TRUTH, Present())
    assert (verdict.matches.precision, verdict.matches.recall) == (1.0, 0.0)
    assert verdict.breaks["duplicate"].recall == 0.0
    assert verdict.breaks["fee"].recall == 1.0
    assert len(verdict.missed) == 7


def test_a_break_of_another_kind_party_or_reference_is_not_the_planted_one() -> None:
    wrong = [
        Found("fee", line_identity="k2"),
        Found("duplicate", party="naver", line_identity="k2"),
        Found("duplicate", line_identity="k3"),
    ]
    verdict = score(TRUTH, Present(PERFECT.matches, wrong))
    assert verdict.breaks["fee"].precision == 0.0
    assert (verdict.breaks["duplicate"].found, verdict.breaks["duplicate"].right) == (2, 0)


def test_two_breaks_of_one_name_need_two_findings() -> None:
    doubled = Truth(7, TRUTH.start, 3, TRUTH.as_of, breaks=[planted("duplicate", line_identity="k2")] * 2)
    once = score(doubled, Present(breaks=[Found("duplicate", line_identity="k2")]))
    assert (once.breaks["duplicate"].recall, once.breaks["duplicate"].precision) == (0.5, 1.0)


def test_a_payout_residual_and_a_gap_between_bank_statements_are_told_apart() -> None:
    truth = Truth(
        7,
        TRUTH.start,
        3,
        TRUTH.as_of,
        breaks=[
            BreakTruth("residual", "adyen", False, "EUR", 5, payout_key="3201", booked_on="2026-07-03"),
            BreakTruth("residual", "ing", True, "EUR", 5, booked_on="2026-07-03"),
        ],
    )
    right = Present(
        breaks=[
            Found("residual", party="adyen", layer="settlement", payout_key="3201"),
            Found("residual", party="ing", layer="deposit", payout_key="NL20/3/2026-07-03"),
        ]
    )
    assert score(truth, right).is_perfect
    other_day = Found("residual", party="ing", layer="deposit", booked_on=date(2026, 7, 4))
    assert score(truth, Present(breaks=[right.breaks[0], other_day])).breaks["residual"].recall == 0.5


def test_a_kind_nobody_planted_is_counted_as_made_up() -> None:
    verdict = score(TRUTH, Present(PERFECT.matches, [*PERFECT.breaks, Found("nonsense")]))
    assert (verdict.breaks["nonsense"].planted, verdict.breaks["nonsense"].precision) == (0, 0.0)


def test_truth_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "truth.json"
    path.write_text(TRUTH.dump(), encoding="utf-8")
    assert Truth.load(path) == Truth(
        7, TRUTH.start, 3, TRUTH.as_of, sorted(TRUTH.matches), sorted(TRUTH.ambiguous), sorted(TRUTH.breaks)
    )
    written = json.loads(path.read_text(encoding="utf-8"))
    assert written["breaks"][0] == {
        "provider": "toss",
        "kind": "duplicate",
        "currency": "KRW",
        "amount_at_risk": 100,
        "line_identity": "k2",
    }
    gap = next(one for one in written["breaks"] if "account" in one)
    assert (gap["account"], gap["booked_on"]) == ("kookmin", "2026-07-03")


@pytest.mark.parametrize("content", ["{}", "[]", '{"seed": 7}', "no json"])
def test_what_is_no_truth_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "truth.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises((KeyError, TypeError, ValueError)):
        Truth.load(path)
