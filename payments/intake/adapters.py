"""The sorting desk: which reader takes a file, judged by its content, and what that reader must be told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from payments.banks import registry as banks
from payments.facts import FileRefused, Problem, ReadingTerms, SourceFile
from payments.intake.models import FileImport, ImportKind, MappingVersion
from payments.intake.movements import MovementAdapter
from payments.intake.parsing.readers import format_name, readers_of
from payments.methods.models import BankAccount, Provider
from payments.providers import registry as providers
from payments.tabular.containers import refuse_containers
from payments.tabular.encodings import is_wide
from payments.tabular.lines import read_head
from payments.wording import translatable

MAPPED: Final = "mapped"
CHOSEN: Final = ""
"""The evidence of an adapter that a person named."""

UNKNOWN_FORMAT: Final = translatable(
    "This file is of no format that is known here. Download the report again as the provider or bank offers it, "
    "or keep a mapping for it with the provider or bank account."
)
WIDE: Final = translatable(
    "The file is encoded in UTF-16, and no format was found in it that is known here and written so. Save it as UTF-8, "
    "and send it again."
)
OTHER_FORMAT: Final = translatable(
    "This looks like a file of the format “%(found)s”, but “%(owner)s” delivers the format “%(expected)s”. "
    "Choose the provider or bank account that it belongs to, or name the format yourself."
)
OTHER_KIND: Final = translatable(
    "This looks like a file of the format “%(found)s” (%(kind)s), but it came to “%(owner)s” as another kind of file "
    "(%(expected)s). Send it again as what it is, for the provider or bank account that it belongs to."
)
NO_MAPPING: Final = translatable(
    "This format needs a mapping that says what the columns mean, and “%(owner)s” has none."
)
KEPT_WITH: Final = translatable("The mapping kept with the provider or bank account")

KIND_NAMES: Final = {
    ImportKind.STATEMENT: translatable("Provider statement"),
    ImportKind.MOVEMENTS: translatable("Our ledger’s export"),
    ImportKind.BANK: translatable("Bank statement"),
}
"""What people call the kinds of file, as msgids."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A reader and why it was chosen."""

    code: str
    evidence: str
    """A msgid, or '' when a person chose."""


Owner = Provider | BankAccount
SURE: Final = 80
"""A recognition below this does not stand against a mapping that somebody has kept for such files."""


def is_mapped(owner: Owner) -> bool:
    """Whether what an owner keeps as `mapping` is a mapping, or may become one; else it holds options of formats."""
    if isinstance(owner, BankAccount):
        return owner.mapping is None or "columns" in owner.mapping
    return owner.adapter == MAPPED


def latest_version(owner: Owner) -> MappingVersion | None:
    """The newest mapping that was kept with an owner; None when none ever was."""
    mine = {"provider": owner} if isinstance(owner, Provider) else {"bank_account": owner}
    return MappingVersion.objects.filter(**mine).order_by("-number").first()


def kept_mapping(owner: Owner) -> Mapping[str, Any] | None:
    """The mapping by which files of an owner are read; None when none is kept."""
    if is_mapped(owner) and owner.mapping is not None:
        kept: Mapping[str, Any] = owner.mapping
        return kept
    latest = latest_version(owner)
    return latest.mapping if latest else None


def choose(kind: ImportKind, owner: Owner, source: SourceFile, mapping: Mapping[str, Any] | None) -> Choice:
    """Find the reader of a file from its content.

    Raises:
        FileRefused: no reader takes it, or it is plainly a file of somebody else.
    """
    if kind == ImportKind.MOVEMENTS:
        head = read_head(source)
        refuse_containers(head)
        if not MovementAdapter().recognise(source, head).confidence:
            _refuse_other_kind(kind, owner, source)
        return Choice(MovementAdapter.code, MovementAdapter.evidence)
    if mapping is not None:
        return Choice(MAPPED, CHOSEN)
    found = (providers if kind == ImportKind.STATEMENT else banks).recognise(source)
    by_code = dict(found)
    expected = owner.adapter if isinstance(owner, Provider) else ""
    if expected in by_code:
        return Choice(expected, by_code[expected].evidence)
    if kept_mapping(owner) is not None and (not found or found[0][1].confidence < SURE):
        return Choice(MAPPED, KEPT_WITH)
    if isinstance(owner, BankAccount) and found:
        return Choice(found[0][0], found[0][1].evidence)
    if found and expected != MAPPED:
        names = {
            "found": format_name(ImportKind.STATEMENT, found[0][0]),
            "expected": format_name(ImportKind.STATEMENT, expected),
        }
        raise FileRefused(Problem(OTHER_FORMAT, {**names, "owner": owner.code}))
    if not found:
        _refuse_other_kind(kind, owner, source)
    if not expected:
        raise FileRefused(Problem(WIDE if is_wide(read_head(source)) else UNKNOWN_FORMAT))
    # Its own reader says best why it does not take the file: which column is missing, which line is cut.
    has_mapping = expected == MAPPED and kept_mapping(owner) is not None
    return Choice(expected, KEPT_WITH if has_mapping else CHOSEN)


def _refuse_other_kind(kind: ImportKind, owner: Owner, source: SourceFile) -> None:
    """Refuse a file of which readers of another kind are sure: what its own kind misses in it would mislead."""
    head = read_head(source)
    for other in ImportKind:
        for adapter in readers_of(other).values() if other != kind else ():
            if adapter.recognise(source, head).confidence >= SURE:
                names = {"found": adapter.name, "kind": KIND_NAMES[other], "expected": KIND_NAMES[kind]}
                raise FileRefused(Problem(OTHER_KIND, {**names, "owner": owner.code}))


def terms_of(file_import: FileImport) -> ReadingTerms:
    """What the reader of an import must be told.

    Raises:
        FileRefused: the reader needs a mapping and there is none.
    """
    owner = owner_of(file_import)
    mapping = file_import.mapping if file_import.mapping is not None else owner.mapping
    if file_import.adapter == MAPPED and file_import.mapping is None:
        version = file_import.mapping_version
        mapping = version.mapping if version else kept_mapping(owner)
        if mapping is None:
            raise FileRefused(Problem(NO_MAPPING, {"owner": owner.code}))
    currencies = tuple(owner.currencies) if isinstance(owner, Provider) else (owner.currency,)
    return ReadingTerms(zone=owner.zone, currencies=currencies, mapping=mapping)


def columns_of(file_import: FileImport) -> Mapping[str, str]:
    """What the fields of facts are called in the file of an import, as far as they stand in a column of their own."""
    if file_import.kind == ImportKind.MOVEMENTS:
        return {}
    if file_import.adapter == MAPPED:
        mapping = terms_of(file_import).mapping or {}
        columns = mapping.get("columns", {}).items()
        return {name: "/".join(map(str, found if isinstance(found, list) else [found])) for name, found in columns}
    adapters = providers.ADAPTERS if file_import.kind == ImportKind.STATEMENT else banks.ADAPTERS
    return adapters[file_import.adapter].columns


def owner_of(file_import: FileImport) -> Owner:
    """The provider or bank account of an import."""
    owner = file_import.provider or file_import.bank_account
    assert owner is not None  # a constraint of the table
    return owner
