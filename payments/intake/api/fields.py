"""The kinds of values that the API takes: strict, so that nothing is guessed about money or time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from payments.intake.instants import OutOfRange, read_instant
from payments.money import EXPONENTS

LARGEST_AMOUNT: Final = 10**15
"""Minor units; no single payment is larger, and the sums of a payment stay within what a row holds."""
_CLOCKS_DIFFER_SECONDS: Final = 24 * 60 * 60


class StrictSerializer(serializers.Serializer[Any]):
    """Refuses members that it does not know: a misspelt one would be lost in silence."""

    def to_internal_value(self, data: Any) -> Any:
        """The validated values."""
        unknown = sorted(set(data) - set(self.fields)) if isinstance(data, Mapping) else []
        if unknown:
            raise serializers.ValidationError(
                {name: [serializers.ErrorDetail("There is no such field.", code="unknown")] for name in unknown}
            )
        return super().to_internal_value(data)


class Text(serializers.CharField):
    """A text; a number is none."""

    def to_internal_value(self, data: Any) -> str:
        """The text without blanks around it."""
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Whole(serializers.IntegerField):
    """A whole number, written as one: neither a text nor a decimal nor true."""

    def to_internal_value(self, data: Any) -> int:
        """The number."""
        if not isinstance(data, int) or isinstance(data, bool):
            self.fail("invalid")
        return super().to_internal_value(data)


class Amount(Whole):
    """Minor units, not negative."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", "Whole minor units of the currency.")
        super().__init__(min_value=kwargs.pop("min_value", 0), max_value=LARGEST_AMOUNT, **kwargs)


class Currency(Text):
    """An ISO 4217 code."""

    default_error_messages = {"currency": "This is no ISO 4217 code in capitals."}

    def to_internal_value(self, data: Any) -> str:
        """Three capitals."""
        code = super().to_internal_value(data)
        if code not in EXPONENTS:
            self.fail("currency")
        return code


@extend_schema_field({"type": "string", "format": "date-time", "description": "RFC 3339 with a zone."})
class Instant(serializers.DateTimeField):
    """A moment as RFC 3339 writes it, with its zone; `is_past` allows it to be at most a day ahead of our clock."""

    default_error_messages = {
        "instant": "Write it like 2026-11-21T15:04:05+09:00, with the zone.",
        "range": "This is before 2000 or after 2099.",
        "future": "This is more than a day ahead.",
    }

    def __init__(self, *, is_past: bool = False, **kwargs: Any) -> None:
        self.is_past = is_past
        super().__init__(**kwargs)

    def to_internal_value(self, value: Any) -> datetime:
        """Aware, UTC."""
        if not isinstance(value, str):
            self.fail("instant")
        try:
            moment = read_instant(value)
        except OutOfRange:
            self.fail("range")
        except ValueError:
            self.fail("instant")
        if self.is_past and (moment - timezone.now()).total_seconds() > _CLOCKS_DIFFER_SECONDS:
            self.fail("future")
        return moment
