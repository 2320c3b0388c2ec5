"""The formats a file may be of, by the names that people give them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext

from payments.intake import candidates
from payments.intake.models import FileImport
from payments.intake.parsing.readers import format_name
from payments.settlement.labels import IMPORT_KINDS


@dataclass(frozen=True, slots=True)
class FormatLine:
    """A format the file may be of."""

    code: str
    name: str
    """What people call it, in the viewer's language."""
    confidence: int
    """0 to 100."""
    evidence: str
    found: tuple[str, ...]
    missing: tuple[str, ...]
    kind: str | Promise
    """'' or the kind of file it would be, where that is another than the import's."""
    is_chosen: bool
    can_be_chosen: bool


def name_of(row: FileImport) -> str:
    """What people call the format of an import, in the viewer's language; '' where none was found."""
    return gettext(format_name(row.kind, row.adapter)) if row.adapter else ""


def format_lines(row: FileImport) -> Iterator[FormatLine]:
    """Every format that was found for a file, best first."""
    for each in candidates.from_json(row.candidates):
        is_chosen = each.code == row.adapter and not each.kind
        yield FormatLine(
            code=each.code,
            name=gettext(format_name(each.kind or row.kind, each.code)),
            confidence=each.confidence,
            evidence=gettext(each.evidence) if each.evidence else "",
            found=each.found,
            missing=each.missing,
            kind=IMPORT_KINDS[each.kind] if each.kind else "",
            is_chosen=is_chosen,
            can_be_chosen=not is_chosen and not each.kind,
        )
