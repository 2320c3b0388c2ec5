"""Valid rows and attacks for what is kept ready."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.db import models

from analytics import models as rows

NOON: Final = datetime(2026, 7, 1, 12, tzinfo=UTC)
BEFORE: Final = NOON - timedelta(seconds=1)
_BUCKET: Final = {"cube": "groups:provider", "grain": "d", "starts_at": NOON}


def analytics_rows() -> dict[type[models.Model], Callable[[int], dict[str, Any]]]:
    """One valid row of every model."""
    return {
        rows.Rollup: lambda n: {**_BUCKET, "dimensions": [f"psp-{n}"], "measures": [n, 0]},
        rows.Spread: lambda n: {
            **_BUCKET, "times": "customer_time", "dimensions": [f"psp-{n}"], "buckets": [-1, 7], "counts": [1, n],
        },
        rows.Mark: lambda n: {"kind": "p", "subject_id": n},
        rows.DirtyBucket: lambda n: {"facts": "groups", "starts_at": NOON + timedelta(hours=n)},
        rows.CountedPayment: lambda n: {
            "payment_id": n, "hours": [NOON], "customer_id": n, "bought_at": NOON, "previous_at": NOON,
        },
        rows.Buyer: lambda n: {"customer_id": n, "first_payment_id": n, "first_at": NOON, "again_at": NOON},
        rows.Progress: lambda n: {"code": f"look-{n}", "reached_at": NOON},
    }  # fmt: skip


def analytics_attacks(bad: Callable[..., Any], twice: Callable[..., Any]) -> dict[str, list[Any]]:
    """By constraint; `bad` is a row that breaks a rule, `twice` one that repeats what must be unique."""
    return {
        "rollup_once": [twice(rows.Rollup, ("cube", "grain", "starts_at", "dimensions"))],
        "rollup_grain_is_known": [bad(rows.Rollup, {"grain": "y"})],
        "spread_once": [twice(rows.Spread, ("cube", "times", "grain", "starts_at", "dimensions"))],
        "spread_grain_is_known": [bad(rows.Spread, {"grain": "y"})],
        "spread_counts_every_bucket": [bad(rows.Spread, {"counts": [1]}), bad(rows.Spread, {"buckets": []})],
        "mark_kind_is_known": [bad(rows.Mark, {"kind": "x"})],
        "dirty_bucket_once": [twice(rows.DirtyBucket, ("facts", "starts_at"))],
        "counted_purchase_has_a_customer": [bad(rows.CountedPayment, {"customer_id": None, "previous_at": None})],
        "counted_purchase_follows_the_previous": [
            bad(rows.CountedPayment, {"bought_at": BEFORE}),
            bad(rows.CountedPayment, {"bought_at": None}),
        ],
        "buyer_comes_back_later": [bad(rows.Buyer, {"again_at": BEFORE})],
    }
