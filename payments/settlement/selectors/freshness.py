"""How fresh the figures are: the newest finished reconciliation of each provider."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db.models import Case, F, OuterRef, QuerySet, Subquery, When
from django.utils import timezone

from payments.methods.models import Provider
from payments.settlement.models import ReconciliationRun


@dataclass(frozen=True, slots=True)
class Freshness:
    """Of one provider: when its books were last reconciled, and by which business date *missing* was judged."""

    as_of: date
    """Without any run: today in the provider's zone."""
    reconciled_at: datetime | None
    failing_since: datetime | None = None
    """When reconciliation of its books first failed; None when the last run has succeeded."""


def freshness_of(provider: Provider) -> Freshness:
    """How fresh one provider's figures are; one query."""
    return _freshness(Provider.objects.filter(pk=provider.pk))[provider.pk]


def freshness_by_provider() -> dict[int, Freshness]:
    """The same for every provider, by its id; one query that reads two runs for each."""
    return _freshness(Provider.objects.all())


def _freshness(providers: QuerySet[Provider]) -> dict[int, Freshness]:
    runs = ReconciliationRun.objects.filter(provider=OuterRef("pk")).order_by("-started_at")
    finished = runs.filter(finished_at__isnull=False)
    rows = providers.annotate(
        as_of=Subquery(finished.values("as_of")[:1]),
        reconciled_at=Subquery(finished.values("finished_at")[:1]),
        # A run that did not finish is the newest there is: the next success takes it away.
        failing_since=Subquery(
            runs.values(failing_since=Case(When(finished_at__isnull=True, then=F("started_at"))))[:1]
        ),
    ).values_list("pk", "zone", "as_of", "reconciled_at", "failing_since")
    return {pk: Freshness(as_of or today_in(zone), *moments) for pk, zone, as_of, *moments in rows}


def today_in(zone: str) -> date:
    """Today's date in an IANA zone."""
    return timezone.now().astimezone(ZoneInfo(zone)).date()
