"""What can go wrong, as the API says it: one shape for every error, by drf-standardized-errors."""

from __future__ import annotations

from typing import Any

import structlog
from django.core.exceptions import RequestDataTooBig
from django.db import OperationalError
from drf_standardized_errors.formatter import flatten_errors
from drf_standardized_errors.handler import ExceptionHandler
from rest_framework import status
from rest_framework.exceptions import APIException, ErrorDetail, ValidationError
from rest_framework.response import Response

logger = structlog.get_logger(__name__)


class Contradicted(APIException):
    """What was told before stands."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "contradicted"
    default_detail = "This was told before with another content. The first telling stands."


class InProgress(APIException):
    """An equal request is still at work."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "in_progress"
    default_detail = "Another request under this Idempotency-Key is still at work. Try again in a moment."


class TooLarge(APIException):
    """More bytes than a request may have."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "too_large"
    default_detail = "The body is larger than a request may be."


class Unavailable(APIException):
    """The database did not take it; nothing was kept."""

    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_code = "unavailable"
    default_detail = "Nothing was kept. Try again in a moment."
    wait = 5
    """Seconds, for the header Retry-After."""


class ApiErrors(ExceptionHandler):
    """Every exception as an answer of the API; a value that cannot be used is 422."""

    def convert_known_exceptions(self, exc: Exception) -> Exception:
        """Name what Django and the database raise."""
        if isinstance(exc, RequestDataTooBig):
            return TooLarge()
        if isinstance(exc, OperationalError):
            # A deadlock, a lock that is not given, a server that restarts: whoever asks again is served.
            logger.warning("api_database_unavailable", exc_info=exc)
            return Unavailable()
        if isinstance(exc, ValidationError):
            exc.status_code = status.HTTP_422_UNPROCESSABLE_ENTITY
        return super().convert_known_exceptions(exc)


def problem(code: str, words: str, attr: str | None = None) -> ValidationError:
    """One refused value, as an exception."""
    detail = ErrorDetail(words, code=code)
    return ValidationError({attr: [detail]} if attr else [detail])


def errors_of(error: ValidationError) -> list[dict[str, Any]]:
    """The errors of one item of a batch, in the shape of all errors."""
    return [{"code": each.code, "detail": each.detail, "attr": each.attr} for each in flatten_errors(error.detail)]


def told_before() -> Response:
    """The answer to a contradiction that was kept: no exception, or what is kept for people would be lost."""
    error = {"code": Contradicted.default_code, "detail": Contradicted.default_detail, "attr": None}
    return Response({"type": "client_error", "errors": [error]}, status=status.HTTP_409_CONFLICT)
