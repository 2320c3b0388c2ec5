"""What must always be true is held by the database: every constraint of every model is attacked here by its name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

import psycopg
import pytest
from django.apps import apps
from django.contrib.postgres.constraints import ExclusionConstraint
from django.db import IntegrityError, models, transaction
from django.db.models import CheckConstraint, UniqueConstraint

from config.staff.models import User
from payments import models as rows
from tests.analytics.rows import analytics_attacks
from tests.fraud.rows import PERMITTED_OF_FRAUD, fraud_attacks
from tests.payments.format_rows import format_attacks
from tests.payments.payment_rows import payment_attacks
from tests.payments.valid_rows import DAY, NOON, VALID, row

APPS: Final = ("payments", "staff", "fraud", "analytics")


@dataclass(frozen=True)
class Bad:
    """A row that breaks one rule: a valid one with these changes."""

    model: type[models.Model]
    changes: dict[str, Any]


@dataclass(frozen=True)
class Twice:
    """A row that repeats what must be unique: `fields` are taken from a first row, which has `given` too."""

    model: type[models.Model]
    fields: tuple[str, ...]
    given: dict[str, Any] = field(default_factory=dict)
    changes: dict[str, Any] = field(default_factory=dict)
    """Of the second row alone."""


Attack = Bad | Twice
LATER: Final = DAY + timedelta(days=1)
BEFORE: Final = DAY - timedelta(days=1)
LOWER: Final = {"currency": "krw"}
SIGNED: Final = {"state": "signed_off", "submitted_at": NOON, "signed_at": NOON, "signed_sha256": "a" * 64}

ATTACKS: Final[dict[str, list[Attack]]] = {
    # methods
    "bank_account_currency_is_iso": [Bad(rows.BankAccount, LOWER), Bad(rows.BankAccount, {"currency": "K1"})],
    "provider_has_a_currency": [Bad(rows.Provider, {"currencies": []})],
    "provider_window_is_bounded": [Bad(rows.Provider, {"match_window_days": 91})],
    "method_family_is_known": [Bad(rows.PaymentMethod, {"family": "barter"})],
    "one_limit_per_method_and_currency": [Twice(rows.MethodLimit, ("method", "currency"))],
    "method_limit_currency_is_iso": [Bad(rows.MethodLimit, LOWER)],
    "method_limit_minimum_below_maximum": [Bad(rows.MethodLimit, {"minimum": 101, "maximum": 100})],
    "one_offering_per_provider_and_method": [Twice(rows.Offering, ("provider", "method"))],
    "availability_effect_is_known": [Bad(rows.AvailabilityRule, {"effect": "blur"})],
    "availability_amounts_have_a_currency": [
        Bad(rows.AvailabilityRule, {"amount_from": 1}),
        Bad(rows.AvailabilityRule, {"amount_to": 1}),
    ],
    "fee_contract_currency_is_iso": [Bad(rows.FeeContract, LOWER)],
    "fee_contract_span_is_not_empty": [Bad(rows.FeeContract, {"effective_to": DAY})],
    "fee_contract_rate_is_a_share": [
        Bad(rows.FeeContract, {"rate_basis_points": 10_001}),
        Bad(rows.FeeContract, {"rate_basis_points": -1}),
    ],
    "fee_contract_chargeback_fee_is_a_cost": [Bad(rows.FeeContract, {"chargeback_fee_minor": -1})],
    "fee_contract_rounding_is_known": [
        Bad(rows.FeeContract, {"fee_rounding": "sideways"}),
        Bad(rows.FeeContract, {"vat_rounding": "sideways"}),
    ],
    "fee_contract_spans_do_not_overlap": [
        Twice(rows.FeeContract, ("provider", "method", "currency"), changes={"effective_from": LATER}),
        Twice(
            rows.FeeContract, ("provider", "method", "currency"), {"effective_to": LATER},
            {"effective_from": BEFORE, "effective_to": LATER},
        ),
    ],
    "one_schedule_per_provider_and_currency": [Twice(rows.PayoutSchedule, ("provider", "currency"))],
    "schedule_cycle_is_known": [Bad(rows.PayoutSchedule, {"cycle": "yearly"})],
    "weekly_schedule_has_a_weekday": [
        Bad(rows.PayoutSchedule, {"cycle": "weekly"}),
        Bad(rows.PayoutSchedule, {"cycle": "weekly", "weekday": 7}),
    ],
    "monthly_schedule_has_a_day": [
        Bad(rows.PayoutSchedule, {"cycle": "monthly"}),
        Bad(rows.PayoutSchedule, {"cycle": "monthly", "month_day": 0}),
        Bad(rows.PayoutSchedule, {"cycle": "monthly", "month_day": 32}),
    ],
    # intake
    "stored_file_hash_is_sha256": [
        Bad(rows.StoredFile, {"sha256": "A" * 64}),
        Bad(rows.StoredFile, {"sha256": "a" * 63}),
    ],
    "import_state_is_known": [Bad(rows.FileImport, {"state": "lost"})],
    "import_has_its_owner": [
        Bad(rows.FileImport, {"provider": None}),
        Bad(rows.FileImport, {"kind": "bank"}),
        Bad(rows.FileImport, {"kind": "letter"}),
        Bad(rows.FileImport, {"bank_account": lambda: row(rows.BankAccount)}),
    ],
    "same_bytes_post_once": [
        Twice(rows.FileImport, ("kind", "provider", "bank_account", "stored_file", "state"), {"state": "posted"}),
        Twice(
            rows.FileImport, ("kind", "provider", "bank_account", "stored_file", "state"),
            {"state": "posted", "kind": "bank", "provider": None, "bank_account": lambda: row(rows.BankAccount)},
        ),
    ],
    # ledger
    "checkout_currency_is_iso": [Bad(rows.Checkout, LOWER)],
    "checkout_amount_is_not_negative": [Bad(rows.Checkout, {"amount": -1})],
    "checkout_step_once_per_instant": [Twice(rows.CheckoutStep, ("checkout", "step", "occurred_at"))],
    "checkout_step_is_known": [Bad(rows.CheckoutStep, {"step": "dreamt"})],
    "one_order_line_per_position": [Twice(rows.OrderLine, ("checkout", "position"))],
    "order_line_has_a_quantity": [Bad(rows.OrderLine, {"quantity": 0})],
    "movement_once_per_provider": [Twice(rows.Movement, ("provider", "movement_key"))],
    "movement_currency_is_iso": [Bad(rows.Movement, LOWER)],
    "movement_kind_is_known": [Bad(rows.Movement, {"kind": 6}), Bad(rows.Movement, {"kind": 0})],
    # settlement: statements
    "one_current_statement_version": [Twice(rows.Statement, ("provider", "statement_key", "part"))],
    "statement_part_is_among_its_parts": [
        Bad(rows.Statement, {"part_count": 2}),
        Bad(rows.Statement, {"part": 3, "part_count": 2}),
    ],
    "statement_version_once": [
        Twice(rows.Statement, ("provider", "statement_key", "sha256"), changes={"is_current": False})
    ],
    "statement_period_in_order": [Bad(rows.Statement, {"period_to": BEFORE})],
    "statement_is_chosen_over_others": [Bad(rows.Statement, {"chosen_over": "000002"})],
    "line_net_ties": [
        Bad(rows.StatementLine, {"net": 966}),
        Bad(rows.StatementLine, {"fee_vat": 4}),
        Bad(rows.StatementLine, {"rounding": 1}),
    ],
    "line_rounding_is_below_a_unit": [
        Bad(rows.StatementLine, {"rounding": 2, "net": 969}), Bad(rows.StatementLine, {"rounding": -2, "net": 965}),
    ],
    "line_currencies_are_iso": [
        Bad(rows.StatementLine, LOWER), Bad(rows.StatementLine, {"currency": "USD", "net_currency": "krw"}),
    ],
    "line_converts_only_abroad": [Bad(rows.StatementLine, {"gross": 999})],
    "one_total_per_group": [
        Twice(rows.LineTotal, ("statement", "booked_on", "kind", "currency", "payout_key")),
    ],
    "total_net_ties": [Bad(rows.LineTotal, {"net": 968})],
    "payout_once_per_statement": [Twice(rows.StatementPayout, ("statement", "payout_key", "currency"))],
    "payout_once_per_provider": [Twice(rows.Payout, ("provider", "payout_key", "currency"))],
    "payout_currency_is_iso": [Bad(rows.Payout, LOWER)],
    # settlement: bank
    "one_current_bank_statement_version": [Twice(rows.BankStatement, ("account", "statement_key"))],
    "bank_statement_version_once": [
        Twice(rows.BankStatement, ("account", "statement_key", "sha256"), changes={"is_current": False})
    ],
    "account_run_ends_after_start": [Bad(rows.AccountRun, {"finished_at": NOON - timedelta(seconds=1)})],
    "bank_statement_days_in_order": [Bad(rows.BankStatement, {"closed_on": BEFORE})],
    "bank_statement_is_chosen_over_others": [Bad(rows.BankStatement, {"chosen_over": "000002"})],
    "bank_line_once_per_statement": [
        Twice(rows.BankLine, ("bank_statement", "booked_on", "fingerprint", "occurrence"))
    ],
    "bank_line_currency_is_iso": [Bad(rows.BankLine, LOWER)],
    "bank_line_occurs_from_one": [Bad(rows.BankLine, {"occurrence": 0})],
    "deposit_currency_is_iso": [Bad(rows.Deposit, LOWER)],
    "deposit_by_amount_agrees": [Bad(rows.Deposit, {"received": 2})],
    # settlement: breaks, days, matches
    "break_layer_is_known": [Bad(rows.Break, {"layer": "attic"})],
    "break_kind_is_known": [Bad(rows.Break, {"kind": "odd"})],
    "break_currency_is_iso": [Bad(rows.Break, LOWER)],
    "break_risk_is_not_negative": [Bad(rows.Break, {"amount_at_risk": -1})],
    "break_is_resolved_with_a_reason": [
        Bad(rows.Break, {"state": "resolved"}),
        Bad(rows.Break, {"state": "resolved", "reason": "timing"}),
        Bad(rows.Break, {"state": "resolved", "resolved_at": NOON}),
        Bad(rows.Break, {"state": "resolved", "resolved_at": NOON, "reason": "mood"}),
        Bad(rows.Break, {"reason": "timing"}),
        Bad(rows.Break, {"state": "gone"}),
    ],
    "break_has_a_party": [Bad(rows.Break, {"provider": None})],
    "one_settlement_day_per_provider": [Twice(rows.SettlementDay, ("provider", "booked_on"))],
    "day_is_signed_by_a_second_person": [
        Bad(rows.SettlementDay, {"state": "submitted"}),
        Bad(rows.SettlementDay, {"submitted_at": NOON}),
        Bad(rows.SettlementDay, SIGNED | {"submitted_by": lambda: row(User)}),
        Bad(rows.SettlementDay, SIGNED | {"submitted_by": "ONE", "signed_by": "ONE"}),
        Bad(rows.SettlementDay, SIGNED | {"submitted_by": "ONE", "signed_by": "TWO", "signed_sha256": ""}),
        Bad(rows.SettlementDay, {"state": "submitted", "submitted_at": NOON, "submitted_by": "ONE", "signed_by": "TWO"}),
    ],
    "match_rule_is_known": [Bad(rows.Match, {"rule": 4})],
    "match_by_hand_has_a_hand": [Bad(rows.Match, {"rule": 3})],
    "suggestion_once_per_pair": [Twice(rows.MatchSuggestion, ("line", "movement"))],
    # people
    "email_is_lower_case": [Bad(User, {"email": "Person@example.com"})],
    "nobody_is_above_the_roles": [Bad(User, {"is_superuser": True})],
}  # fmt: skip

ATTACKS.update(
    payment_attacks(Bad, Twice) | format_attacks(Bad, Twice) | fraud_attacks(Bad, Twice) | analytics_attacks(Bad, Twice)
)

PERMITTED: Final[list[Attack]] = [
    Bad(rows.PaymentAct, {"requested_by": "ONE", "decided_by": "TWO"}),
    Bad(rows.PaymentAct, {"requested_by": None, "requested_with": "jsk_1"}),
    Bad(rows.FeeContract, {"rate_basis_points": 0, "effective_to": LATER}),
    Twice(rows.FeeContract, ("provider", "method", "currency"), {"effective_to": LATER}, {"effective_from": LATER}),
    Bad(rows.PayoutSchedule, {"cycle": "weekly", "weekday": 6}),
    Bad(rows.PayoutSchedule, {"cycle": "monthly", "month_day": 31}),
    Bad(rows.StatementLine, {"currency": "USD", "gross": 77, "rounding": 1, "net": 968}),
    Twice(rows.Statement, ("provider", "statement_key"), changes={"is_current": False}),
    Twice(rows.FileImport, ("kind", "provider", "stored_file"), {"state": "posted"}, {"state": "duplicate"}),
    Twice(rows.BankLine, ("bank_statement", "booked_on", "fingerprint"), changes={"occurrence": 2}),
    Bad(rows.Deposit, {"rule": "reference", "received": 2}),
    Bad(rows.Break, {"state": "resolved", "resolved_at": NOON, "reason": "timing"}),
    Bad(rows.Break, {"provider": None, "account": lambda: row(rows.BankAccount)}),
    Bad(rows.SettlementDay, SIGNED | {"submitted_by": "ONE", "signed_by": "TWO"}),
    Bad(rows.Match, {"rule": 3, "matched_by": "ONE"}),
    *(Bad(model, changes) for model, changes in PERMITTED_OF_FRAUD),
]
"""Just on the right side of a rule: a constraint that forbids too much is as wrong."""


def own_models() -> Iterator[type[models.Model]]:
    """The models of our applications, without the history tables that triggers fill."""
    for app in APPS:
        for model in apps.get_app_config(app).get_models():
            if not hasattr(model, "pgh_tracked_model"):
                yield model


def constraint_names() -> set[str]:
    """Every named constraint of every model."""
    kinds = (CheckConstraint, UniqueConstraint, ExclusionConstraint)
    return {each.name for model in own_models() for each in model._meta.constraints if isinstance(each, kinds)}


def strike(attack: Attack) -> None:
    """Try to insert the row; `ONE` and `TWO` stand for two people."""
    people: dict[str, Any] = {}

    def person(value: Any) -> Any:
        return people.setdefault(value, row(User)) if value in ("ONE", "TWO") else value

    def peopled(given: dict[str, Any]) -> dict[str, Any]:
        return {name: person(value) if isinstance(value, str) else value for name, value in given.items()}

    changes = peopled(attack.changes)
    if isinstance(attack, Twice):
        first = row(attack.model, **peopled(attack.given))
        first.refresh_from_db()
        changes = {name: getattr(first, name) for name in attack.fields} | changes
    row(attack.model, **changes)


def broken_constraint(attack: Attack) -> str | None:
    """The name of the constraint that refuses the row, as PostgreSQL gives it; None when the row is taken."""
    try:
        with transaction.atomic():
            strike(attack)
    except IntegrityError as error:
        return error.__cause__.diag.constraint_name if isinstance(error.__cause__, psycopg.Error) else "?"
    return None


ALL: Final = [(name, attack) for name, attacks in ATTACKS.items() for attack in attacks]


def test_every_constraint_is_attacked() -> None:
    assert constraint_names() - ATTACKS.keys() == set(), "write the row that breaks it into ATTACKS"
    assert ATTACKS.keys() - constraint_names() == set(), "no model has this constraint any more"


def test_the_discovery_sees_all_kinds() -> None:
    found = constraint_names()
    assert {"line_net_ties", "one_current_statement_version", "fee_contract_spans_do_not_overlap"} <= found
    assert len(found) > 60


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "attack"), ALL, ids=[f"{name}-{n}" for n, (name, _) in enumerate(ALL)])
def test_the_database_refuses(name: str, attack: Attack) -> None:
    assert broken_constraint(attack) == name


@pytest.mark.django_db
@pytest.mark.parametrize("attack", PERMITTED, ids=lambda attack: attack.model.__name__)
def test_the_database_permits(attack: Attack) -> None:
    assert broken_constraint(attack) is None


@pytest.mark.django_db
@pytest.mark.parametrize("model", VALID, ids=lambda model: model.__name__)
def test_a_valid_row_is_taken(model: type[models.Model]) -> None:
    assert model._default_manager.filter(pk=row(model).pk).count() == 1
