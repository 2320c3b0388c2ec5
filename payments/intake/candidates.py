"""Every format a file may be of, best first: how sure that is, and which of its columns are there and which are not."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from payments.banks import registry as banks
from payments.facts import FileRefused, Recognition, SourceFile
from payments.intake.adapters import KEPT_WITH, MAPPED, SURE, Owner, kept_mapping
from payments.intake.describing.sampling import Writing, sample_of, shortened
from payments.intake.models import ImportKind
from payments.providers import registry as providers
from payments.tabular.lines import read_head
from payments.wording import translatable

HALF_THERE: Final = translatable("Some of the columns of this format")
LEAST_SHARE: Final = 0.4
"""Of a format's columns that must be there before it is worth naming where its own reader does not know the file."""
MOST_NAMES: Final = 40


@dataclass(frozen=True, slots=True)
class Candidate:
    """A format the file may be of."""

    code: str
    confidence: int
    """0 to 100."""
    evidence: str
    """A msgid."""
    found: tuple[str, ...] = ()
    """Its columns that are in the file."""
    missing: tuple[str, ...] = ()
    """Those its reader asks for, or usually has, that are not."""
    kind: str = ""
    """The kind of file it is a format of, where that is another than the import's."""


def candidates(kind: ImportKind, owner: Owner, source: SourceFile) -> list[Candidate]:
    """Judge a file by every reader there is, those of the other kind too."""
    if kind == ImportKind.MOVEMENTS:
        return []
    head = read_head(source)
    header = _header(source, owner.zone)
    own: Mapping[str, Any] = providers.ADAPTERS if kind == ImportKind.STATEMENT else banks.ADAPTERS
    other: Mapping[str, Any] = banks.ADAPTERS if kind == ImportKind.STATEMENT else providers.ADAPTERS
    other_kind = ImportKind.BANK if kind == ImportKind.STATEMENT else ImportKind.STATEMENT
    found = [
        _judged(code, adapter.recognise(source, head), adapter.columns, header)
        for code, adapter in own.items()
        if code != MAPPED
    ]
    found += [
        Candidate(code, judged.confidence, judged.evidence, kind=other_kind)
        for code, adapter in other.items()
        if (judged := adapter.recognise(source, head)).confidence
    ]
    mapped = _mapped(owner, header)
    return sorted((each for each in (*found, mapped) if each.confidence), key=lambda each: -each.confidence)


def as_json(found: Sequence[Candidate]) -> list[dict[str, Any]]:
    """Candidates in the form that is kept with an import."""
    return [asdict(candidate) for candidate in found]


def from_json(stored: Sequence[Mapping[str, Any]]) -> tuple[Candidate, ...]:
    """The candidates kept with an import."""
    return tuple(
        Candidate(**{**each, "found": tuple(each["found"]), "missing": tuple(each["missing"])}) for each in stored
    )


def _judged(code: str, judged: Recognition, columns: Mapping[str, str], header: Collection[str]) -> Candidate:
    """What the reader says, or else what its columns say: half of them show which report was meant."""
    names = tuple(dict.fromkeys(columns.values()))
    found = judged.found or tuple(name for name in names if _plain(name) in header)
    missing = judged.missing
    if not judged.found and found:
        missing = tuple(name for name in names if name not in found)
    if judged.confidence >= SURE and not judged.found and missing:
        # Its reader knows it by something else, as records or another of its forms: these names would mislead.
        found = missing = ()
    if judged.confidence:
        return Candidate(code, judged.confidence, judged.evidence, found[:MOST_NAMES], missing[:MOST_NAMES])
    share = len(found) / len(names) if len(names) > 2 else 0
    return Candidate(code, round(40 * share) if share >= LEAST_SHARE else 0, HALF_THERE, found, missing)


def _mapped(owner: Owner, header: Collection[str]) -> Candidate:
    """The owner's own mapping: its columns must all be there."""
    mapping = kept_mapping(owner)
    if mapping is None or not header:
        return Candidate(MAPPED, 0, KEPT_WITH)
    columns = mapping.get("columns", {}).values()
    names = {str(each) for column in columns for each in (column if isinstance(column, list) else [column])}
    found = tuple(sorted(name for name in names if name.isdecimal() or _plain(name) in header))
    missing = tuple(sorted(names.difference(found)))
    share = len(found) / len(names) if names else 0
    return Candidate(MAPPED, round((90 if not missing else 70) * share), KEPT_WITH, found, missing)


def _header(source: SourceFile, zone: str) -> frozenset[str]:
    """The names of the columns of a table; empty for what is none."""
    try:
        with shortened(source) as (beginning, _):
            sample = sample_of(beginning, Writing(), zone)
    except FileRefused:
        return frozenset()
    if not sample.writing.has_header:
        return frozenset()
    return frozenset(_plain(column.name) for column in sample.columns)


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()
