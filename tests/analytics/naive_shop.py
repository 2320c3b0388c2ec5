"""Checkouts, buyers, their intervals and statement lines, each row read into Python and judged by hand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from payments.calendars import is_business_day
from payments.facts import LineKind
from payments.ledger.models import Attempt, Checkout, Payment
from payments.methods.models import Offering, PaymentMethod, PayoutSchedule
from payments.settlement.models import Match, StatementLine, StatementPayout
from tests.analytics.naive_facts import Fact, all_attempts, counts, first_purchases, has_failed, place, shop

HOUR = timedelta(hours=1)
WINDOWS = {"60m": HOUR, "6h": 6 * HOUR, "24h": 24 * HOUR}
WEEK = timedelta(days=7)


def since_its_hour(at: datetime, now: datetime) -> timedelta:
    """How long ago the hour of an instant ended."""
    return now - at.replace(minute=0, second=0, microsecond=0) - HOUR


def checkouts(now: datetime) -> list[Fact]:
    """Those of which the shop told."""
    tries: dict[int, list[Attempt]] = defaultdict(list)
    for attempt in all_attempts():
        tries[attempt.payment.checkout_id].append(attempt)
    payments = {each.checkout_id: each for each in Payment.objects.select_related("provider", "method")}
    methods = {each.code: each for each in PaymentMethod.objects.all()}
    firsts = first_purchases()
    found = []
    for each in Checkout.objects.filter(is_from_shop=True).prefetch_related("steps"):
        values = shop(each, each.started_at, firsts)
        payment = payments.get(each.pk)
        values |= place(payment) if payment else {"provider": "", "method": "", "family": ""}
        chosen = [step.method for step in sorted(each.steps.all(), key=lambda step: step.occurred_at) if step.method]
        if not values["method"] and chosen:  # where no attempt says it, what was chosen last
            values |= {"method": chosen[-1], "family": methods[chosen[-1]].family}
        found.append(_checkout(each, tries[each.pk], values, since_its_hour(each.started_at, now)))
    return found


def _checkout(each: Checkout, tries: Sequence[Attempt], values: dict[str, str], age: timedelta) -> Fact:
    steps = {step.step for step in each.steps.all()}
    is_submitted = bool(steps & {"submitted", "paid"} or tries)
    is_chosen = is_submitted or "method_selected" in steps
    ends = [t.finished_at or t.responded_at or t.requested_at for t in tries if t.result == "succeeded"]
    paid_after = min(ends) - each.started_at if ends else timedelta.max
    vouchers = [t for t in tries if t.voucher_expires_at]
    is_open = any(t.status == "waiting" for t in vouchers)
    told = counts(started=1, chosen=is_chosen, submitted=is_submitted, paid=bool(ends))
    for name, window in WINDOWS.items():
        # An instruction to pay, given in time, that was paid or may still be.
        told += counts(
            **{
                f"started_{name}": age >= window,
                f"abandoned_{name}": age >= window and paid_after > window and not _is_instructed(each, tries, window),
            }
        )
    has_result = any(t.result for t in tries)
    is_over = bool(told["abandoned_60m"]) and age >= HOUR + WEEK
    voucher_paid = any(t.result == "succeeded" for t in vouchers)
    told += counts(
        chosen_60m=is_chosen and age >= HOUR,
        left_at_payment=is_chosen and not has_result and told["abandoned_60m"],
        abandoned_for_good=is_over,
        recovered=is_over and paid_after <= HOUR + WEEK,
        vouchers_paid=voucher_paid,
        vouchers_open=is_open and not voucher_paid,
        vouchers_expired=bool(vouchers) and not voucher_paid and not is_open
        and any(t.status == "expired" for t in vouchers),
    )  # fmt: skip
    left = "submitted" if is_submitted else "method_selected" if is_chosen else "started"
    values["left_step"] = "" if ends or is_open else "refused" if has_result else left
    return Fact(each.started_at, values, told)


def _is_instructed(each: Checkout, tries: Sequence[Attempt], window: timedelta) -> bool:
    return any(
        t.voucher_expires_at
        and t.requested_at - each.started_at <= window
        and (t.result == "succeeded" or t.status == "waiting")
        for t in tries
    )


def purchases() -> dict[int, list[Payment]]:
    """Of every customer, in order: payments of which money was taken."""
    found: dict[int, list[Payment]] = defaultdict(list)
    bought = Payment.objects.filter(captured__gt=0, customer__isnull=False)
    for each in bought.select_related("checkout", "provider", "method").order_by("created_at", "id"):
        found[each.customer_id or 0].append(each)
    return found


def buyers(now: datetime) -> list[Fact]:
    """Customers at their first purchase."""
    firsts, found = first_purchases(), []
    for bought in purchases().values():
        first, age = bought[0], since_its_hour(bought[0].created_at, now)
        kept = [each for each in bought[1:] if each.refunded < each.captured]
        away = kept[0].created_at - first.created_at if kept else timedelta.max
        tries = sorted(first.attempts.all(), key=lambda each: (each.requested_at, each.attempt_key))
        values = shop(first.checkout, first.checkout.started_at, firsts) | place(first)
        values |= {
            "currency": first.currency,
            "first_attempt_failed": "true" if has_failed(tries[0]) else "false",
            "refunded": "true" if first.refunded else "false",
        }
        told = counts(bought=1)
        for days in (30, 60, 90):
            wait = timedelta(days=days)
            told += counts(**{f"observed_{days}": age >= wait, f"again_{days}": age >= wait and away <= wait})
        found.append(Fact(first.created_at, values, told))
    return found


def intervals() -> list[Fact]:
    """Every purchase but the first of a customer, with the whole days since the one before, rounded."""
    firsts, found = first_purchases(), []
    for bought in purchases().values():
        for before, each in pairwise(bought):
            days = (each.created_at - before.created_at + timedelta(hours=12)) // timedelta(days=1)
            values = shop(each.checkout, each.checkout.started_at, firsts) | place(each) | {"currency": each.currency}
            found.append(Fact(each.created_at, values, counts(repeated=1), {"interval": days}))
    return found


def lines(zone: ZoneInfo) -> list[Fact]:
    """Sales and refunds of the statements that stand, at the midnight of the day they were booked."""
    found = []
    wanted = StatementLine.objects.filter(
        statement__is_current=True, kind__in=(LineKind.SALE, LineKind.REFUND)
    ).select_related("provider", "statement")
    for each in wanted:
        is_sale = each.kind == LineKind.SALE
        paid_on, cash = each.paid_on or _paid_on(each), None
        sold_on = _sold_on(each)
        if is_sale and paid_on and sold_on and paid_on >= sold_on:
            cash = _business_days(sold_on, paid_on, each.provider.country)
        told = counts(sales=is_sale, sold_minor=each.gross_settled if is_sale else 0, cost_minor=each.fee + each.fee_vat,
                      paid_out=cash is not None,
                      awaited=is_sale and sold_on is not None and not paid_on and _is_paid_out(each))  # fmt: skip
        names = {
            name: offering.method.code
            for offering in Offering.objects.filter(provider=each.provider).select_related("method")
            for name in offering.provider_names
        }
        values = {"provider": each.provider.code, "method": names.get(each.method, each.method),
                  "currency": each.net_currency}  # fmt: skip
        at = datetime.combine(each.booked_on, time(), zone)
        found.append(Fact(at, values, told, {"time_to_cash": cash}))
    return found


def _sold_on(line: StatementLine) -> date | None:
    """What the line says, unless it speaks of several days, else what the movement says that it is matched with."""
    if line.sold_on:
        return None if line.sold_from and line.sold_from < line.sold_on else line.sold_on
    match = Match.objects.filter(line=line).select_related("movement").first()
    return match.movement.occurred_on if match else None


def _paid_on(line: StatementLine) -> date | None:
    stated = StatementPayout.objects.filter(
        statement__is_current=True, statement__provider=line.provider, payout_key=line.payout_key,
        currency=line.net_currency, paid_on__isnull=False,
    )  # fmt: skip
    return max((each.paid_on for each in stated if each.paid_on), default=None)


def _is_paid_out(line: StatementLine) -> bool:
    """Whether a payout date can be waited for: by the payout that the line names, or as its provider pays by a plan."""
    return bool(line.payout_key) or PayoutSchedule.objects.filter(provider=line.provider).exists()


def _business_days(sold_on: date, paid_on: date, country: str) -> int:
    """How many business days begin after the day of the sale until the day of the payout, that one included."""
    days = [sold_on + timedelta(days=n) for n in range(1, (paid_on - sold_on).days + 1)]
    return sum(is_business_day(day, country) for day in days)
