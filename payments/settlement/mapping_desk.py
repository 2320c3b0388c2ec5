"""What the mapping editor works with: the stored file, what is kept or typed about it, and the fields of the page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from payments.facts import FileRefused, LineFact
from payments.intake.adapters import kept_mapping, owner_of
from payments.intake.describing.description import Description, described
from payments.intake.describing.proposing import propose
from payments.intake.describing.sampling import Sample, Writing, sample_of, shortened
from payments.intake.models import FileImport
from payments.intake.services.storage import source_of
from payments.methods.models import Provider
from payments.settlement import mapping_labels as labels
from payments.settlement.mapping_fields import completed, typed, with_one_set, writing_of
from payments.settlement.selectors.conventions import FindingLine, findings_of_trial
from payments.settlement.selectors.describing import Bench, bench, terms_for

if TYPE_CHECKING:
    from payments.facts import SourceFile
    from payments.intake.adapters import Owner


@dataclass(frozen=True, slots=True)
class Setting:
    """One field of the page besides the columns."""

    name: str
    label: str | Promise
    value: str
    choices: labels.Choices = ()
    """Of a list; empty: a text."""
    hint: str | Promise = ""
    is_check: bool = False
    error: str = ""


@dataclass(frozen=True, slots=True)
class Desk:
    """All of it."""

    bench: Bench
    writing: tuple[Setting, ...]
    """How the file is written."""
    reading: tuple[Setting, ...]
    """How its values are meant."""
    findings: tuple[FindingLine, ...]
    """What known movements say of the description."""
    is_kept: bool
    """Whether what is shown began with the mapping kept for the owner."""


def desk_of(row: FileImport, post: QueryDict | None, *, fresh: bool, setting: str) -> Desk:
    """Lay out what is typed; with nothing typed, what is kept for the owner where it fits the file, else a proposal.

    `fresh` begins anew although a mapping is kept; `setting` is one change that the checker proposes.

    Raises:
        FileRefused: the bytes are gone, or are neither a table nor JSON.
    """
    owner, is_bank = owner_of(row), row.bank_account_id is not None
    source = source_of(row.stored_file, name=row.file_name)
    kept = None if fresh or post is not None else _mapping_of(row, owner)
    begun = described(kept, is_bank=is_bank) if kept is not None else None
    if post is not None and post.get("act") != "fresh":
        begun = typed(post, is_bank=is_bank)
    sample = _sample_as(source, begun, owner)
    if kept is not None and begun is not None and not _fits(begun, sample):
        begun, kept = None, None
        sample = _sample(source, Writing(), owner)
    proposal = propose(sample, terms_for(owner), is_bank=is_bank)
    description = completed(begun, sample, proposal, post) if begun else proposal.description
    if begun is not None and kept is not None:
        # What is kept means nothing beyond what it names: a column it leaves out is left out on purpose.
        description = replace(description, meanings=_only(begun, description))
    wanted = setting or (str(post.get("set", "")) if post else "")
    description = with_one_set(description, wanted) if wanted else description
    laid = bench(owner, source, sample, proposal, description)
    error = laid.refusal.field if laid.refusal else ""
    words = laid.refusal.message if laid.refusal else ""
    return Desk(
        bench=laid,
        writing=tuple(_told(_writing_fields(description, sample), error, words)),
        reading=tuple(_told(_reading_fields(description, owner), error, words)),
        findings=_findings(owner, laid),
        is_kept=kept is not None,
    )


def _mapping_of(row: FileImport, owner: Owner) -> Mapping[str, Any] | None:
    """The mapping an import was read with, else the one that its owner's files are read with."""
    given = row.mapping or (row.mapping_version.mapping if row.mapping_version else None)
    return given if given is not None else kept_mapping(owner)


def _findings(owner: Owner, laid: Bench) -> tuple[FindingLine, ...]:
    lines = [fact for fact in laid.trial.facts if isinstance(fact, LineFact)]
    if not isinstance(owner, Provider) or laid.mapping is None or not lines:
        return ()
    return tuple(findings_of_trial(owner, lines, laid.mapping))


def _sample(source: SourceFile, writing: Writing, owner: Owner) -> Sample:
    with shortened(source) as (beginning, _is_whole):
        return sample_of(beginning, writing, owner.zone)


def _sample_as(source: SourceFile, begun: Description | None, owner: Owner) -> Sample:
    """The file as it is said to be written; where it can't be read so, as it is: the trial says what is wrong."""
    if begun is not None:
        with suppress(FileRefused):
            return _sample(source, writing_of(begun), owner)
    return _sample(source, Writing(), owner)


def _fits(begun: Description, sample: Sample) -> bool:
    """Whether at least half of the columns a mapping names are in the file."""
    names = [column for column, meaning in begun.meanings.items() if meaning]
    here = {str(column.key).casefold() for column in sample.columns}
    return 2 * sum(name.casefold() in here for name in names) >= len(names) > 0


def _only(begun: Description, description: Description) -> dict[str, str]:
    plain = {key.casefold(): meaning for key, meaning in begun.meanings.items()}
    return {key: plain.get(key.casefold(), "") for key in description.meanings}


def _told(settings: Iterator[Setting], error: str, words: str) -> Iterator[Setting]:
    for setting in settings:
        is_meant = error == setting.name or error == f"constants.{setting.name}"
        yield replace(setting, error=words) if is_meant else setting


def _writing_fields(description: Description, sample: Sample) -> Iterator[Setting]:
    plain = description.plain
    yield Setting("format", _("Written as"), description.format, labels.FORMATS)
    yield Setting("encoding", _("Encoding"), plain.get("encoding", ""), labels.ENCODINGS, hint=sample.encoding)
    if description.format == "json":
        yield Setting("list", _("Key of the list"), plain.get("list", ""))
        return
    yield Setting("delimiter", _("Columns are parted by"), plain.get("delimiter", ""), labels.DELIMITERS)
    yield Setting("skip_lines", _("Lines above the header"), description.skip_lines)
    yield Setting("has_header", _("The first row holds names"), "on" if description.has_header else "", is_check=True)


def _reading_fields(description: Description, owner: Owner) -> Iterator[Setting]:
    plain = description.plain
    as_usual = _("Empty: 2026-07-31. Otherwise %Y, %m, %d, %H, %M, %S as they stand; %-d where 7 is not 07.")
    yield Setting("currency", _("Currency, where no column says it"), description.currency, hint=_currencies(owner))
    yield Setting("units", _("Amounts count"), description.units, labels.UNITS)
    yield Setting("decimal_mark", _("Decimal mark"), plain.get("decimal_mark", ""), labels.MARKS)
    if description.is_bank:
        yield Setting(
            "debit_is_negative",
            _("Debits carry a minus sign already"),
            "on" if description.debit_is_negative else "",
            is_check=True,
        )
    else:
        yield Setting("amount_signs", _("Signs of amounts"), description.amount_signs, labels.AMOUNT_SIGNS)
        yield Setting("fee_signs", _("Signs of fees"), description.fee_signs, labels.FEE_SIGNS)
        yield Setting(
            "fee_includes_vat",
            _("The fee holds its VAT"),
            "on" if description.fee_includes_vat else "",
            is_check=True,
        )
    yield Setting("date_format", _("Format of dates"), plain.get("date_format", ""), hint=as_usual)
    if not description.is_bank:
        yield Setting("time_format", _("Format of times"), plain.get("time_format", ""))
        yield Setting("zone", _("Zone of times"), plain.get("zone", ""), hint=owner.zone)


def _currencies(owner: Owner) -> str:
    return ", ".join(getattr(owner, "currencies", None) or [getattr(owner, "currency", "")])
