"""How facts get in: files, deliveries of providers, and the keys and writes of the merchant API."""

from payments.intake.models.files import (
    FileImport,
    ImportKind,
    ImportState,
    StagedBankLine,
    StagedMovement,
    StagedStatementLine,
    StoredFile,
)
from payments.intake.models.inbox import DeliveryRefusal, DeliveryState, InboxDelivery, RefusalReason
from payments.intake.models.keys import ApiKey, ApiKeyMinute, ApiKeyUse, IdempotentWrite
from payments.intake.models.mappings import MappingOrigin, MappingVersion

__all__ = [
    "ApiKey",
    "ApiKeyMinute",
    "ApiKeyUse",
    "DeliveryRefusal",
    "DeliveryState",
    "FileImport",
    "IdempotentWrite",
    "ImportKind",
    "ImportState",
    "InboxDelivery",
    "MappingOrigin",
    "MappingVersion",
    "RefusalReason",
    "StagedBankLine",
    "StagedMovement",
    "StagedStatementLine",
    "StoredFile",
]
