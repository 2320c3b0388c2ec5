"""How the files without a public layout are to be read: the mappings kept with two providers and one bank account."""

from collections.abc import Mapping
from typing import Any, Final

KOOKMIN_CSV: Final[Mapping[str, Any]] = {}
NAVER_JSON: Final[Mapping[str, Any]] = {}
SBPS_CSV: Final[Mapping[str, Any]] = {}
