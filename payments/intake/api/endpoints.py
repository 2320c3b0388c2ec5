"""What all endpoints share: keys, scopes, limits, the guard, and writes that are done once however often they come."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from functools import wraps
from typing import Any, ClassVar, Final

import structlog
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, transaction
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils import translation
from rest_framework.exceptions import ParseError
from rest_framework.generics import GenericAPIView
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import JSONParser
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from payments.intake.api import guard, pagination
from payments.intake.api.authentication import ApiKeyAuthentication, HasScope
from payments.intake.api.errors import InProgress, problem
from payments.intake.api.schema import ApiSchema
from payments.intake.api.throttling import PerKey
from payments.intake.models import ApiKey
from payments.intake.services import idempotency, keys
from payments.web import Access

logger = structlog.get_logger(__name__)

LONGEST_KEY: Final = 255
IDEMPOTENCY_HEADER: Final = "Idempotency-Key"
JSON: Final = "application/json"


class StrictJson(JSONParser):
    """JSON in UTF-8, read whole; what nests too deep for the parser is no JSON for us."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        """The parsed body. Raises ParseError."""
        try:
            return json.loads(stream.read().decode("utf-8"), parse_constant=_no_constant)
        except (ValueError, RecursionError):
            # Not the parser's words: they may quote the body.
            raise ParseError("The body is no JSON.") from None


def _no_constant(name: str) -> None:
    raise ValueError(name)


class AlwaysJson(BaseContentNegotiation):
    """One format, whatever is asked for."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        """The JSON parser, if the body says it is JSON."""
        given = (request.content_type or "").partition(";")[0].strip().lower()
        return next((parser for parser in parsers if parser.media_type == given), None)

    def select_renderer(self, request: Request, renderers: Any, format_suffix: Any = None) -> Any:
        """JSON."""
        return renderers[0], JSON


class Endpoint(GenericAPIView[Any]):
    """One address of the API. `scopes` says what a key needs for each method."""

    authentication_classes = [ApiKeyAuthentication]
    permission_classes = [HasScope]
    throttle_classes = [PerKey]
    parser_classes = [StrictJson]
    renderer_classes = [JSONRenderer]
    content_negotiation_class = AlwaysJson
    pagination_class = pagination.NewestFirst
    metadata_class = None
    schema = ApiSchema()
    http_method_names = ["get", "head", "post"]

    scopes: ClassVar[dict[str, str]] = {}
    needs_idempotency_key: ClassVar[bool] = False
    """Of writes that move money: without the header they are refused."""
    takes_json: ClassVar[bool] = True
    """False where the body is a file: what is in it is judged when it is read."""
    guarded_apart: ClassVar[str] = ""
    """A list in the body whose items the endpoint guards one by one."""
    is_list: ClassVar[bool] = False
    newest_by: ClassVar[str] = ""
    """Of a list: the instant it is ordered by before the id."""

    @classmethod
    def as_view(cls, **kwargs: Any) -> Any:
        """A door for keys, marked so that the sweep over all addresses can read it."""
        view: Any = super().as_view(**kwargs)
        view.access = Access("api_key")
        return login_not_required(view)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Key, scope and limit; then nothing that looks like card data comes further than here."""
        translation.activate("en")  # machines read this
        super().initial(request, *args, **kwargs)
        guard.check_address(request, kwargs)
        self._check_query(request)
        if request.method == "POST" and self.takes_json:
            _ = request._request.body  # read here, so that Django's limit of bytes holds
            data = request.data
            if self.guarded_apart and isinstance(data, dict):
                data = {name: value for name, value in data.items() if name != self.guarded_apart}
            guard.check_body(data)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Note the use of the key, after the work, at most once a minute."""
        answered = super().finalize_response(request, response, *args, **kwargs)
        key: Any = getattr(request, "_auth", None)  # `request.auth` would look for a key again, after it was refused
        if isinstance(key, ApiKey) and keys.is_use_to_note(key):
            _note(key)
        answered.headers["Cache-Control"] = "no-store"
        return answered

    def _check_query(self, request: Request) -> None:
        known = self.query_parameters(request)
        for name in request.query_params:
            if name not in known:
                raise problem("unknown", "There is no such parameter.", name)

    def fingerprint(self, request: Request) -> bytes:
        """What makes two writes under one key equal: address and body."""
        head = f"{request.method}\n{request._request.get_full_path()}\n".encode()
        return hashlib.sha256(head + request._request.body).digest()

    def query_parameters(self, request: Request) -> frozenset[str]:
        """The names that the query may have; those of a list by its filters."""
        return frozenset()


def _note(key: ApiKey) -> None:
    try:
        keys.mark_used(key)
    except DatabaseError:
        # The work is done and answered; that the key was used may be noted with the next request.
        logger.warning("api_key_use_not_noted", exc_info=True)


Handler = Callable[..., Response]


def once(handler: Handler) -> Callable[..., HttpResponseBase]:
    """Do a write once per `Idempotency-Key`: the first answer is kept in the transaction of the work, and replayed.

    An error keeps nothing, so that the corrected request may use the same key.
    """

    @wraps(handler)
    def write(self: Endpoint, request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        key = _key(self, request)
        if key is None:
            with transaction.atomic():
                return handler(self, request, *args, **kwargs)
        try:
            with transaction.atomic():
                found = idempotency.claim(shown_key(request), key, self.fingerprint(request))
                if isinstance(found, idempotency.Answer):
                    return _answered(found, is_replayed=True)
                response = handler(self, request, *args, **kwargs)
                answer = idempotency.Answer(response.status_code, JSONRenderer().render(response.data))
                idempotency.keep(found, answer)
                return _answered(answer, is_replayed=False)
        except idempotency.WriteInProgress:
            raise InProgress from None
        except idempotency.AnotherWrite:
            raise problem("another_request", "The key was used for another request.", IDEMPOTENCY_HEADER) from None

    write.is_once = True  # type: ignore[attr-defined]
    return write


def shown_key(request: Request) -> ApiKey:
    """The key that the request showed."""
    key: Any = request.auth
    if not isinstance(key, ApiKey):
        raise TypeError("a write stands behind HasScope")
    return key


def _key(endpoint: Endpoint, request: Request) -> str | None:
    key = request.headers.get(IDEMPOTENCY_HEADER)
    if key is None and not endpoint.needs_idempotency_key:
        return None
    if not key or len(key) > LONGEST_KEY or not key.isascii() or not key.isprintable():
        words = f"Send 1 to {LONGEST_KEY} printable ASCII characters."
        raise problem("invalid", words, IDEMPOTENCY_HEADER)
    guard.raise_for(list(guard.refusals(key, IDEMPOTENCY_HEADER)))
    return key


def _answered(answer: idempotency.Answer, *, is_replayed: bool) -> HttpResponse:
    response = HttpResponse(answer.body, content_type=JSON, status=answer.status_code)
    if is_replayed:
        response.headers["Idempotent-Replayed"] = "true"
    return response
