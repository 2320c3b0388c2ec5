"""Distributions of times as counts in buckets that grow by four percent: they add up, and lose at most two; pure.

Bucket n holds the times above GROWTH^(n-1) up to GROWTH^n milliseconds; what took no time at all is in bucket 0. A time
is told as the middle of its bucket, which differs from the true one by less than 2 %.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

GROWTH: Final = Decimal("1.04")
BUCKET_SQL: Final = f"greatest(ceil(ln(greatest({{column}}, 1)::float8) / ln({GROWTH}::float8)), 0)::smallint"
"""The bucket of a column of milliseconds."""


def middle_of(bucket: int) -> Decimal:
    """The time, in milliseconds, that stands for a bucket."""
    if bucket <= 0:
        return Decimal(1)
    return 2 * GROWTH**bucket / (GROWTH + 1)


def percentiles(counts: Mapping[int, int], shares: Sequence[int]) -> dict[int, int | None]:
    """The times, in milliseconds, that so many percent stay below or reach; None where nothing was counted.

    The nearest rank: of n times the one at place ceil(n * share / 100).
    """
    whole = sum(counts.values())
    found: dict[int, int | None] = dict.fromkeys(shares)
    if not whole:
        return found
    ordered = sorted(counts.items())
    for share in shares:
        rank = max(1, -(-whole * share // 100))
        for bucket, count in ordered:
            rank -= count
            if rank <= 0:
                found[share] = int(middle_of(bucket).to_integral_value())
                break
    return found
