"""Files for machines: send one, and ask later what became of it."""

from __future__ import annotations

import hashlib
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import SuspiciousMultipartForm
from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile
from django.http import Http404
from django.http.multipartparser import MultiPartParserError
from django.utils import translation
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ParseError, UnsupportedMediaType
from rest_framework.request import Request
from rest_framework.response import Response

from payments.facts import FileRefused, Problem
from payments.intake.api.endpoints import Endpoint, once, shown_key
from payments.intake.api.errors import TooLarge, problem
from payments.intake.api.guard import raise_for, refusals
from payments.intake.models import FileImport, ImportKind, ImportState
from payments.intake.routing import Route
from payments.intake.scopes import Scope
from payments.intake.services.storage import BLOCK_BYTES, DEFAULT_LIMIT_BYTES, TOO_LARGE, shown_name
from payments.intake.summaries import problems_from_json
from payments.methods.models import BankAccount, Provider
from payments.settlement.selectors.imports import filled
from payments.settlement.services.uploads import Upload, receive_from_machine

MULTIPART: Final = "multipart/form-data"
RAW: Final = "application/octet-stream"
ROOM_OF_A_FORM: Final = 64 * 1024
"""Bytes that a form may take beside its file."""
PARAMETERS: Final = {
    "kind": "statement, movements or bank; with `owner`. Without both they are found from the content and the name.",
    "owner": "Code of the provider, or of the bank account for kind bank.",
    "name": "What the file is called; of a raw body only. A version may stand in it, as in `…_v2.csv`.",
}


class StatementToldSerializer(serializers.Serializer[Any]):
    """One statement of a file."""

    statement_key = serializers.CharField()
    version = serializers.IntegerField(help_text="From 1, by the file's own sequence.")
    is_current = serializers.BooleanField()


class FileProblemSerializer(serializers.Serializer[Any]):
    """Why a file or a row was refused."""

    line = serializers.IntegerField(allow_null=True, help_text="From 1.")
    field = serializers.CharField(allow_blank=True, help_text="The column, as the file names it.")
    message = serializers.CharField(help_text="In the language of `Accept-Language`: en, ko or ja.")


class FileAnswer(serializers.Serializer[Any]):
    """One file on its way in."""

    id = serializers.IntegerField()
    state = serializers.ChoiceField(choices=ImportState.values)
    is_finished = serializers.BooleanField(help_text="False: ask again.")
    kind = serializers.ChoiceField(choices=ImportKind.values)
    owner = serializers.CharField(help_text="Code of the provider or bank account.")
    name = serializers.CharField()
    sha256 = serializers.CharField()
    format = serializers.CharField(allow_blank=True, help_text="Which reader took it.")
    line_count = serializers.IntegerField()
    statements = StatementToldSerializer(many=True)
    problem_count = serializers.IntegerField()
    problems = FileProblemSerializer(many=True, help_text="The first of them.")
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)


def told(row: FileImport, request: Request) -> dict[str, Any]:
    """An import as the API tells it, its problems in the language that the request accepts: people read them."""
    owner = row.provider or row.bank_account
    versions = row.summary.get("posted", {}).get("versions", {})
    return {
        "id": row.pk,
        "state": row.state,
        "is_finished": row.state not in (ImportState.READING, ImportState.PREVIEWED),
        "kind": row.kind,
        "owner": owner.code if owner else "",
        "name": row.file_name,
        "sha256": row.stored_file.sha256,
        "format": row.adapter,
        "line_count": row.line_count,
        "statements": [{"statement_key": key, **entry} for key, entry in versions.items()],
        "problem_count": row.problem_count,
        "problems": [
            {"line": each.line, "field": each.field, "message": _in_words(each, request)}
            for each in problems_from_json(row.problems)
        ],
        "created_at": row.created_at,
        "finished_at": row.finished_at,
    }


def _in_words(each: Problem, request: Request) -> str:
    """A problem in the language of `Accept-Language`, English without one."""
    with translation.override(translation.get_language_from_request(request._request)):
        return filled(each.template, each.values)


class Files(Endpoint):
    """Files are sent here."""

    takes_json = False
    scopes = {"POST": Scope.FILES_WRITE}
    http_method_names = ["post"]

    def query_parameters(self, request: Request) -> frozenset[str]:
        """What says whose file it is."""
        return frozenset(PARAMETERS)

    @extend_schema(
        operation_id="send_file",
        parameters=[OpenApiParameter(name, OpenApiTypes.STR, description=words) for name, words in PARAMETERS.items()],
        request={
            MULTIPART: {
                "type": "object",
                "properties": {"file": {"type": "string", "format": "binary"}},
                "required": ["file"],
            },
            RAW: OpenApiTypes.BINARY,
        },
        responses={201: FileAnswer},
    )
    @once
    def post(self, request: Request) -> Response:
        """Send a file: it is kept, read by a worker, and posted whole or refused.

        The answer says what is known at once; ask `GET /api/v1/files/{id}` until `is_finished`. The same bytes are
        posted once, however often they are sent.
        """
        file = self._content(request)
        raise_for(list(refusals(file.name or "", "file")))
        try:
            received = receive_from_machine(Upload(file, _route(request)), key=shown_key(request))
        except FileRefused as refusal:
            raise problem("refused", _in_words(refusal.problem, request), "file") from None
        return Response(FileAnswer(told(received, request)).data, status=201)

    def fingerprint(self, request: Request) -> bytes:
        """Of address and bytes, but not of how a form wraps them, which differs each time it is sent."""
        file = self._content(request)
        digest = hashlib.sha256(f"{request.method}\n{request._request.get_full_path()}\n{file.name}\n".encode())
        file.seek(0)
        while block := file.read(BLOCK_BYTES):
            digest.update(block)
        return digest.digest()

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Forget the bytes of the request: what was kept of them is in the vault."""
        if self._file is not None:
            self._file.close()
        return super().finalize_response(request, response, *args, **kwargs)

    _file: UploadedFile[bytes] | None = None

    def _content(self, request: Request) -> UploadedFile[bytes]:
        if self._file is None:
            self._file = _content(request)
        return self._file


class OneFile(Endpoint):
    """What became of a file."""

    scopes = {"GET": Scope.FILES_WRITE}
    http_method_names = ["get", "head"]

    @extend_schema(operation_id="read_file", responses=FileAnswer)
    def get(self, request: Request, pk: int) -> Response:
        """Where a file stands: read, posted, refused with its problems."""
        row = FileImport.objects.select_related("provider", "bank_account", "stored_file").filter(pk=pk).first()
        if row is None:
            raise Http404
        return Response(FileAnswer(told(row, request)).data)


def _route(request: Request) -> Route | None:
    kind, owner = request.query_params.get("kind"), request.query_params.get("owner")
    if kind is None and owner is None:
        return None
    if kind not in ImportKind.values:
        raise problem("invalid", "Write statement, movements or bank.", "kind")
    model: Any = BankAccount if kind == ImportKind.BANK else Provider
    found = model.objects.filter(code=owner or "").first()
    if found is None:
        raise problem("unknown", "There is no such provider or bank account.", "owner")
    return Route(ImportKind(kind), found)


def _content(request: Request) -> UploadedFile[bytes]:
    """The file of the body, on disk where it is large.

    Raises:
        ValidationError: there is not exactly one, or a raw body has no name.
        TooLarge: it is larger than a file may be.
        UnsupportedMediaType: the body is neither a form nor raw.
    """
    given = (request.content_type or "").partition(";")[0].strip().lower()
    if int(request._request.META.get("CONTENT_LENGTH") or 0) > _limit() + ROOM_OF_A_FORM:
        raise TooLarge(TOO_LARGE % {"limit": _limit() // 1024**2})
    if given == MULTIPART:
        try:
            files = [file for _, each in request._request.FILES.lists() for file in each]
        except (MultiPartParserError, SuspiciousMultipartForm):
            raise ParseError("The body is no form.") from None
        if len(files) != 1:
            raise problem("invalid", "Send exactly one file.", "file")
        if (files[0].size or 0) > _limit():
            raise TooLarge(TOO_LARGE % {"limit": _limit() // 1024**2})
        return files[0]
    if given != RAW:
        raise UnsupportedMediaType(given)
    name = request.query_params.get("name")
    if not name:
        raise problem("required", "Say what the file is called.", "name")
    return _spooled(request, name)


def _spooled(request: Request, name: str) -> UploadedFile[bytes]:
    file: UploadedFile[bytes] = TemporaryUploadedFile("sent", RAW, 0, None)
    file.name = shown_name(name)  # what a caller calls it never becomes a name on our disk
    size = 0
    while block := request._request.read(BLOCK_BYTES):
        size += len(block)
        if size > _limit():
            file.close()
            raise TooLarge(TOO_LARGE % {"limit": _limit() // 1024**2})
        file.write(block)
    file.flush()
    file.size = size
    file.seek(0)
    return file


def _limit() -> int:
    return int(getattr(settings, "IMPORT_BYTES_LIMIT", DEFAULT_LIMIT_BYTES))
