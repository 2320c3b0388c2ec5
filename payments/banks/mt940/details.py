"""What an :86: field tells about an entry: who, which reference, what for, in each of the three ways banks write it.

- structured: a business transaction code, a mark, and two-digit subfields (`166?00CREDIT?20SVWZ+…?32Name`); Germany
  writes `?`, others `>`, `^`, `~`, `<` or `+`. Some leave the code out.
- keywords between slashes (`/EREF/…/NAME/…/REMI/…`), as Dutch banks and SWIFT write it.
- plain lines.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from payments.banks.mt940.fields import Field

_STRUCTURED: Final = re.compile(r"(?:[0-9]{3}(?=[?>^~<+|])|(?=[?>^~<|]))(.)(?=00|10|[236][0-9])", re.ASCII)
_KEYWORDS: Final = re.compile(
    r"(EREF|KREF|MREF|CRED|DEBT|SVWZ|ABWA|ABWE|PURP|COAM|OAMT|SQTP|ORCR|ORMR|DDAT|MDAT|IBAN|BIC)\+ ?"
)
_SLASHED_REFERENCE: Final = re.compile(r"/EREF/([^/]+)")
_SLASHED_NAME: Final = re.compile(r"/NAME/([^/]+)|/CNTP/[^/]*/[^/]*/([^/]+)")
_WRAPPED_AT: Final = 65
_SUBFIELD: Final = 27
"""Characters of a full subfield: a text goes on behind it, and ends in a shorter one."""
_END: Final = "\x1f"
"""Stands in joined text where a subfield ended before it was full."""
NO_REFERENCE: Final = frozenset({"NONREF", "NOTPROVIDED", "NOT PROVIDED", "KREF+", "EREF", "PREF", "MARF", ""})


class Details(NamedTuple):
    """What the :86: fields of one entry say; '' where they say nothing."""

    counterparty: str
    end_to_end_reference: str
    remittance: str


def details_of(found: Sequence[Field]) -> Details:
    """Read the :86: (and :NS:) fields of one entry."""
    if len(found) == 1:
        return _told(found[0])
    counterparty, reference, texts = "", "", []
    for details in map(_told, found):
        counterparty, reference = counterparty or details.counterparty, reference or details.end_to_end_reference
        texts.append(details.remittance)
    return Details(counterparty, reference, " ".join(texts))


def _told(found: Field) -> Details:
    structured = _STRUCTURED.match(found.lines[0])
    return _structured(found, structured[1]) if structured else _plain(found)


def real_reference(text: str) -> str:
    """The reference, or '' for the words banks write where there is none."""
    text = text.strip()
    return "" if text.upper() in NO_REFERENCE else text


@lru_cache(maxsize=16)
def _subfields(mark: str) -> re.Pattern[str]:
    return re.compile(re.escape(mark) + r"(00|10|[236][0-9])", re.ASCII)


def _structured(found: Field, mark: str) -> Details:
    parts = _subfields(mark).split("".join(found.lines))
    posting, name, purpose = "", "", ""
    for code, text in zip(parts[1::2], parts[2::2], strict=True):
        if code[0] in "26":
            purpose += text if len(text) >= _SUBFIELD else text + _END
        elif code in ("32", "33"):
            name += text if len(text) >= _SUBFIELD else text + " "
        elif code == "00":
            posting = text
    lead, *tagged = _KEYWORDS.split(purpose)
    reference, texts = "", [lead]
    for keyword, text in zip(tagged[0::2], tagged[1::2], strict=True):
        value, _, rest = text.partition(_END)
        if keyword == "EREF":
            reference = reference or real_reference(value)
        texts.append(text if keyword == "SVWZ" else rest)
    return Details(_tidy(name), reference, _tidy(" ".join(texts)) or _tidy(posting))


def _plain(found: Field) -> Details:
    text = "".join(found.lines)
    reference = name = None
    if "/" in text:
        reference, name = _SLASHED_REFERENCE.search(text), _SLASHED_NAME.search(text)
    return Details(
        _tidy(name[1] or name[2]) if name else "",
        real_reference(reference[1]) if reference else "",
        _joined(found),
    )


def _joined(found: Field) -> str:
    """The lines as one text: without a space where a full line was cut.

    Some banks count the tag itself as part of the first line, so a first line that is full with it was cut too.
    """
    lines = found.lines
    if len(lines) == 1:
        return lines[0]
    with_tag = len(lines[0]) + len(found.tag) + 2
    text = lines[0] if with_tag == _WRAPPED_AT or len(lines[0]) >= _WRAPPED_AT else lines[0] + " "
    for line in lines[1:]:
        text += line if len(line) >= _WRAPPED_AT else line + " "
    return text


def _tidy(text: str) -> str:
    return " ".join(text.replace(_END, " ").split())
