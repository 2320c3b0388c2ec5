"""What a file name may say: which version of a report it is. Nothing else is ever read from a name."""

import re
from typing import Final

_VERSION: Final = re.compile(r"(?:[ _.-]v(?:ersion)?[ _.-]?(\d{1,6})|[ _]?\((\d{1,6})\))(?:\.[A-Za-z0-9]{1,8})*$", re.I)


def version_in_name(name: str) -> str:
    """The version suffix of `report_v2.csv` or `report (2).csv`, padded so that it sorts; '' when there is none."""
    found = _VERSION.search(name)
    return (found[1] or found[2]).rjust(6, "0") if found else ""
