"""One statement line: what was read, and the very bytes it was read from."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from payments.cards import holds_card_number
from payments.facts import FileRefused
from payments.intake.models import FileImport
from payments.intake.services.storage import path_of
from payments.settlement.models import StatementLine
from payments.tabular.encodings import detect

SHOWN_BYTES: Final = 16 * 1024
"""Of a longer record only the beginning is shown."""
_HEAD_BYTES: Final = 64 * 1024
_DIGITS: Final = re.compile(r"\d(?:[ -]?\d){12,18}")


@dataclass(frozen=True, slots=True)
class RawRecord:
    """The record as it stands in the stored file, as text; empty with a reason in `is_gone` or `is_hidden`."""

    text: str
    encoding: str
    is_cut: bool = False
    is_gone: bool = False
    """The bytes were removed, or lie on a disk that is not there."""
    is_hidden: bool = False
    """Digits that look like a card number are covered."""


def raw_record(line: StatementLine, file_import: FileImport) -> RawRecord:
    """Cut a line's bytes out of its stored file by offset and length; reads at most 80 KiB.

    Import refuses files with card numbers; should a reference look like one all the same, it is covered here.
    """
    stored = file_import.stored_file
    if stored.deleted_at is not None or not line.byte_length:
        return RawRecord("", "", is_gone=True)
    try:
        with path_of(stored).open("rb") as file:
            encoding = detect(file.read(_HEAD_BYTES), home=line.statement.provider.zone)
            file.seek(line.byte_offset)
            content = file.read(min(line.byte_length, SHOWN_BYTES))
    except (OSError, FileRefused):
        return RawRecord("", "", is_gone=True)
    codec = "utf-8" if encoding.codec == "ascii" else encoding.codec
    text = content.decode(codec, errors="replace").strip("\r\n\ufeff")
    references = {line.line_key, line.provider_key, line.payment_reference, line.merchant_reference, line.payout_key}
    covered = _DIGITS.sub(lambda found: found.group() if found.group() in references else _cover(found.group()), text)
    return RawRecord(
        text=covered,
        encoding=encoding.shown,
        is_cut=line.byte_length > SHOWN_BYTES,
        is_hidden=covered != text,
    )


def _cover(digits: str) -> str:
    """Cover all but the last four digits of what may not be shown; declared references never come here."""
    return f"{'•' * (len(digits) - 4)}{digits[-4:]}" if holds_card_number(digits) else digits
