"""How fresh the figures are: the newest finished reconciliation of each provider."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone

from payments.methods.models import Provider
from payments.settlement.models import ReconciliationRun


@dataclass(frozen=True, slots=True)
class Freshness:
    """Of one provider: when its books were last reconciled, and by which business date *missing* was judged."""

    as_of: date
    """Without any run: today in the provider's zone."""
    reconciled_at: datetime | None


def freshness_of(provider: Provider) -> Freshness:
    """How fresh one provider's figures are; one query."""
    run = _finished().filter(provider=provider).values_list("as_of", "finished_at").first()
    return Freshness(*run) if run else Freshness(today_in(provider.zone), None)


def freshness_by_provider() -> dict[int, Freshness]:
    """The same for every provider, by its id; one query that reads one run for each."""
    newest = _finished().filter(provider=OuterRef("pk"))
    rows = Provider.objects.values_list(
        "pk", "zone", Subquery(newest.values("as_of")[:1]), Subquery(newest.values("finished_at")[:1])
    )
    return {pk: Freshness(as_of or today_in(zone), finished_at) for pk, zone, as_of, finished_at in rows}


def today_in(zone: str) -> date:
    """Today's date in an IANA zone."""
    return timezone.now().astimezone(ZoneInfo(zone)).date()


def _finished() -> QuerySet[ReconciliationRun]:
    return ReconciliationRun.objects.filter(finished_at__isnull=False).order_by("-started_at")
