"""The door of webhooks as an address: reads the request, bounded, and answers in the provider's words."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

import structlog
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from payments.intake.callers import client_address
from payments.intake.models import RefusalReason
from payments.intake.services.door import LARGEST_BYTES, DoorClosed, Refused, refuse, take
from payments.providers.events import RawDelivery
from payments.web import public_page

STATUS: Final = {
    RefusalReason.UNKNOWN_PROVIDER: 404,
    RefusalReason.NO_SECRET: 401,
    RefusalReason.BAD_SIGNATURE: 401,
    RefusalReason.STALE: 400,
    RefusalReason.TOO_LARGE: 413,
    RefusalReason.UNREADABLE: 400,
    RefusalReason.TOO_MANY: 429,
}
RETRY_AFTER_SECONDS: Final = 30
_NEXT_MINUTE: Final = {"Retry-After": "60"}

logger = structlog.get_logger(__name__)


@public_page  # the signature says who it is: a provider has neither a session nor a token
@csrf_exempt
def webhook(request: HttpRequest, code: str) -> HttpResponse:
    """Take one delivery of the provider `code`.

    Whatever goes wrong, the answer is a status and one word; what was sent is in no answer and in no log.
    """
    try:
        if request.method != "POST":
            return JsonResponse({"error": "method_not_allowed"}, status=405, headers={"Allow": "POST"})
        return _answer(request, code)
    except Refused as refusal:
        logger.info("webhook_refused", provider=code[:40], reason=refusal.reason.value)
        headers = _NEXT_MINUTE if refusal.reason == RefusalReason.TOO_MANY else None
        return JsonResponse({"error": refusal.reason.value}, status=STATUS[refusal.reason], headers=headers)
    except DoorClosed:
        logger.exception("webhook_door_closed")
        return JsonResponse({"error": "unavailable"}, status=503, headers={"Retry-After": str(RETRY_AFTER_SECONDS)})
    except Exception:
        logger.exception("webhook_failed", provider=code[:40])
        return JsonResponse({"error": "internal"}, status=500)


def _answer(request: HttpRequest, code: str) -> HttpResponse:
    environ: dict[str, Any] = request.environ  # type: ignore[attr-defined]
    body = _body(environ)
    delivery = RawDelivery(_headers(environ), (body or b"")[:LARGEST_BYTES])
    if body is None or len(body) > LARGEST_BYTES:
        refuse(code, RefusalReason.TOO_LARGE, delivery)
        raise Refused(RefusalReason.TOO_LARGE)
    content_type, answer = take(code, delivery, datetime.now(UTC), client_address(environ)).acknowledgement
    return HttpResponse(answer, content_type=content_type)


def _body(environ: dict[str, Any]) -> bytes | None:
    """What was sent, up to one byte more than is taken; None when its stated length is more already.

    Read from the server itself: Django takes a body sent in chunks, which states no length, for an empty one.
    """
    stated = environ.get("CONTENT_LENGTH") or ""
    if stated.isascii() and stated.isdigit():
        if int(stated) > LARGEST_BYTES:
            return None
        return bytes(environ["wsgi.input"].read(int(stated)))
    if environ.get("wsgi.input_terminated"):
        return bytes(environ["wsgi.input"].read(LARGEST_BYTES + 1))
    return b""


def _headers(environ: dict[str, Any]) -> dict[str, str]:
    found = {name[5:].lower().replace("_", "-"): value for name, value in environ.items() if name.startswith("HTTP_")}
    return found | {"content-type": environ.get("CONTENT_TYPE") or ""}
