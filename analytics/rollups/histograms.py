"""Distributions of times as counts in buckets, which add up; pure.

Milliseconds lie in buckets that grow by four percent: bucket n holds those above GROWTH^(n-1) up to GROWTH^n, the
negative one what took no time at all. A time is told as the middle of its bucket, at most 2 % from the true one. Days
are few: each is a bucket of its own, and they are exact.
"""

from __future__ import annotations

from decimal import ROUND_CEILING, Decimal
from functools import lru_cache
from typing import Final

from analytics.metrics.declarations import Unit

GROWTH: Final = Decimal("1.04")
NO_TIME: Final = -1
LONGEST_DAYS: Final = 32_767
_LOGARITHM: Final = (
    f"(CASE WHEN {{column}} < 1 THEN {NO_TIME} ELSE ceil(ln({{column}}::float8) / ln({GROWTH}::float8)) END)::smallint"
)
_LINEAR: Final = f"(CASE WHEN {{column}} IS NOT NULL THEN least({{column}}, {LONGEST_DAYS}) END)::smallint"


def bucket_sql(column: str, unit: Unit) -> str:
    """The bucket of a column of times; NULL where the column is."""
    return (_LOGARITHM if unit is Unit.MILLISECONDS else _LINEAR).format(column=column)


def middle_of(bucket: int, unit: Unit) -> int:
    """The time, in its unit, that stands for a bucket."""
    return _milliseconds(bucket) if unit is Unit.MILLISECONDS else bucket


@lru_cache(maxsize=2048)
def _milliseconds(bucket: int) -> int:
    if bucket < 1:
        return bucket + 1
    return int((2 * GROWTH**bucket / (GROWTH + 1)).to_integral_value())


def ends_of(bucket: int, unit: Unit) -> tuple[int, int]:
    """Between which times, in its unit, all those of a bucket lie."""
    if unit is not Unit.MILLISECONDS:
        return bucket, bucket
    if bucket < 1:
        return bucket + 1, bucket + 1
    return int(GROWTH ** (bucket - 1)), int((GROWTH**bucket).to_integral_value(ROUND_CEILING))
