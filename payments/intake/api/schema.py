"""How the API describes itself: every operation with its scope, its errors and its header for repeated writes."""

from __future__ import annotations

from typing import Any, Final

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

ERRORS: Final = {
    "400": "The body is no JSON.",
    "401": "No key, or one that does not hold.",
    "403": "The key lacks the scope.",
    "404": "There is no such thing.",
    "405": "There is no such method.",
    "409": "Contradicts what was told before, or an equal request is still at work.",
    "413": "The body is too large.",
    "415": "The body is not application/json.",
    "422": "A value cannot be used; `attr` names it.",
    "429": "More requests than a key may make in a minute.",
    "503": "The database did not take it. Nothing was kept.",
}
_OF_WRITES: Final = frozenset({"400", "409", "413", "415"})


class ErrorSerializer(serializers.Serializer[Any]):
    """One error."""

    code = serializers.CharField(help_text="For machines; stable.")
    detail = serializers.CharField(help_text="For people.")
    attr = serializers.CharField(allow_null=True, help_text="The field, dotted: `instrument.brand`; null for none.")


class ErrorsSerializer(serializers.Serializer[Any]):
    """What every refused request gets."""

    type = serializers.ChoiceField(choices=["validation_error", "client_error", "server_error"])
    errors = ErrorSerializer(many=True)  # type: ignore[assignment]  # a field, which the metaclass takes away


class ApiSchema(AutoSchema):
    """Adds what all operations have in common."""

    def get_description(self) -> str:  # type: ignore[override]
        """The docstring of the method, and the scope it needs."""
        words: str = super().get_description() or ""
        scope = getattr(self.view, "scopes", {}).get(self.method)
        return f"{words}\n\nScope: `{scope}`." if scope else words

    def get_override_parameters(self) -> list[Any]:
        """`Idempotency-Key` of every write."""
        parameters = list(super().get_override_parameters())
        if self.method == "POST":
            words = "Equal requests under one key are done once; the first answer is replayed for seven days."
            required = bool(getattr(self.view, "needs_idempotency_key", False))
            parameters.append(
                OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER, required=required, description=words)
            )
        return parameters

    def _is_list_view(self, serializer: Any = None) -> bool:
        return self.method == "GET" and getattr(self.view, "is_list", False)

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        for code, words in ERRORS.items():
            if code not in bodies and (code not in _OF_WRITES or self.method == "POST"):
                bodies[code] = self._get_response_for_code(ErrorsSerializer, code, direction=direction)  # type: ignore[no-untyped-call]
                bodies[code]["description"] = words
        return bodies
