"""Payment groups and attempts, each row read into Python and judged by hand."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from payments.ledger.models import Attempt, Checkout, Payment

ENDED = ("failed", "expired")
RUNNING = ("started", "waiting", "unknown")


@dataclass(frozen=True)
class Fact:
    """One thing that happened at an instant."""

    at: datetime
    values: dict[str, str]
    """By dimension."""
    counts: Counter[str]
    """What it adds to which measure."""
    times: dict[str, int | None] = field(default_factory=dict)


def counts(**found: object) -> Counter[str]:
    """Whole numbers of what is true or is a number."""
    return Counter({name: int(value) for name, value in found.items()})  # type: ignore[call-overload]


def milliseconds(since: datetime, until: datetime | None) -> int | None:
    """Whole ones; None where nobody told, or the answer is older than the question."""
    return None if until is None or until < since else (until - since) // timedelta(milliseconds=1)


def all_attempts() -> list[Attempt]:
    """With what they belong to."""
    joined = ("payment__checkout", "payment__provider", "payment__method", "provider", "method")
    return list(Attempt.objects.select_related(*joined).order_by("requested_at", "attempt_key"))


def first_purchases() -> dict[int, Payment]:
    """The first payment of every customer of which money was taken."""
    found: dict[int, Payment] = {}
    bought = Payment.objects.filter(captured__gt=0, customer__isnull=False)
    for payment in bought.select_related("checkout", "provider", "method").order_by("created_at", "id"):
        found.setdefault(payment.customer_id or 0, payment)
    return found


def place(of: Attempt | Payment) -> dict[str, str]:
    """Provider, method and family of an attempt or a payment."""
    return {
        "provider": of.provider.code if of.provider else "",
        "method": of.method.code if of.method else "",
        "family": of.method.family if of.method else "",
    }


def shop(checkout: Checkout, at: datetime, firsts: dict[int, Payment]) -> dict[str, str]:
    """What the shop told, and whether the customer had bought before `at`."""
    first = firsts.get(checkout.customer_id or 0)
    kind = "returning" if first and first.created_at < at else "new"
    return {
        "currency": checkout.currency, "country": checkout.country, "device": checkout.device,
        "channel": checkout.channel, "campaign": checkout.campaign,
        "customer_kind": kind if checkout.customer_id else "",
    }  # fmt: skip


def outcome_of(tries: Sequence[Attempt]) -> str:
    """How some attempts ended together: one success is enough, and one that runs leaves it open."""
    if any(each.result == "succeeded" for each in tries):
        return "succeeded"
    if any(each.status in RUNNING for each in tries):
        return "open"
    return "failed" if any(each.status in ENDED for each in tries) else "dropped"


def has_failed(attempt: Attempt) -> bool:
    """Whether an attempt came to an end without success."""
    return attempt.status in ENDED and attempt.result != "succeeded"


def attempts() -> list[Fact]:
    """Every single try."""
    firsts, found = first_purchases(), []
    for each in all_attempts():
        latency = milliseconds(each.requested_at, each.responded_at)
        values = shop(each.payment.checkout, each.payment.checkout.started_at, firsts) | place(each)
        values |= {
            "currency": each.payment.currency, "cause": each.result or each.status, "decline_code": each.decline_code,
            "provider_decline_code": each.provider_decline_code, "brand": each.brand, "bin": each.bin,
            "three_d_secure": each.three_d_secure,
        }  # fmt: skip
        told = Counter({outcome_of([each]): 1})
        told += counts(
            unknown=(each.result or each.status) == "unknown", answered=latency is not None, slow=(latency or 0) > 7_000
        )
        found.append(Fact(each.requested_at, values, told, {"latency": latency}))
    return found


def groups() -> list[Fact]:
    """The attempts of one checkout for one amount."""
    by_amount: dict[tuple[int, int], list[Attempt]] = defaultdict(list)
    for each in all_attempts():
        by_amount[each.payment_id, each.payment.amount if each.amount is None else each.amount].append(each)
    firsts = first_purchases()
    return [_group(tries, amount, firsts) for (_, amount), tries in by_amount.items()]


def _group(tries: Sequence[Attempt], amount: int, firsts: dict[int, Payment]) -> Fact:
    good = [each for each in tries if each.result == "succeeded"]
    decisive, first, outcome = (good or tries)[-1], tries[0], outcome_of(tries)
    payment, is_failed, is_good = first.payment, outcome == "failed", outcome == "succeeded"
    values = shop(payment.checkout, payment.checkout.started_at, firsts) | place(decisive)
    values |= {
        "currency": payment.currency,
        "cause": (decisive.result or decisive.status) if is_failed else "",
        "decline_code": decisive.decline_code if is_failed else "",
        "first_attempt_failed": "true" if has_failed(first) else "false",
    }
    told = Counter({outcome: 1}) + counts(
        recovered=has_failed(first) and is_good, stayed_failed=has_failed(first) and is_failed,
        at_once=first.result == "succeeded", succeeded_minor=amount * is_good, failed_minor=amount * is_failed,
    )  # fmt: skip
    took = milliseconds(first.requested_at, decisive.finished_at) if is_good else None
    is_voucher = decisive.voucher_expires_at is not None
    waited = 1000 * sum(each.waiting_for_customer_seconds for each in tries)
    times = {
        "customer_time": None if is_voucher else took,
        "waiting_time": waited if is_good and not is_voucher else None,
        "time_to_pay": took if is_voucher else None,
    }
    return Fact(first.requested_at, values, told, times)
