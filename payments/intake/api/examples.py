"""The examples of the schema: one order of a shop in Seoul, from its checkout to a refund."""

from __future__ import annotations

from typing import Any, Final

from drf_spectacular.utils import OpenApiExample

_PAID: Final[dict[str, Any]] = {
    "id": "evt-20261121-0007",
    "occurred_at": "2026-11-21T15:05:10+09:00",
    "provider": "toss",
    "attempt_reference": "5zJ4xY7m0kODnyRpQWGrN2xqGlNvLrKwv1M9ENjbeoPaZdL6",
    "provider_key": "B7103F204998813B889C77C043D09502",
    "amount": 49_000,
    "currency": "KRW",
    "method": "card",
    "instrument": {"brand": "shinhan", "last4": "4242", "installment_months": 3},
}
_EVENT: Final[dict[str, Any]] = _PAID | {"kind": "capture.succeeded", "merchant_reference": "order-2026-1121-0007"}


def _request(name: str, value: dict[str, Any]) -> list[OpenApiExample]:
    return [OpenApiExample(name, value=value, request_only=True)]


CHECKOUT: Final = _request(
    "A checkout of two lines",
    {
        "merchant_reference": "order-2026-1121-0007",
        "amount": 49_000,
        "currency": "KRW",
        "started_at": "2026-11-21T15:04:05+09:00",
        "customer": {"id": "c-1001", "email": "hana@example.com", "segments": ["returning"]},
        "country": "KR",
        "device": "mobile",
        "channel": "app",
        "lines": [
            {"sku": "tea-1", "name": "보성 녹차", "quantity": 2, "amount": 24_000},
            {"sku": "cup-9", "name": "백자 잔", "quantity": 1, "amount": 25_000},
        ],
        "steps": [{"step": "started", "occurred_at": "2026-11-21T15:04:05+09:00"}],
    },
)
STEPS: Final = _request(
    "The buyer chose a card",
    {"steps": [{"step": "method_selected", "occurred_at": "2026-11-21T15:04:40+09:00", "method": "card"}]},
)
EVENT: Final = _request("A card payment was captured", _EVENT)
BATCH: Final = _request("Two events", {"events": [_EVENT | {"id": "evt-1"}, _EVENT | {"id": "evt-2"}]})
ATTEMPT: Final = _request("The card was captured", _PAID | {"status": "captured"})
REFUND: Final = _request(
    "A part was given back",
    {
        "id": "evt-20261122-0003",
        "status": "succeeded",
        "occurred_at": "2026-11-22T10:00:00+09:00",
        "provider": "toss",
        "provider_key": "9FF15E1A29D0E77C218F57262BFA4986",
        "amount": 25_000,
        "currency": "KRW",
        "reason": "One cup arrived broken",
    },
)
