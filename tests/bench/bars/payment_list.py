"""The list and the page of payments among ten million: 24 filters that people set, rare and empty results among them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from statistics import quantiles
from typing import Final

from tests.bench.databases import EMPTY, leave, use
from tests.bench.figures import Figure, at_most, exactly, told
from tests.bench.ground import Ground
from tests.bench.pages import asked, scanned
from tests.bench.payments import DAYS, kept_database

PAYMENTS: Final = 10_000_000
LIMIT_MS: Final = 150.0
RUNS: Final = 7
ASKED: Final = {
    "newest": "",
    "oldest_first": "sort=created_at",
    "common_status": "status=captured",
    "rare_status": "status=unknown",
    "rare_status_any_age": "status=unknown&created_from=2000-01-01",
    "status_and_provider": "status=failed&provider=toss",
    "rare_status_and_provider": "status=charged_back&provider=rare",
    "rare_provider": "provider=rare",
    "two_common_without_common_rows": "provider=stripe&method=convenience_store",
    "unused_method": "method=never_used",
    "rare_currency": "currency=EUR",
    "unused_currency": "currency=GBP",
    "three_filters": "currency=EUR&status=failed&provider=toss",
    "large_amounts": "at_least=490000",
    "no_such_amount": "at_least=900000",
    "amounts_between": "at_least=10000&at_most=10050&status=captured",
    "conflicts": "conflict=True",
    "conflicts_without_rows": "conflict=True&status=unknown&provider=rare",
    "year_of_one_status": "status=captured&created_from={year}",
    "old_month": "{month}&provider=adyen&status=refunded",
    "far_page": "provider=adyen&after={place}",
    "order_any_age": "q={order}",
    "last4_any_age": "q=4242",
    "email_any_age": "q=buyer@example.com",
}
"""The 24 combinations by their names; rare and empty results among them."""


def measure(ground: Ground) -> list[Figure]:
    """Ask for each page several times as a browser would; the slowest combination counts, by its own p95."""
    from django.core.management import call_command

    # Pages name their styles by the hash of these.
    call_command("collectstatic", interactive=False, verbosity=0)
    count = int(os.environ.get("BENCH_PAYMENTS", PAYMENTS))
    use(kept_database(ground.server, EMPTY, count), prefix="")
    try:
        figures, scans = [], []
        for name, path in _pages(count):
            spent, statements = asked(path, ("payments.view",), RUNS)
            scans += [f"{name}: {table}" for statement in statements for table in scanned(statement)]
            p95 = quantiles(spent, n=20, method="inclusive")[-1]
            figures.append(told(f"payments.{name}", p95, "ms", path))
    finally:
        leave()
    worst = max(figures, key=lambda figure: figure.value)
    return [
        *figures,
        at_most("payments.p95", worst.value, LIMIT_MS, 1, "ms", f"of {worst.name} among {count:,} payments"),
        exactly("payments.sequential_scans", len(scans), 0, "scans", "; ".join(sorted(set(scans))[:5])),
    ]


def _pages(count: int) -> Iterator[tuple[str, str]]:
    """Each page by its name; those of the list are the 24 combinations."""
    from django.utils import timezone

    from payments.ledger.addresses import payment_url
    from payments.ledger.hashing import email_hash
    from payments.ledger.models import Customer, Payment
    from payments.web.keyset import Place

    Customer.objects.filter(merchant_customer_id="c-7").update(email_hash=email_hash("buyer@example.com"))
    today = timezone.localdate()
    year, old = today - timedelta(days=min(365, DAYS)), today - timedelta(days=DAYS // 2)
    month = f"created_from={old}&created_to={old + timedelta(days=30)}"
    middle = Payment.objects.filter(created_at__lt=timezone.now() - timedelta(days=15)).order_by("-created_at")[0]
    place = Place(middle.created_at, middle.pk)
    first = Payment.objects.order_by("created_at", "pk")[count // 1000]
    values = {"month": month, "year": year, "place": place, "order": first.merchant_reference}
    for name, query in ASKED.items():
        yield name, f"/payments/?{query.format(**values)}"
    yield "reference_any_age", f"/payments/?q=pi_{first.pk}"
    yield "customer", "/payments/?customer=c-7"
    yield "nothing_found", "/payments/?q=nobody"
    yield "detail", payment_url(first)
    yield "detail_in_list", f"{payment_url(middle)}?status=captured&provider=rare"
