"""The mess of the real world, on request: what befalls files between a provider and us. The truth knows all of it."""

from __future__ import annotations

from enum import StrEnum


class Mess(StrEnum):
    """What may be asked for."""

    BOM = "bom"
    """UTF-8 files begin with a mark."""
    REORDERED = "reordered"
    """The columns of tables stand in another order."""
    CORRECTED = "corrected"
    """Many more statements are wrong at first."""
    LATE = "late"
    """Many more files come days late."""
    DUPLICATED = "duplicated"
    """Equal entries on one day that are two, with one reference of the bank."""
    SPLIT = "split"
    """Reports come in two files: half of PayPal's settlement reports."""
    PARTIAL = "partial"
    """Captured was less than was held: Stripe writes all of it, and takes back the rest in a row of its own."""
    EXCEL = "excel"
    """Files were opened and saved in a spreadsheet, which spoils long numbers; they come whole two days later."""


class UnknownMess(ValueError):
    """Nobody knows how to make such a mess."""

    def __init__(self, name: str) -> None:
        super().__init__(f"no mess “{name[:40]}”: there are {', '.join(Mess)}, and all")


def mess_of(text: str) -> frozenset[Mess]:
    """What is asked for by names separated by commas, or by `all`. Raises UnknownMess."""
    names = [name.strip() for name in text.split(",") if name.strip()]
    for name in names:
        if name not in {*Mess, "all"}:
            raise UnknownMess(name)
    return frozenset(Mess) if "all" in names else frozenset(map(Mess, names))
