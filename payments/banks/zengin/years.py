"""Which calendar the two digits of a year are of: the published layout says that of the era, some banks write others.

`zengin_years` in the mapping of the bank account says it: `western` (26 is 2026) or `heisei` (26 is 2014). Without it
years are those of Reiwa, as far as they can be no others.
"""

from collections.abc import Mapping
from typing import Any, Final

from payments.tabular.mappings import MappingKeys

YEARS_KEY: Final = "zengin_years"
FIRST_YEARS: Final = {"western": 2000, "heisei": 1988}
"""The year before the first of each calendar."""


def years_of(mapping: Mapping[str, Any] | None) -> str:
    """The calendar that is kept with an account; '' where none is. Raises FileRefused for one that is unknown."""
    return MappingKeys(mapping or {}).choice(YEARS_KEY, ("", *FIRST_YEARS), "")
