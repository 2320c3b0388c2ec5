"""The shapes of transactions: a bank writes thousands alike, so a shape is learned once, as one pattern of its tags.

What is not plain (entities, tags that come twice, amounts in another currency) has no shape: it is read with care.
"""

import re
from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Final

from payments.banks.ofx.stream import CLOSE

MOST: Final = 32
"""Shapes that are learned of one file; a transaction of another one is read with care."""
WANTED: Final = (
    "TRNTYPE", "TRNAMT", "DTPOSTED", "DTAVAIL", "NAME", "MEMO", "EXTDNAME", "FITID", "REFNUM", "CHECKNUM",
)  # fmt: skip
"""The elements that a line is made of, in the order in which their texts are given."""
_TAG: Final = re.compile(r"<(/?)([A-Z][A-Z0-9._]*)>[^<]*")
_END: Final = CLOSE.decode()

Texts = tuple[str, ...]


class Shapes:
    """The shapes met in one file, the latest first."""

    def __init__(self) -> None:
        self._known: list[tuple[re.Pattern[str], Callable[[Sequence[str]], Texts]]] = []

    def texts(self, written: str) -> Texts | None:
        """The texts of what is WANTED, as they stand between the tags of a transaction; None where it is not plain."""
        for rank, (pattern, take) in enumerate(self._known):
            found = pattern.fullmatch(written)
            if found is not None:
                if rank:
                    self._known.insert(0, self._known.pop(rank))
                return take(found.groups(""))
        if "&" in written or len(self._known) >= MOST:
            return None
        shape = learned(written)
        if shape is None:
            return None
        self._known.insert(0, shape)
        pattern, take = shape
        found = pattern.fullmatch(written)
        return take(found.groups("")) if found is not None else None


def learned(written: str) -> tuple[re.Pattern[str], Callable[[Sequence[str]], Texts]] | None:
    """The pattern of a transaction, and what takes its wanted texts from the groups; None where it is not plain."""
    places: dict[str, int] = {}
    parts: list[str] = []
    end = 0
    for tag in _TAG.finditer(written):
        if tag.start() != end:
            return None
        end, name = tag.end(), tag[2]
        opening = re.escape(f"<{tag[1]}{name}>")
        if f"<{tag[1]}{name}>" == _END:
            break
        if name == "CURRENCY" or (not tag[1] and name in places):
            return None
        if tag[1] or name not in WANTED:
            parts.append(opening + "[^<&]*")
        else:
            places[name] = len(places)
            parts.append(opening + "([^<&]*)")
    else:
        return None
    # One group more, which nothing is ever in, stands for all elements that are not there.
    pattern = re.compile("".join(parts) + re.escape(_END) + "()")
    return pattern, itemgetter(*(places.get(name, len(places)) for name in WANTED))
