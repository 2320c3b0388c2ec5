"""Values of dimensions as an address writes them: with commas, "-" for what nobody told, "\\" before what is meant."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final
from urllib.parse import urlencode

from django.urls import reverse

MEANT: Final = "\\"
"""Takes its meaning from the sign behind it: a comma, a space at an end, a hyphen that is all of a value."""
NOT_TOLD: Final = "-"
_PARTS: Final = re.compile(r"(?:\\.|[^,\\])+", re.DOTALL)
_SIGNS: Final = re.compile(r"\\.|[^\\]", re.DOTALL)


def written(values: Iterable[str]) -> str:
    """The values as `listed` reads them again."""
    return ",".join(map(_one, values))


@lru_cache(maxsize=4096)
def pair(name: str, value: str) -> str:
    """One value under its name, as it stands in an address: the thousand links of a page are made of few pairs."""
    return urlencode({name: _one(value)})


@lru_cache(maxsize=1024)
def path(view: str, code: str) -> str:
    """The path of a view of one metric: the same as long as the server runs, and a page leads to fifty."""
    return reverse(view, args=[code])


def _one(value: str) -> str:
    if value in ("", NOT_TOLD):
        return f"{MEANT}{value}" if value else NOT_TOLD
    ends = len(value) - len(value.lstrip()), len(value.rstrip())
    return "".join(
        f"{MEANT}{sign}" if sign in (",", MEANT) or not ends[0] <= place < ends[1] else sign
        for place, sign in enumerate(value)
    )


def listed(text: str) -> list[str]:
    """The values; what stands between two commas without a sign is none."""
    signs = [_trimmed(_SIGNS.findall(part)) for part in _PARTS.findall(text)]
    return ["" if part == [NOT_TOLD] else "".join(sign[-1] for sign in part) for part in signs if part]


def _trimmed(signs: list[str]) -> list[str]:
    """Without the spaces at both ends that are not meant."""
    told = [place for place, sign in enumerate(signs) if not sign.isspace()]
    return signs[told[0] : told[-1] + 1] if told else []
