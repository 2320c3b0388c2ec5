"""The settings of the libraries under the merchant API; what its endpoints need they say themselves."""

from typing import Any

REST_FRAMEWORK: dict[str, Any] = {
    "EXCEPTION_HANDLER": "drf_standardized_errors.handler.exception_handler",
    # A view that says nothing of who may enter is closed.
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
DRF_STANDARDIZED_ERRORS: dict[str, Any] = {
    "EXCEPTION_HANDLER_CLASS": "payments.intake.api.errors.ApiErrors",
}
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "Jeongsan merchant API",
    "VERSION": "1",
    "DESCRIPTION": (
        "What the shop tells of checkouts and payments, and what it can read back. Amounts are whole minor units with "
        "their currency, instants are RFC 3339 with a zone, unknown fields are refused, and card data is never taken."
    ),
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "ActKindEnum": "payments.acts.models.ActKind.values",
        "ActStateEnum": "payments.acts.models.ActState.values",
        "AssessmentOutcomeEnum": "fraud.decisions.api.OUTCOMES",
        "LabelSourceEnum": "fraud.labels.api.SOURCES",
    },
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {
        "deepLinking": True,
        "persistAuthorization": False,
        "validatorUrl": None,
        "defaultModelsExpandDepth": 0,
    },
}
