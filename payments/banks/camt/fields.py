"""The fields of one entry (Ntry): its texts by their path, and those of each transaction inside."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from payments.banks.camt.xml import Element

Texts = dict[str, str]
"""What stands at each path, such as `BookgDt/Dt`, trimmed."""

TRANSACTION: Final = "TxDtls"
PARTED: Final = "\x1f"
"""Stands between the texts of one path where all of them count; no XML may hold it."""
_STRUCTURED: Final = ("CdtrRefInf/Ref", "CdtrRefInf/CdtrRef", "RfrdDocInf/Nb", "RfrdDocInf/RfrdDocNb", "AddtlRmtInf")
TRANSACTION_TEXTS: Final = ("RmtInf/Ustrd", *(f"RmtInf/Strd/{path}" for path in _STRUCTURED), "AddtlTxInf")
ENTRY_TEXTS: Final = (
    "AddtlNtryInf",
    "AddtlNtryInf/Inf",
    "NtryDtls/Btch/MsgId",
    "NtryDtls/Btch/PmtInfId",
    "Btch/MsgId",
    "Btch/PmtInfId",
)
_REPEATED: Final = frozenset((*TRANSACTION_TEXTS, *ENTRY_TEXTS))


@dataclass(slots=True)
class Entry:
    """One entry with its place in the file."""

    line: int
    offset: int
    length: int
    texts: Texts
    transactions: list[Texts]
    currency: str = ""
    """Of its amount, as its attribute says."""
    written: str = ""
    """The entry as it stands in the file, where it is at hand: only to find the line of its amount."""
    placed: int = 0
    """Line of its amount where it is known already."""

    @property
    def amount_line(self) -> int:
        """The line its amount stands on."""
        return self.placed or self.line + self.written.count("\n", 0, self.written.find("Amt"))

    def value(self, *paths: str) -> str:
        """The text at the first of the paths that has any."""
        return value_of(self.texts, *paths)


def value_of(texts: Texts, *paths: str) -> str:
    """The text at the first of the paths that has any."""
    for path in paths:
        text = texts.get(path)
        if text:
            return text
    return ""


def keep(texts: Texts, path: str, text: str) -> None:
    """Put a text where it belongs: the first of a path counts, but of what is free text all do."""
    known = texts.get(path)
    if not known:
        texts[path] = text
    elif text and path in _REPEATED:
        texts[path] = f"{known}{PARTED}{text}"


def entry_of(element: Element) -> Entry:
    """The fields of an entry that was kept as a tree."""
    entry = Entry(element.line, element.offset, element.length, {}, [])
    amount = element.find("Amt")
    if amount is not None:
        entry.currency, entry.placed = amount.attributes.get("Ccy", ""), amount.line
    _spread(element, "", entry.texts, entry)
    return entry


def _spread(element: Element, path: str, texts: Texts, entry: Entry) -> None:
    for child in _children(element):
        inner = f"{path}/{child.name}" if path else child.name
        if child.name == TRANSACTION:
            entry.transactions.append({})
            _spread(child, "", entry.transactions[-1], entry)
            continue
        if child.text or not child.children:
            keep(texts, inner, child.text)
        _spread(child, inner, texts, entry)


def _children(element: Element) -> Iterator[Element]:
    for alike in element.children.values():
        yield from alike
