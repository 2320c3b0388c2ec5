"""What the shop itself tells through the merchant API: checkouts of everybody, and events of the payments it sees.

An event that tells of a movement has the movement's key of the shop's export as its id.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

from payments.facts import MovementKind
from payments.money import allocate
from payments.simulator.events.sales import VOUCHERS, Sale, Telling
from payments.simulator.terms import ProviderPlan
from payments.simulator.world import Movement

TELLS_EVENTS: Final = frozenset({"naver", "sbps", "adyen-eu"})
"""Providers of whose payments the shop tells more than the checkout."""
SOURCE: Final = "shop"

_FAILURES: Final = (
    ("declined.soft", "insufficient_funds"),
    ("declined.soft", "do_not_honor"),
    ("declined.hard", "restricted_card"),
    ("authentication.abandoned", "authentication_abandoned"),
    ("technical.timeout", "provider_error"),
)
_DEVICES: Final = ("mobile", "mobile", "mobile", "desktop", "desktop", "tablet")
_CHANNELS: Final = ("web", "web", "app")
_CAMPAIGNS: Final = ("", "", "", "search", "newsletter", "influencer")
_COUNTRIES: Final = {"KR": ("KR",), "JP": ("JP",), "EU": ("NL", "DE", "FR", "BE")}
_GOODS: Final = {
    "KR": (("TEE-01", "오가닉 티셔츠"), ("MUG-02", "도자기 머그"), ("CAP-03", "볼캡"), ("BAG-04", "에코백")),
    "JP": (
        ("TEE-01", "オーガニックTシャツ"),
        ("MUG-02", "陶器マグ"),
        ("CAP-03", "キャップ"),
        ("BAG-04", "トートバッグ"),
    ),
    "EU": (("TEE-01", "Organic T-shirt"), ("MUG-02", "Ceramic mug"), ("CAP-03", "Cap"), ("BAG-04", "Tote bag")),
}


def checkout(sale: Sale, *, is_paid: bool) -> Telling:
    """The checkout with its buyer, goods and steps, sent when it is over."""
    luck = sale.luck("checkout")
    country = sale.plan.country
    steps = list(_steps(sale, luck, is_paid=is_paid))
    body = {
        "merchant_reference": sale.reference,
        "amount": sale.amount,
        "currency": sale.currency,
        "started_at": _stamp(sale.started_at),
        "customer": {
            "id": sale.customer_id,
            "email": f"buyer{sale.customer}@{country.lower()}.example",
            "segments": ["vip"] if sale.customer % 17 == 0 else [],
        },
        "country": luck.choice(_COUNTRIES[country]),
        "device": luck.choice(_DEVICES),
        "channel": luck.choice(_CHANNELS),
        "campaign": luck.choice(_CAMPAIGNS),
        "shipping_address": f"{luck.randint(1, 240)} Example Street, {sale.customer}",
        "promised_ship_at": _stamp(sale.started_at + timedelta(days=luck.randint(1, 4))),
        "lines": _lines(sale, luck),
        "steps": [{"step": step, "occurred_at": _stamp(at), **_said(method=method)} for at, step, method in steps],
    }
    return Telling(steps[-1][0], sale.plan.code, "checkout", body)


def _steps(sale: Sale, luck: Random, *, is_paid: bool) -> Iterator[tuple[datetime, str, str]]:
    started_at = sale.started_at
    first_try = min(sale.requested_at, *sale.failed_at, sale.requested_at)
    yield started_at, "started", ""
    has_tried = bool(sale.paid_at or sale.failed_at or sale.expires_at)
    if has_tried or luck.random() < 0.5:
        yield started_at + (first_try - started_at) / 2, "method_selected", sale.method
    if has_tried:
        yield first_try, "submitted", sale.method
    if sale.paid_at and is_paid:
        yield sale.paid_at, "paid", sale.method
    elif sale.paid_at is None:
        yield max(sale.requested_at, *sale.failed_at, sale.requested_at) + timedelta(minutes=30), "abandoned", ""


def _lines(sale: Sale, luck: Random) -> list[dict[str, Any]]:
    chosen = luck.sample(_GOODS[sale.plan.country], luck.choice((1, 1, 1, 2, 2, 3)))
    amounts = allocate(sale.amount, [luck.randint(1, 5) for _ in chosen])
    return [
        {"sku": sku, "name": name, "quantity": luck.choice((1, 1, 1, 2)), "amount": amount}
        for (sku, name), amount in zip(chosen, amounts, strict=True)
    ]


def tries(sale: Sale) -> Iterator[Telling]:
    """What the shop sees of the tries: those that failed, the one that was sent, a voucher that was issued."""
    for number, at in enumerate(sale.failed_at, 1):
        result, code = sale.luck(f"refusal {number}").choice(_FAILURES)
        own = {"shop_attempt": f"{sale.reference}-try{number}"}
        yield _event(sale, at, "attempt.failed", own | {"result": result, "decline_code": code})
    if sale.method in VOUCHERS and sale.expires_at:
        own = _attempt_of(sale) | {"expires_at": _stamp(sale.expires_at)}
        yield _event(sale, sale.requested_at, "attempt.waiting", own)
        if sale.paid_at is None or sale.expires_at < sale.paid_at:
            yield _event(sale, sale.expires_at, "attempt.expired", _attempt_of(sale))
    elif sale.paid_at:
        yield _event(sale, sale.requested_at, "attempt.started", _attempt_of(sale))


def _attempt_of(sale: Sale) -> dict[str, str]:
    return {"shop_attempt": f"{sale.reference}-{sale.payment_reference}"}


def _event(sale: Sale, at: datetime, kind: str, facts: dict[str, Any]) -> Telling:
    name = facts["shop_attempt"]
    body = {
        "id": f"{kind}:{name}",
        "kind": kind,
        "occurred_at": _stamp(at),
        "provider": sale.plan.code,
        "merchant_reference": sale.reference,
        "amount": sale.amount,
        "currency": sale.currency,
        "method": sale.method,
        "customer": sale.customer_id,
        "ip": f"203.0.113.{sale.customer % 250 + 1}",
    }
    return Telling(at, sale.plan.code, "event", body | facts)


def movement(plan: ProviderPlan, moved: Movement, sale: Sale | None) -> Telling | None:
    """What the shop tells of a movement; of disputes nothing, and no keys where the provider speaks for itself."""
    kinds = {MovementKind.CAPTURE: "capture.succeeded", MovementKind.REFUND: "refund.succeeded"}
    if moved.kind not in kinds:
        return None
    is_request = bool(plan.event_adapter) and moved.kind is MovementKind.REFUND
    body: dict[str, Any] = {
        "id": moved.movement_key,
        "kind": "refund.requested" if is_request else kinds[moved.kind],
        "occurred_at": _stamp(moved.occurred_at),
        "provider": plan.code,
        "merchant_reference": moved.merchant_reference,
        **_said(provider_key="" if plan.event_adapter else moved.exported_key),
        "amount": abs(moved.amount),
        "currency": moved.currency,
        "method": moved.method,
    }
    if moved.kind is MovementKind.CAPTURE and sale is not None:
        # A part that is shipped later is of the same try; the whole amount once more is a try of its own.
        is_again = moved.occurred_at != sale.paid_at and moved.amount == moved.captured_amount
        body |= {"shop_attempt": moved.movement_key} if is_again else _attempt_of(sale)
    return Telling(moved.occurred_at, plan.code, "event", body)


def _said(**facts: str) -> dict[str, str]:
    """What there is to say."""
    return {name: fact for name, fact in facts.items() if fact}


def _stamp(moment: datetime) -> str:
    return moment.isoformat()
