"""The same figures by the longest way round: every fact counted by hand, from the words of the definitions."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from analytics.rollups.questions import Question
from tests.analytics import naive_facts, naive_shop
from tests.analytics.naive_facts import Fact

SEOUL = ZoneInfo("Asia/Seoul")
PERCENT = (50, 90, 95, 99)


@dataclass(frozen=True)
class Rule:
    """How a metric is made of facts: counts above the line, below it, and those that tell how many facts it rests on."""

    facts: str
    above: tuple[str, ...] = ()
    below: tuple[str, ...] = ()
    sample: tuple[str, ...] = ()
    """'' where it is what is below the line."""
    times: str = ""


def _shares(facts: str, **parts: tuple[str, str]) -> dict[str, Rule]:
    return {code: Rule(facts, tuple(above.split()), tuple(below.split())) for code, (above, below) in parts.items()}


RULES: Mapping[str, Rule] = {
    **_shares(
        "groups",
        failure_rate=("failed", "succeeded failed"),
        first_attempt_success=("at_once", "succeeded failed"),
        recovery_rate=("recovered", "recovered stayed_failed"),
        payment_mix=("succeeded", "succeeded"),
    ),
    "failed_amount": Rule("groups", ("failed_minor",), ("failed",)),
    "paid_amount": Rule("groups", ("succeeded_minor",), ("succeeded",)),
    **_shares(
        "attempts",
        attempt_failure_rate=("failed", "succeeded failed"),
        slow_share=("slow", "answered"),
        unknown_share=("unknown", "succeeded failed open dropped"),
    ),
    "provider_latency": Rule("attempts", ("slow",), times="latency"),
    "customer_time": Rule("groups", times="customer_time"),
    "waiting_time": Rule("groups", times="waiting_time"),
    "time_to_pay": Rule("groups", times="time_to_pay"),
    "time_to_cash": Rule("lines", times="time_to_cash"),
    **_shares(
        "checkouts",
        abandonment_60m=("abandoned_60m", "started_60m"),
        abandonment_6h=("abandoned_6h", "started_6h"),
        abandonment_24h=("abandoned_24h", "started_24h"),
        reached_method=("chosen", "started"),
        reached_submit=("submitted", "started"),
        reached_paid=("paid", "started"),
        payment_step_abandonment=("left_at_payment", "chosen_60m"),
        recovered_checkouts=("recovered", "abandoned_for_good"),
        voucher_expiry=("vouchers_expired", "vouchers_paid vouchers_expired"),
    ),
    **_shares(
        "buyers",
        repurchase_30=("again_30", "observed_30"),
        repurchase_60=("again_60", "observed_60"),
        repurchase_90=("again_90", "observed_90"),
    ),
    "purchase_interval": Rule("intervals", times="interval"),
    **_shares("people", customers_again=("tried_again", "tried"), customers_not_completed=("not_completed", "tried")),
    "payment_cost": Rule("lines", ("cost_minor",), ("sold_minor",), ("sales",)),
}
"""From domain.md, "KPIs", and the words on the cards; not from the declarations."""


@dataclass(frozen=True)
class Counted:
    """What a metric says of some facts."""

    part: int
    whole: int
    sample: int
    times: tuple[int, ...] = ()
    """Every single one, ascending."""


def everything(now: datetime) -> dict[str, list[Fact]]:
    """All facts but people, who are no facts of one instant."""
    return {
        "groups": naive_facts.groups(),
        "attempts": naive_facts.attempts(),
        "checkouts": naive_shop.checkouts(now),
        "buyers": naive_shop.buyers(now),
        "intervals": naive_shop.intervals(),
        "lines": naive_shop.lines(SEOUL),
    }


def figure(code: str, facts: Iterable[Fact]) -> Counted:
    """What a metric says of some facts of its kind."""
    rule, counts, times = RULES[code], Counter[str](), []
    for fact in facts:
        counts.update(fact.counts)
        taken = fact.times.get(rule.times) if rule.times else None
        times += [taken] if taken is not None else []
    part = sum(counts[name] for name in rule.above)
    if rule.times:
        return Counted(part, len(times), len(times), tuple(sorted(times)))
    whole = sum(counts[name] for name in rule.below)
    return Counted(part, whole, sum(counts[name] for name in rule.sample) if rule.sample else whole)


Cell = tuple[date, tuple[str, ...]]
"""The beginning of a step, an instant if it is an hour, and the values of some dimensions."""


def cells(facts: Iterable[Fact], question: Question) -> dict[Cell, Counted]:
    """The metric of a question by its steps and the values of its split."""
    found: dict[Cell, list[Fact]] = defaultdict(list)
    for fact in facts:
        begin = _begin(fact.at.astimezone(zone_of(question)), str(question.step))
        found[begin, values_of(fact, question)].append(fact)
    return {cell: figure(question.metric.code, each) for cell, each in found.items()}


def asked_about(facts: Iterable[Fact], question: Question) -> list[Fact]:
    """The facts of the days that a question asks of, narrowed as it is."""
    return [
        each
        for each in facts
        if question.first_on <= each.at.astimezone(zone_of(question)).date() <= question.last_on
        and all(_value(each, name, question) in values for name, values in question.narrowed.items())
    ]


def values_of(fact: Fact, question: Question) -> tuple[str, ...]:
    """What a fact has of the dimensions of a split."""
    return tuple(_value(fact, name, question) for name in question.split)


def zone_of(question: Question) -> ZoneInfo:
    """A business date is the same day in every zone."""
    return SEOUL if question.metric.facts.code == "lines" else question.zone


def _begin(local: datetime, step: str) -> date:
    match step:
        case "hour":
            return local.replace(minute=0, second=0, microsecond=0)
        case "week":
            return local.date() - timedelta(days=local.weekday())
        case "month":
            return local.date().replace(day=1)
    return local.date()


def _value(fact: Fact, name: str, question: Question) -> str:
    if name not in {"hour", "weekday"}:
        return fact.values[name]
    local = fact.at.astimezone(zone_of(question))
    return f"{local.hour:02d}" if name == "hour" else str(local.isoweekday())


def failures() -> dict[date, tuple[int, int]]:
    """Failed groups and those that came to an end, by day of Seoul."""
    found: dict[date, Counter[str]] = defaultdict(Counter)
    for fact in naive_facts.groups():
        found[fact.at.astimezone(SEOUL).date()].update(fact.counts)
    decided = {day: (each["failed"], each["failed"] + each["succeeded"]) for day, each in found.items()}
    return {day: each for day, each in decided.items() if each[1]}


def people(step: str, by_method: bool = False) -> dict[tuple[date, str], Counter[str]]:
    """Customers who tried to pay, by week or month of Seoul and by method: each once."""
    tried: dict[tuple[date, str, int], list[tuple[bool, int]]] = defaultdict(list)
    for attempt in naive_facts.all_attempts():
        if attempt.payment.customer_id is None:
            continue
        on = attempt.requested_at.astimezone(SEOUL).date()
        begin = on - timedelta(days=on.weekday()) if step == "week" else on.replace(day=1)
        method = naive_facts.place(attempt)["method"] if by_method else ""
        tried[begin, method, attempt.payment.customer_id].append((attempt.result == "succeeded", attempt.payment_id))
    found: dict[tuple[date, str], Counter[str]] = defaultdict(Counter)
    for (begin, method, _customer), tries in tried.items():
        one = Counter(tried=1, not_completed=not any(good for good, _ in tries),
                      tried_again=len({payment for _, payment in tries}) > 1)  # fmt: skip
        found[begin, method].update(one)
    return found


def percentiles(times: Sequence[int]) -> dict[int, int | None]:
    """By the nearest rank."""
    return {share: times[max(1, -(-len(times) * share // 100)) - 1] if times else None for share in PERCENT}
