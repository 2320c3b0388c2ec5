"""Answers for load balancers and monitors: no login, no details that help an attacker."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from config.health.checks import run_checks
from payments.web import public_page


@public_page
@login_not_required
@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponseBase:
    """200 while this process answers at all."""
    return JsonResponse({"status": "ok"})


@public_page
@login_not_required
@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponseBase:
    """200 when database, migrations, broker and beat are well, otherwise 503 with which one is not."""
    results = run_checks()
    is_ready = all(result.is_ok for result in results.values())
    checks = {name: {"ok": result.is_ok, "detail": result.detail} for name, result in results.items()}
    return JsonResponse(
        {"status": "ready" if is_ready else "not ready", "checks": checks}, status=200 if is_ready else 503
    )
