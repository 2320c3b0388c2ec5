"""Error pages that say what to do next."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.csrf import requires_csrf_token

from config.staff.models import User
from config.staff.roles import Role, capability

_LAST_RESORT = """<!doctype html><html lang="en"><meta charset="utf-8"><title>500</title>
<p lang="ko">오류가 발생했습니다. 잠시 후 다시 시도해 주세요.</p>
<p lang="ja">エラーが発生しました。しばらくしてからもう一度お試しください。</p>
<p lang="en">Something went wrong. Please try again in a moment.</p></html>"""


@requires_csrf_token
def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403: what is missing, which roles have it, and who can give it."""
    context: dict[str, object] = {}
    try:
        missing = capability(str(exception))
    except KeyError:
        pass
    else:
        context["missing"] = missing.label
        context["roles"] = [role.label for role in Role if role in missing.roles]
        context["administrators"] = User.objects.active().holding(Role.ADMINISTRATOR)[:3]
    return render(request, "403.html", context, status=403)


@requires_csrf_token
def server_error(request: HttpRequest) -> HttpResponse:
    """500: without database, session or navigation, since any of them may be what failed."""
    try:
        return HttpResponse(render_to_string("500.html"), status=500)
    except Exception:  # the page about the failure may fail the same way; this text can't
        return HttpResponse(_LAST_RESORT, status=500)
