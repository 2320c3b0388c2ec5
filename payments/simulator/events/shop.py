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
from payments.simulator.chance import chance
from payments.simulator.events.tellings import Telling
from payments.simulator.journeys import Journey, Try
from payments.simulator.refusals import Refusal
from payments.simulator.terms import ProviderPlan
from payments.simulator.world import Movement

TELLS_MONEY: Final = frozenset({"naver", "sbps", "adyen-eu"})
"""Providers of whose payments the shop tells captures and refunds too."""
SOURCE: Final = "shop"

Step = tuple[datetime, str, str]
"""(when, which, method)."""
_CAMPAIGNS: Final = ("", "", "", "search", "newsletter", "influencer")
_COUNTRIES: Final = {"KR": ("KR",), "JP": ("JP",), "EU": ("NL", "DE", "FR", "BE"), "US": ("US",), "DE": ("DE",)}
_GOODS: Final = {
    "KR": (("TEE-01", "오가닉 티셔츠"), ("MUG-02", "도자기 머그"), ("CAP-03", "볼캡"), ("BAG-04", "에코백")),
    "JP": (
        ("TEE-01", "オーガニックTシャツ"),
        ("MUG-02", "陶器マグ"),
        ("CAP-03", "キャップ"),
        ("BAG-04", "トートバッグ"),
    ),
    "EU": (("TEE-01", "Organic T-shirt"), ("MUG-02", "Ceramic mug"), ("CAP-03", "Cap"), ("BAG-04", "Tote bag")),
    "DE": (("TEE-01", "Bio-T-Shirt"), ("MUG-02", "Keramikbecher"), ("CAP-03", "Kappe"), ("BAG-04", "Stoffbeutel")),
    "US": (("TEE-01", "Organic tee"), ("MUG-02", "Stoneware mug"), ("CAP-03", "Ball cap"), ("BAG-04", "Tote")),
}


def checkouts(journey: Journey, *, is_paid: bool) -> Iterator[Telling]:
    """The checkout with its buyer, goods and steps, told when it is over; again when somebody pays it later after all.

    Without `is_paid` the shop does not know that it was paid.
    """
    steps = [step for step in journey.steps if is_paid or step[1] != "paid"]
    first = _told_first(journey, steps)
    body = _body(journey)
    for told in (first, steps) if len(steps) > len(first) else (first,):
        said = [{"step": step, "occurred_at": _stamp(at), **_said(method=method)} for at, step, method in told]
        yield Telling(told[-1][0], journey.wish.plan.code, "checkout", body | {"steps": said})


def _told_first(journey: Journey, steps: list[Step]) -> list[Step]:
    """Up to where the buyer paid, left, or has a voucher to pay."""
    is_over = ("submitted",) if journey.expires_at else ("paid", "abandoned")
    last = next((place for place, step in enumerate(steps) if step[1] in is_over), len(steps) - 1)
    return steps[: last + 1]


def _body(journey: Journey) -> dict[str, Any]:
    wish, luck = journey.wish, chance(journey.wish.seed, "checkout", journey.wish.plan.code, journey.wish.reference)
    country, number = wish.plan.country, _number(wish.customer)
    return {
        "merchant_reference": wish.reference,
        "amount": journey.amount,
        "currency": wish.currency,
        "started_at": _stamp(wish.started_at),
        "customer": {
            "id": wish.customer,
            "email": f"buyer{number}@{country.lower()}.example",
            "segments": ["vip"] if number % 17 == 0 else [],
        },
        "country": _COUNTRIES[country][number % len(_COUNTRIES[country])],
        "device": journey.device,
        "channel": "app" if journey.device == "mobile" and luck.random() < 0.4 else "web",
        "campaign": wish.campaign or luck.choice(_CAMPAIGNS),
        "shipping_address": f"{number % 240 + 1} Example Street, {number}",
        "promised_ship_at": _stamp(wish.started_at + timedelta(days=luck.randint(1, 4))),
        "lines": _lines(journey, luck),
    } | _known(journey)


def _known(journey: Journey) -> dict[str, Any]:
    """What the shop knows of whoever pays, where that was asked for."""
    who, number = journey.identity, _number(journey.wish.customer)
    if who is None:
        return {}
    customer = {"id": journey.wish.customer, "email": who.email, "segments": ["vip"] if number % 17 == 0 else []}
    return {"customer": customer, "country": who.country, "shipping_address": who.address}


def _number(customer: str) -> int:
    return int(customer.rpartition("-")[2])


def _lines(journey: Journey, luck: Random) -> list[dict[str, Any]]:
    goods = _GOODS[journey.wish.plan.country]
    wrong = [each for each in goods if each[0] == journey.wrong_sku]
    chosen = wrong or luck.sample(goods, luck.choice((1, 1, 1, 2, 2, 3)))
    amounts = allocate(journey.amount, [luck.randint(1, 5) for _ in chosen])
    return [
        {"sku": sku, "name": name, "quantity": luck.choice((1, 1, 1, 2)), "amount": amount}
        for (sku, name), amount in zip(chosen, amounts, strict=True)
    ]


def tries(journey: Journey) -> Iterator[Telling]:
    """What the shop sees of the tries, to the millisecond: when each was sent, its first answer, and how it ended.

    What money moved is told apart. A provider's id of a try is told with it where the provider speaks for itself.
    """
    for number, each in enumerate(journey.tries, 1):
        # Whoever tells of a try first says when it was sent.
        told: dict[str, Any] = {"requested_at": _stamp(each.requested_at)} | _named(journey, each, number)
        if each.is_waiting:
            until = {"expires_at": _stamp(journey.expires_at)} if journey.expires_at and not each.refusal else {}
            yield _event(journey, each.responded_at, "attempt.waiting", told | until)
            del told["requested_at"]
        if each.refusal is not None and each.finished_at is not None:
            yield _event(journey, each.finished_at, "attempt.failed", told | _why(each.refusal) | _card(journey))
        elif journey.expires_at and (journey.paid_at is None or journey.expires_at < journey.paid_at):
            yield _event(journey, journey.expires_at, "attempt.expired", told)
        elif journey.card is not None and each.finished_at is not None:
            yield _event(journey, each.finished_at, "attempt.authorized", told)


def _named(journey: Journey, tried: Try, number: int) -> dict[str, str]:
    if tried.refusal is None:
        names = _attempt_of(journey)
    else:
        names = {"shop_attempt": f"{journey.wish.reference}-try{number}"}
    is_known = journey.wish.plan.event_adapter and not (tried.refusal and tried.refusal.is_silent)
    return names | ({"attempt_reference": tried.reference} if is_known else {})


def _why(refusal: Refusal) -> dict[str, str]:
    said = _said(provider_decline_code=refusal.provider_code)
    return {"result": str(refusal.result), "decline_code": str(refusal.code), **said}


def _card(journey: Journey) -> dict[str, Any]:
    card = journey.card
    return {"instrument": {"brand": journey.wish.brand, "last4": card.last4, "bin": card.bin}} if card else {}


def _attempt_of(journey: Journey) -> dict[str, str]:
    return {"shop_attempt": f"{journey.wish.reference}-{journey.wish.payment_reference}"}


def _event(journey: Journey, at: datetime, kind: str, facts: dict[str, Any]) -> Telling:
    wish = journey.wish
    body = {
        "id": f"{kind}:{facts['shop_attempt']}",
        "kind": kind,
        "occurred_at": _stamp(at),
        "provider": wish.plan.code,
        "merchant_reference": wish.reference,
        "amount": journey.amount,
        "currency": wish.currency,
        "method": wish.method,
        "customer": wish.customer,
        "device": journey.device,
        "ip": f"203.0.113.{_number(wish.customer) % 250 + 1}",
    }
    return Telling(at, wish.plan.code, "event", body | facts | _seen(journey))


def _seen(journey: Journey) -> dict[str, Any]:
    """Device, network and instrument of whoever pays, where they were asked for."""
    who = journey.identity
    if who is None:
        return {}
    instrument = _card(journey).get("instrument", {"brand": journey.wish.brand}) | {"fingerprint": who.fingerprint}
    return {"device": who.device, "ip": who.ip, "instrument": instrument, "extra": who.extra()}


def movement(plan: ProviderPlan, moved: Movement, journey: Journey | None) -> Telling | None:
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
    if moved.kind is MovementKind.CAPTURE and journey is not None:
        # A part that is shipped later is of the same try; the whole amount once more is a try of its own.
        is_again = moved.occurred_at != journey.paid_at and moved.amount == moved.captured_amount
        body |= {"shop_attempt": moved.movement_key} if is_again else _attempt_of(journey)
    return Telling(moved.occurred_at, plan.code, "event", body)


def _said(**facts: str) -> dict[str, str]:
    """What there is to say."""
    return {name: fact for name, fact in facts.items() if fact}


def _stamp(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds" if moment.microsecond else "seconds")
