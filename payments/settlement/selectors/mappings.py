"""Kept mappings: whose files are read by one, its versions, and the files that were read with them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery

from payments.intake.adapters import Owner, is_mapped
from payments.intake.models import FileImport, ImportKind, MappingVersion
from payments.methods.models import BankAccount, Provider


@dataclass(frozen=True, slots=True)
class KeptMapping:
    """An owner whose files are read by a mapping."""

    side: str
    """`provider` or `account`, as the address says it."""
    code: str
    name: str
    number: int | None
    """Of the newest version; None: it stands in the configuration, and no file was read with it yet."""
    kept_at: datetime | None
    kept_by: str


def kept_mappings() -> list[KeptMapping]:
    """Every provider and bank account with a mapping, by name; two queries."""
    return sorted((*_kept("provider", Provider), *_kept("account", BankAccount)), key=lambda each: each.name)


def _kept(side: str, model: Any) -> list[KeptMapping]:
    field = "provider" if side == "provider" else "bank_account"
    newest = MappingVersion.objects.filter(**{field: OuterRef("pk")}).order_by("-number")
    owners = model.objects.annotate(
        number=Subquery(newest.values("number")[:1]),
        kept_at=Subquery(newest.values("created_at")[:1]),
        kept_by=Subquery(newest.values("created_by__email")[:1]),
    )
    return [
        KeptMapping(side, owner.code, owner.name, owner.number, owner.kept_at, owner.kept_by or "")
        for owner in owners
        if owner.number or (owner.mapping is not None and is_mapped(owner))
    ]


def versions_of(owner: Owner) -> QuerySet[MappingVersion, Any]:
    """The versions of an owner's mapping, newest first, each with how many imports were read with it."""
    mine = {"provider": owner} if isinstance(owner, Provider) else {"bank_account": owner}
    counted = (
        FileImport.objects.filter(mapping_version=OuterRef("pk"))
        .order_by()
        .values("mapping_version")
        .annotate(count=Count("pk"))
        .values("count")
    )
    return (
        MappingVersion.objects.filter(**mine)
        .select_related("created_by")
        .annotate(import_count=Subquery(counted))
        .order_by("-number")[:200]
    )


def latest_file(owner: Owner) -> FileImport | None:
    """The newest file of an owner whose bytes are still here: the one a mapping is tried on."""
    mine = {"provider": owner} if isinstance(owner, Provider) else {"bank_account": owner}
    found = FileImport.objects.filter(**mine, stored_file__deleted_at__isnull=True).exclude(kind=ImportKind.MOVEMENTS)
    return found.order_by("-pk").first()
