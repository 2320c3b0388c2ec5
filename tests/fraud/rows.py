"""Valid rows and attacks for how far payments are trusted."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

from django.db import models

from config.staff.models import User
from fraud import models as rows

NOON: Final = datetime(2026, 7, 1, 12, tzinfo=UTC)
Maker = Callable[..., Callable[[], Any]]
LOWER: Final = {"currency": "krw"}
Valid = dict[type[models.Model], Callable[[int], dict[str, Any]]]
_PUBLISHED: Final = {"state": 3, "published_by": "TWO", "written_by": "ONE", "published_at": NOON}


def fraud_rows(one: Maker) -> Valid:
    """One valid row of every model; `one` makes the row of another model when it is used."""
    return seen_rows() | kept_rows(one) | case_rows(one)


def seen_rows() -> Valid:
    """What was seen and decided by machines."""
    return {
        rows.Sighting: lambda n: {
            "attempt_id": n, "payment_id": n, "at": NOON, "customer_id": n, "amount": 0, "currency": "KRW",
        },
        rows.KeyHour: lambda n: {"kind": 4, "key": n, "hour_at": NOON, "attempts": 1},
        rows.Label: lambda n: {
            "payment_id": n, "source": 1, "is_fraud": True, "observed_at": NOON, "reference": f"dispute/{n}",
        },
        rows.Assessment: lambda n: {
            "payment_id": n, "attempt_id": n, "merchant_reference": f"order-{n}", "origin": 0, "as_of": NOON,
            "amount": 0, "currency": "KRW", "features": [n, None], "outcome": 0, "basis": 0,
        },
        rows.Due: lambda n: {"payment_id": n},
    }  # fmt: skip


def kept_rows(one: Maker) -> Valid:
    """What people keep: lists, rules, models."""
    return {
        rows.ListEntry: lambda n: {"list_name": 2, "kind": 5, "key": n, "reason": "chargeback", "added_by": one(User)},
        rows.Rule: lambda n: {"name": f"rule {n}"},
        rows.RuleVersion: lambda n: {
            "rule": one(rows.Rule), "number": 1, "action": 4,
            "condition": {"op": ">=", "left": ["field", "customer_count_1h"], "right": 3}, "digest": "0" * 64,
            "written_by": one(User),
        },
        rows.RuleSet: lambda n: {"digest": f"{n:064x}", "live_ids": [n]},
        rows.ScoringModel: lambda n: {
            "kind": 1, "content": "{}", "sha256": f"{n:064x}", "schema_hash": "0" * 64, "positions": [1],
            "calibration": [[0, 0], [1_000_000, 1_000_000]], "review_from_ppm": 0, "block_from_ppm": 1_000_001,
            "trained_from": NOON, "trained_until": NOON, "rows": 1, "frauds": 1, "is_simulated": True,
        },
    }  # fmt: skip


def case_rows(one: Maker) -> Valid:
    """What people decide."""
    return {
        rows.Case: lambda n: {"queue": 1, "group_kind": 1, "group_key": n, "rank": n, "due_at": NOON},
        rows.Alert: lambda n: {
            "case": one(rows.Case), "kind": 1, "assessment_id": n, "payment_id": n, "amount": 1, "currency": "KRW",
            "expected_loss": 1,
        },
        rows.Decision: lambda n: {
            "case": one(rows.Case), "verdict": 1, "reason_code": "known_customer", "ticket": uuid.UUID(int=n),
            "decided_by": one(User), "leaves_at": NOON,
        },
        rows.CaseEvent: lambda n: {"case": one(rows.Case), "verb": "opened"},
    }  # fmt: skip


def fraud_attacks(bad: Callable[..., Any], twice: Callable[..., Any]) -> dict[str, list[Any]]:
    """By constraint; `bad` is a row that breaks a rule, `twice` one that repeats what must be unique."""
    by_machines = attacks_on_what_is_seen(bad, twice) | attacks_on_models(bad, twice)
    return by_machines | attacks_on_what_is_kept(bad, twice) | attacks_on_cases(bad, twice)


def attacks_on_what_is_seen(bad: Callable[..., Any], twice: Callable[..., Any]) -> dict[str, list[Any]]:
    """Of machines."""
    return {
        "sighting_amount_is_not_negative": [bad(rows.Sighting, {"amount": -1})],
        "key_hour_kind_is_known": [bad(rows.KeyHour, {"kind": 8})],
        "label_once_per_telling": [twice(rows.Label, ("payment_id", "source", "reference"))],
        "label_source_is_known": [bad(rows.Label, {"source": 5})],
        "label_is_named": [bad(rows.Label, {"reference": ""})],
        "assessment_once_per_attempt": [twice(rows.Assessment, ("payment_id", "attempt_id"))],
        "assessment_currency_is_iso": [bad(rows.Assessment, LOWER)],
        "assessment_amount_is_not_negative": [bad(rows.Assessment, {"amount": -1})],
        "assessment_origin_is_known": [bad(rows.Assessment, {"origin": 4})],
        "assessment_outcome_is_known": [bad(rows.Assessment, {"outcome": 4})],
        "assessment_basis_is_known": [bad(rows.Assessment, {"basis": 5})],
        "assessment_score_is_a_share_of_a_model": [
            bad(rows.Assessment, {"score_ppm": 1}),
            bad(rows.Assessment, {"score_ppm": 1_000_001, "model_id": 1}),
            bad(rows.Assessment, {"score_ppm": -1, "model_id": 1}),
        ],
        "assessment_by_policy_says_why": [bad(rows.Assessment, {"basis": 4})],
    }


def attacks_on_what_is_kept(bad: Callable[..., Any], twice: Callable[..., Any]) -> dict[str, list[Any]]:
    """Of lists and rules."""
    return {
        "list_entry_once": [twice(rows.ListEntry, ("list_name", "kind", "key"))],
        "list_entry_list_is_known": [bad(rows.ListEntry, {"list_name": 4})],
        "list_entry_kind_is_known": [bad(rows.ListEntry, {"kind": 0})],
        "list_entry_says_why": [bad(rows.ListEntry, {"reason": ""})],
        "allow_entry_expires": [bad(rows.ListEntry, {"list_name": 1})],
        "list_entry_is_approved_by_another_person": [
            bad(rows.ListEntry, {"added_by": "ONE", "approved_by": "ONE", "approved_at": NOON}),
            bad(rows.ListEntry, {"approved_by": "ONE"}),
            bad(rows.ListEntry, {"approved_at": NOON}),
        ],
        "list_entry_is_removed_some_time": [bad(rows.ListEntry, {"removed_by": "ONE"})],
        "rule_has_a_name": [bad(rows.Rule, {"name": ""})],
        "rule_version_once": [twice(rows.RuleVersion, ("rule", "number"), {"state": 4, "retired_at": NOON})],
        "one_live_version_per_rule": [
            twice(rows.RuleVersion, ("rule", "state", "published_by", "published_at"), _PUBLISHED, {"number": 2}),
        ],
        "one_draft_per_rule": [twice(rows.RuleVersion, ("rule",), changes={"number": 2, "state": 2})],
        "rule_action_is_known": [bad(rows.RuleVersion, {"action": 5})],
        "rule_is_published_by_somebody": [
            bad(rows.RuleVersion, {"state": 3}),
            bad(rows.RuleVersion, {"state": 3, "published_at": NOON}),
            bad(rows.RuleVersion, {"published_by": "ONE"}),
            bad(rows.RuleVersion, {"state": 5}),
        ],
        "rule_is_published_by_another_person": [bad(rows.RuleVersion, _PUBLISHED | {"published_by": "ONE"})],
        "allow_rule_expires": [bad(rows.RuleVersion, _PUBLISHED | {"action": 2})],
        "rule_is_retired_at_some_time": [
            bad(rows.RuleVersion, {"state": 4}), bad(rows.RuleVersion, {"retired_at": NOON}),
        ],
    }  # fmt: skip


def attacks_on_models(bad: Callable[..., Any], twice: Callable[..., Any]) -> dict[str, list[Any]]:
    """Of what scores."""
    return {
        "one_live_model": [twice(rows.ScoringModel, ("state", "promoted_at"), {"state": 2, "promoted_at": NOON})],
        "model_kind_is_known": [bad(rows.ScoringModel, {"kind": 3})],
        "model_is_live_since_some_time": [
            bad(rows.ScoringModel, {"state": 2}), bad(rows.ScoringModel, {"promoted_at": NOON}),
        ],
        "model_is_promoted_by_another_person": [
            bad(rows.ScoringModel, {"state": 2, "promoted_at": NOON, "promoted_by": "ONE", "trained_by": "ONE"}),
        ],
        "model_reviews_before_it_blocks": [
            bad(rows.ScoringModel, {"review_from_ppm": 2, "block_from_ppm": 1}),
            bad(rows.ScoringModel, {"review_from_ppm": -1}),
            bad(rows.ScoringModel, {"block_from_ppm": 1_000_002}),
        ],
    }  # fmt: skip


def attacks_on_cases(bad: Callable[..., Any], twice: Callable[..., Any]) -> dict[str, list[Any]]:
    """Of people."""
    return {
        "one_open_case_per_group": [
            twice(rows.Case, ("group_kind", "group_key"), changes={"queue": 2}),
            twice(rows.Case, ("group_kind", "group_key"), {"group_kind": None}),
        ],
        "case_queue_is_known": [bad(rows.Case, {"queue": 5})],
        "case_state_is_known": [bad(rows.Case, {"state": 7})],
        "case_claim_expires": [bad(rows.Case, {"claimed_by": "ONE"}), bad(rows.Case, {"claimed_until": NOON})],
        "resting_case_wakes": [bad(rows.Case, {"state": 2}), bad(rows.Case, {"wakes_at": NOON})],
        "closed_case_says_since_when": [bad(rows.Case, {"state": 6}), bad(rows.Case, {"closed_at": NOON})],
        "second_look_names_the_first": [bad(rows.Case, {"queue": 4})],
        "alert_once_per_payment_and_kind": [twice(rows.Alert, ("payment_id", "kind"))],
        "alert_currency_is_iso": [bad(rows.Alert, LOWER)],
        "alert_kind_is_known": [bad(rows.Alert, {"kind": 5})],
        "alert_loses_at_most_its_amount": [
            bad(rows.Alert, {"expected_loss": 2}),
            bad(rows.Alert, {"expected_loss": -1}),
        ],
        "one_open_decision_per_case": [twice(rows.Decision, ("case",), changes={"state": 2})],
        "decision_verdict_is_known": [bad(rows.Decision, {"verdict": 3})],
        "decision_state_is_known": [bad(rows.Decision, {"state": 6, "settled_at": None})],
        "decision_has_a_reason": [bad(rows.Decision, {"reason_code": ""})],
        "decision_is_seconded_by_another_person": [
            bad(rows.Decision, {"decided_by": "ONE", "second_by": "ONE", "second_at": NOON}),
            bad(rows.Decision, {"second_by": "ONE"}),
            bad(rows.Decision, {"second_at": NOON}),
        ],
        "settled_decision_says_since_when": [
            bad(rows.Decision, {"state": 3}),
            bad(rows.Decision, {"settled_at": NOON}),
        ],
        "case_event_has_a_verb": [bad(rows.CaseEvent, {"verb": ""})],
    }


PERMITTED_OF_FRAUD: Final[tuple[tuple[type[models.Model], dict[str, Any]], ...]] = (
    (rows.Assessment, {"payment_id": None, "attempt_id": None, "score_ppm": 1_000_000, "model_id": 1}),
    (rows.Label, {"is_fraud": None}),
    (
        rows.ListEntry,
        {"list_name": 1, "expires_at": NOON, "added_by": "ONE", "approved_by": "TWO", "approved_at": NOON},
    ),
    (rows.RuleVersion, _PUBLISHED | {"action": 2, "expires_at": NOON}),
    (rows.RuleVersion, {"state": 4, "retired_at": NOON}),
    (rows.ScoringModel, {"state": 2, "promoted_at": NOON, "promoted_by": "ONE", "trained_by": "TWO"}),
    (rows.Case, {"state": 2, "wakes_at": NOON, "claimed_by": "ONE", "claimed_until": NOON}),
    (rows.Decision, {"state": 3, "settled_at": NOON, "decided_by": "ONE", "second_by": "TWO", "second_at": NOON}),
)
"""Just on the right side of a rule."""
