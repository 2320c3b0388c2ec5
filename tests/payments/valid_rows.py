"""One valid row of every model: what a test changes in one place to see what the database refuses."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime
from itertools import count
from typing import Any, Final

from django.db import models

from config.staff.models import User
from payments import models as rows
from payments.facts import LineKind, MovementKind
from tests.analytics.rows import analytics_rows
from tests.fraud.rows import fraud_rows
from tests.payments.format_rows import format_rows
from tests.payments.payment_rows import payment_rows

NOON: Final = datetime(2026, 7, 1, 12, tzinfo=UTC)
DAY: Final = date(2026, 7, 1)
_numbers = count(1)


def row(model: type[models.Model], **changes: Any) -> Any:
    """Insert a row that is valid but for the changes; rows it needs are made too, unless they are given."""
    values = VALID[model](next(_numbers))
    values = {name: value for name, value in values.items() if name not in changes} | changes
    ready = {name: value() if callable(value) else value for name, value in values.items()}
    return model._default_manager.create(**ready)


def _one(model: type[models.Model], **changes: Any) -> Callable[[], Any]:
    """Make the row only when it is used."""
    return lambda: row(model, **changes)


def _amounts() -> dict[str, Any]:
    return {"currency": "KRW", "gross": 1000, "net_currency": "KRW", "gross_settled": 1000, "fee": 30, "fee_vat": 3,
            "rounding": 0, "net": 967}  # fmt: skip


def _place() -> dict[str, Any]:
    return {"line_number": 2, "byte_offset": 100, "byte_length": 80}


VALID: Final[dict[type[models.Model], Callable[[int], dict[str, Any]]]] = {
    User: lambda n: {"email": f"person{n}@example.com", "name": "Person", "password": "!"},
    rows.AuditEvent: lambda n: {"verb": "import.posted", "subject_type": "import", "subject_id": str(n)},
    rows.AccountRun: lambda n: {
        "account": _one(rows.BankAccount), "as_of": DAY, "facts_hash": "0" * 32, "has_paired": True,
        "started_at": NOON, "finished_at": NOON,
    },
    rows.BankAccount: lambda n: {
        "code": f"bank-{n}", "name": "Bank", "currency": "KRW", "zone": "Asia/Seoul", "country": "KR",
    },
    rows.Provider: lambda n: {
        "code": f"psp-{n}", "name": "PSP", "adapter": "toss", "zone": "Asia/Seoul", "country": "KR",
        "currencies": ["KRW"],
    },
    rows.PaymentMethod: lambda n: {
        "code": f"card-{n}", "family": "card", "name_ko": "카드", "name_ja": "カード", "name_en": "Card",
    },
    rows.MethodLimit: lambda n: {
        "method": _one(rows.PaymentMethod), "currency": "KRW", "minimum": 100, "maximum": 100,
    },
    rows.Offering: lambda n: {"provider": _one(rows.Provider), "method": _one(rows.PaymentMethod)},
    rows.AvailabilityRule: lambda n: {"method": _one(rows.PaymentMethod), "effect": "show"},
    rows.FeeContract: lambda n: {
        "provider": _one(rows.Provider), "currency": "KRW", "effective_from": DAY, "rate_basis_points": 10_000,
    },
    rows.PayoutSchedule: lambda n: {
        "provider": _one(rows.Provider), "currency": "KRW", "cycle": "daily", "country": "KR",
    },
    rows.StoredFile: lambda n: {"sha256": f"{n:064x}", "size": 1, "name": "file.csv"},
    rows.FileImport: lambda n: {
        "kind": "statement", "provider": _one(rows.Provider), "stored_file": _one(rows.StoredFile),
        "file_name": "file.csv", "adapter": "toss",
    },
    rows.Checkout: lambda n: {
        "merchant_reference": f"order-{n}", "amount": 0, "currency": "KRW", "started_at": NOON,
    },
    rows.CheckoutStep: lambda n: {"checkout": _one(rows.Checkout), "step": "started", "occurred_at": NOON},
    rows.OrderLine: lambda n: {
        "checkout": _one(rows.Checkout), "position": 1, "sku": "A", "name": "Tea", "quantity": 1, "amount": 100,
    },
    rows.Dispute: lambda n: {
        "provider": _one(rows.Provider), "provider_reference": f"dispute-{n}", "amount": 1, "currency": "KRW",
        "opened_at": NOON,
    },
    rows.MovementBatch: lambda n: {"provider": _one(rows.Provider), "source": "ledger.csv", "movement_count": 1},
    rows.Movement: lambda n: {
        "provider": _one(rows.Provider), "batch": _one(rows.MovementBatch), "movement_key": f"m-{n}",
        "kind": MovementKind.CAPTURE, "amount": 1000, "currency": "KRW", "occurred_at": NOON, "occurred_on": DAY,
    },
    rows.Statement: lambda n: {
        "provider": _one(rows.Provider), "statement_key": f"s-{n}", "sha256": f"{n:064x}",
        "file_import": _one(rows.FileImport), "version": 1, "is_current": True, "booked_on": DAY, "period_from": DAY,
        "period_to": DAY, "line_count": 1,
    },
    rows.StatementLine: lambda n: {
        "statement": _one(rows.Statement), "provider": _one(rows.Provider), "kind": LineKind.SALE, "booked_on": DAY,
        **_place(), **_amounts(),
    },
    rows.LineTotal: lambda n: {
        "statement": _one(rows.Statement), "booked_on": DAY, "kind": LineKind.SALE, "currency": "KRW",
        "line_count": 1, "gross": 1000, "fee": 30, "fee_vat": 3, "rounding": 0, "net": 967,
    },
    rows.StatementPayout: lambda n: {
        "statement": _one(rows.Statement), "payout_key": f"p-{n}", "currency": "KRW", "amount": 1, "is_stated": True,
    },
    rows.Payout: lambda n: {
        "provider": _one(rows.Provider), "payout_key": f"p-{n}", "currency": "KRW", "amount": 1, "line_net": 1,
        "line_count": 1, "is_stated": True, "booked_on": DAY,
    },
    rows.BankStatement: lambda n: {
        "account": _one(rows.BankAccount), "statement_key": f"b-{n}", "sha256": f"{n:064x}",
        "file_import": _one(rows.FileImport), "version": 1, "is_current": True, "currency": "KRW", "opened_on": DAY,
        "closed_on": DAY, "line_count": 1,
    },
    rows.BankLine: lambda n: {
        "bank_statement": _one(rows.BankStatement), "account": _one(rows.BankAccount), "booked_on": DAY, "amount": 1,
        "currency": "KRW", "fingerprint": uuid.UUID(int=n), "occurrence": 1, **_place(),
    },
    rows.Deposit: lambda n: {
        "provider": _one(rows.Provider), "account": _one(rows.BankAccount), "rule": "amount_and_date",
        "currency": "KRW", "expected": 1, "received": 1,
    },
    rows.DepositPayout: lambda n: {"deposit": _one(rows.Deposit), "payout": _one(rows.Payout)},
    rows.DepositBankLine: lambda n: {"deposit": _one(rows.Deposit), "bank_line": _one(rows.BankLine)},
    rows.Break: lambda n: {
        "provider": _one(rows.Provider), "layer": "transaction", "kind": "amount", "natural_key": f"amount/{n}",
        "booked_on": DAY, "currency": "KRW", "amount_at_risk": 0, "opened_on": DAY, "due_at": NOON,
    },
    rows.BreakEvent: lambda n: {"on_break": _one(rows.Break), "verb": "opened"},
    rows.SettlementDay: lambda n: {"provider": _one(rows.Provider), "booked_on": DAY},
    rows.Match: lambda n: {
        "line": _one(rows.StatementLine), "movement": _one(rows.Movement), "provider": _one(rows.Provider),
        "rule": 1, "is_equal": True, "matched_at": NOON,
    },
    rows.Confirmation: lambda n: {
        "line": _one(rows.StatementLine), "movement": _one(rows.Movement), "provider": _one(rows.Provider),
        "confirmed_at": NOON, "confirmed_by": _one(User),
    },
    rows.MatchSuggestion: lambda n: {
        "line": _one(rows.StatementLine), "movement": _one(rows.Movement), "provider": _one(rows.Provider),
    },
    rows.Customer: lambda n: {"merchant_customer_id": f"customer-{n}", "first_seen_at": NOON},
}  # fmt: skip
VALID.update(payment_rows(_one) | format_rows(_one) | fraud_rows(_one) | analytics_rows())
