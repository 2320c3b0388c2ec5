"""The keeping of mappings: a version for every change, and the version a file is read with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db import transaction

from payments.intake.adapters import Owner, is_mapped, latest_version
from payments.intake.describing.trying import validate
from payments.intake.models import MappingOrigin, MappingVersion
from payments.methods.models import BankAccount, Provider
from payments.records.services import audit
from payments.tabular.keepable import refuse_unkeepable

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser


def keep_mapping(
    owner: Owner,
    mapping: Mapping[str, Any],
    *,
    by: AbstractBaseUser,
    note: str = "",
    origin: MappingOrigin = MappingOrigin.SCREEN,
) -> MappingVersion:
    """Keep a mapping with a provider or bank account; it is used from now on. The same twice is one version.

    Raises:
        FileRefused: a key of the mapping is wrong, and is named, or the note holds card data.
    """
    validate(mapping, is_bank=isinstance(owner, BankAccount))
    refuse_unkeepable({"note": note})
    with transaction.atomic():
        owner = _locked(owner)
        current = _in_use(owner)
        if current is not None and current.mapping == mapping:
            return current
        version = _new(owner, mapping, origin=origin, note=note, by=by)
        if is_mapped(owner):
            owner.mapping = dict(mapping)
            owner.save(update_fields=["mapping"])
        audit.record(
            "mapping.kept",
            by=by,
            about=("mapping", version.pk),
            detail={"owner": owner.code, "number": version.number, "origin": version.origin},
            reason=note,
        )
    return version


def version_in_use(owner: Owner) -> MappingVersion | None:
    """The version by which a mapped file of this owner is read now; None when no mapping is kept.

    What came with the configuration gets its number here, so that every import can name the one it was read with.
    """
    with transaction.atomic():
        return _in_use(_locked(owner))


def _in_use(owner: Owner) -> MappingVersion | None:
    """Call it with the owner locked."""
    latest = latest_version(owner)
    kept = owner.mapping if is_mapped(owner) else None
    if kept is None or (latest is not None and latest.mapping == kept):
        return latest
    return _new(owner, kept, origin=MappingOrigin.CONFIGURATION, note="", by=None)


def _new(
    owner: Owner, mapping: Mapping[str, Any], *, origin: MappingOrigin, note: str, by: AbstractBaseUser | None
) -> MappingVersion:
    latest = latest_version(owner)
    return MappingVersion.objects.create(
        provider=owner if isinstance(owner, Provider) else None,
        bank_account=owner if isinstance(owner, BankAccount) else None,
        number=latest.number + 1 if latest else 1,
        mapping=dict(mapping),
        origin=origin,
        note=note,
        created_by_id=by.pk if by is not None else None,
    )


def _locked(owner: Owner) -> Owner:
    if isinstance(owner, Provider):
        return Provider.objects.select_for_update(no_key=True).get(pk=owner.pk)
    return BankAccount.objects.select_for_update(no_key=True).get(pk=owner.pk)
