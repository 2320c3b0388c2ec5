"""Fifty thousand open cases: pages of the queue and of a case, a hundred claims at once, alerts raised, decisions leaving."""

from __future__ import annotations

import os
import threading
import uuid
from collections.abc import Callable, Iterator
from statistics import quantiles
from time import perf_counter
from typing import Any, Final

from tests.bench.databases import EMPTY, leave, use
from tests.bench.figures import Figure, at_most, exactly, told
from tests.bench.ground import Ground
from tests.bench.pages import asked, scanned
from tests.bench.payments import kept_database

CASES: Final = 50_000
PAYMENTS_A_CASE: Final = 10
"""Five a customer, and as many customers without a case as with one."""
LIMIT_MS: Final = 150.0
RUNS: Final = 20
AT_ONCE: Final = 50
"""Of the hundred claims: the server has 97 connections for us."""
CLAIMS: Final = 100
RAISED: Final = 5_000
LEAVING: Final = 200
PERMISSIONS: Final = ("cases.view", "cases.decide", "cases.bulk", "cases.second", "payments.view")

_SEEN: Final = """
INSERT INTO fraud_sighting (attempt_id, payment_id, at, customer_id, instrument, device, ip, email, address, shop, amount,
                            currency, bin)
SELECT a.id, p.id, a.requested_at, p.customer_id, hashint8(p.customer_id), hashint8(p.customer_id / 3),
       CASE WHEN p.id %% 4 = 0 THEN 1 + p.id %% 40 ELSE hashint8(p.customer_id * 7) END, hashint8(p.customer_id * 11),
       hashint8(p.customer_id / 2), 1, p.amount, p.currency, '424242'
  FROM payments_attempt a JOIN payments_payment p ON p.id = a.payment_id;
"""
_ASSESSED: Final = """
INSERT INTO fraud_assessment (payment_id, attempt_id, merchant_reference, origin, as_of, assessed_at, amount, currency,
    country, card_country, ip_country, method, provider, shop, brand, bin, features, list_hits, list_ids, rule_ids,
    shadow_ids, model_id, score_ppm, outcome, basis, down_reason, reasons)
SELECT id, id, merchant_reference, 0, at, at, amount, currency, 'KR', 'KR', 'KR', 'card', 'toss', 'web', 'visa', '424242', array_fill(7, ARRAY[60]), '{}', '{}', '{}',
       '{}', 1, abs(hashint8(id)) %% 1000000, 1, 3, '',
       '[{"feature": "customer_count_1h", "value": 7, "weight_ppm": 90000}, {"feature": "customer_age", "value": 60,
          "weight_ppm": 40000}, {"feature": "amount", "value": 90000, "weight_ppm": -9000}]'
  FROM payments_payment, LATERAL (SELECT CASE WHEN customer_id <= %(cases)s THEN created_at ELSE now() END AS at) t
 WHERE customer_id <= %(cases)s OR id > %(newest)s AND customer_id <= %(cases)s + %(raised)s;
"""
_CASES: Final = """
INSERT INTO fraud_case (queue, state, group_kind, group_key, rank, opened_at, due_at, closed_at)
SELECT 1 + (n %% 50 = 0)::int, s, 1, n, abs(hashint8(n)) %% 100000, now() - interval '1 day' * s,
       now() + make_interval(mins => n %% 600), CASE WHEN s = 6 THEN now() END
  FROM generate_series(1, %(cases)s) n CROSS JOIN unnest(ARRAY[1, 6]) s;
INSERT INTO fraud_decision (case_id, verdict, reason_code, note, ticket, decided_by_id, decided_at, leaves_at, state,
                            is_in_bulk, is_blind, settled_at, outcome)
SELECT id, 1 + id %% 2, 'explained', '', gen_random_uuid(), (SELECT min(id) FROM staff_user), now(), now(), 3, false, false,
       now(), '[]' FROM fraud_case WHERE state = 6;
INSERT INTO fraud_alert (case_id, kind, assessment_id, payment_id, amount, currency, expected_loss, raised_at,
                         settled_by_id)
SELECT c.id, 1, a.id, p.id, p.amount, p.currency, p.amount / 3, now(), d.id
  FROM fraud_case c JOIN payments_payment p ON p.customer_id = c.group_key
   AND (p.id > %(newest)s - %(customers)s * (c.group_key %% 2)) = (c.state = 1)
  JOIN fraud_assessment a ON a.payment_id = p.id LEFT JOIN fraud_decision d ON d.case_id = c.id;
INSERT INTO fraud_caseevent (case_id, verb, at, note, detail)
SELECT id, verb, now(), '', '{}' FROM fraud_case CROSS JOIN unnest(ARRAY['opened', 'joined', 'noted']) verb;
"""


def measure(ground: Ground) -> list[Figure]:
    """Make the cases, then ask, claim, raise and let leave."""
    from django.core.management import call_command

    # Pages name their styles by the hash of these.
    call_command("collectstatic", interactive=False, verbosity=0)
    cases = int(os.environ.get("BENCH_CASES", CASES))
    kept = kept_database(ground.server, EMPTY, cases * PAYMENTS_A_CASE)
    database = ground.server.copy_kept(kept, "review")
    use(database)
    call_command("migrate", verbosity=0)  # payments are kept between runs, and older than the newest tables perhaps
    people = _people()
    leave()
    _fill(ground, database, cases)
    use(database)
    try:
        return [*_asked(cases), *_claimed(people), *_raised(), *_left(people)]
    finally:
        leave()
        ground.server.drop(database)


def _people() -> list[Any]:
    from config.staff.models import User

    return [User.objects.create(email=f"analyst{n}@example.com", name=f"Analyst {n}") for n in range(CLAIMS)]


def _fill(ground: Ground, database: str, cases: int) -> None:
    count = cases * PAYMENTS_A_CASE
    customers = count // 5
    sizes = {"cases": cases, "customers": customers, "newest": count - customers, "raised": RAISED}
    with ground.server.connect(database) as connection:
        connection.autocommit = True
        connection.execute("SET synchronous_commit = off")
        connection.execute("SET session_replication_role = replica")
        # Nobody looks at a payment that failed, so that all of them can be raised.
        connection.execute("UPDATE payments_payment SET status = 'captured' WHERE status <> 'captured'")
        for statement in (_SEEN, _ASSESSED, *filter(str.strip, _CASES.split(";"))):
            connection.execute(statement, sizes)
        connection.execute("VACUUM (ANALYZE)")


def _asked(cases: int) -> list[Figure]:
    """Each page several times; the slowest counts, by its own p95."""
    figures, scans = [], []
    for name, path in _pages():
        spent, statements = asked(path, PERMISSIONS, RUNS)
        scans += [f"{name}: {table}" for statement in statements for table in scanned(statement)]
        figures.append(told(f"review.{name}", _p95(spent), "ms", path))
    worst = max(figures, key=lambda figure: figure.value)
    return [
        *figures,
        at_most("review.pages_p95", worst.value, LIMIT_MS, 1, "ms", f"of {worst.name} among {cases:,} open cases"),
        exactly("review.sequential_scans", len(scans), 0, "scans", "; ".join(sorted(set(scans))[:5])),
    ]


def _pages() -> Iterator[tuple[str, str]]:
    from fraud.review.models import Case

    ranked = Case.objects.filter(state=1, queue=1).order_by("-rank", "pk")
    middle = ranked[ranked.count() // 2]
    yield "queue", "/fraud/"
    yield "queue_escalated", "/fraud/?queue=2"
    yield "queue_far_page", f"/fraud/?after={middle.rank}.{middle.pk}"
    yield "queue_mine", "/fraud/?list=mine"
    for number, case in enumerate(ranked[:4]):
        yield f"case_{number}", f"/fraud/cases/{case.pk}/"


def _claimed(people: list[Any]) -> list[Figure]:
    from fraud.review.services.claiming import claim_next

    found: list[Any] = []
    spent: list[float] = []

    def work(number: int) -> None:
        started = perf_counter()
        case = claim_next(1, by=people[number % len(people)])
        spent.append((perf_counter() - started) * 1000)
        found.append(case.pk if case else None)

    _all_at_once(work)
    return [
        exactly("review.claimed", len(set(found) - {None}), CLAIMS, "cases", f"by {AT_ONCE} at once"),
        told("review.claim_p95", _p95(spent), "ms", f"with {AT_ONCE} at once"),
    ]


def _all_at_once(work: Callable[[int], None]) -> None:
    from django.db import connection

    start = threading.Barrier(AT_ONCE)

    def several(number: int) -> None:
        start.wait()
        for place in range(number, CLAIMS, AT_ONCE):
            work(place)
        connection.close()

    threads = [threading.Thread(target=several, args=(number,)) for number in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _raised() -> list[Figure]:
    from fraud.review.services.raising import raise_alerts

    started = perf_counter()
    count = raise_alerts()
    spent = perf_counter() - started
    started = perf_counter()
    raise_alerts()
    idle = (perf_counter() - started) * 1000
    return [
        exactly("review.raised", count, RAISED, "alerts"),
        told("review.raised_a_second", count / spent, "alerts"),
        told("review.nothing_to_raise", idle, "ms", "what beat asks every half minute"),
    ]


def _left(people: list[Any]) -> list[Figure]:
    from django.utils import timezone

    from fraud.review.models import Case, Decision
    from fraud.review.services.deciding import Choice, decide
    from fraud.review.services.leaving import let_leave

    free = Case.objects.filter(state=1, queue=1, claimed_by=None).order_by("-rank", "pk")[:LEAVING]
    started = perf_counter()
    for case in free:
        decide(case, Choice(1, "explained", uuid.uuid4()), by=people[0])
    decided = perf_counter() - started
    Decision.objects.filter(state__in=[1, 2]).update(state=1, leaves_at=timezone.now())
    started = perf_counter()
    count = let_leave()
    spent = perf_counter() - started
    return [
        told("review.decide", decided / LEAVING * 1000, "ms", "each"),
        exactly("review.left", count, LEAVING, "decisions"),
        told("review.leave", spent / count * 1000, "ms", "each"),
    ]


def _p95(spent: list[float]) -> float:
    return quantiles(spent, n=20, method="inclusive")[-1]
