"""How far decisions of people and rules hold: second looks, the random sample, and what became of what rules found."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.conf import settings
from django.contrib.auth import get_user_model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from fraud.review.forms import PerformanceForm
from fraud.review.permissions import SECOND, VIEW
from fraud.review.selectors.figures import Agreement, agreement
from fraud.review.selectors.performance import precision_of_rules, sample_of
from fraud.review.shares import Share
from payments.web import capability_required

FEWEST: Final = 30
"""Below so many second looks a figure of one person says more of chance than of them, and is not shown."""
_USUAL_DAYS: Final = 90


@dataclass(frozen=True, slots=True)
class Reviewer:
    """Whose decisions were looked at again often enough."""

    name: str
    agreed: Share


@capability_required(VIEW)
@require_safe
def performance(request: HttpRequest) -> HttpResponse:
    """The figures of the last days; of single people only for who takes second decisions."""
    form = PerformanceForm(request.GET or None, initial={"days": _USUAL_DAYS})
    days = int(form.cleaned_data["days"] or _USUAL_DAYS) if form.is_bound and form.is_valid() else _USUAL_DAYS
    until = timezone.now()
    since = until - timedelta(days=days)
    looks = agreement(since, until)
    context: dict[str, Any] = {
        "form": form,
        "agreed": Share(looks.looked_at - looks.overturned, looks.looked_at),
        "kappa": None if looks.kappa_bp is None else f"{looks.kappa_bp / 10_000:.2f}",
        "reviewers": _reviewers(looks) if request.user.has_perm(SECOND) else None,
        "fewest": FEWEST,
        "sample": sample_of(since, until),
        "rules": precision_of_rules(since, until),
        "maturity_days": settings.FRAUD_LABEL_MATURITY_DAYS,
    }
    return render(request, "fraud/review/performance.html", context)


def _reviewers(looks: Agreement) -> list[Reviewer]:
    often = [each for each in looks.reviewers if each.looked_at >= FEWEST]
    people = get_user_model().objects.in_bulk([each.reviewer_id for each in often])
    return [
        Reviewer(str(people[each.reviewer_id]), Share(each.looked_at - each.overturned, each.looked_at))
        for each in often
    ]
