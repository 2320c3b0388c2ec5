"""How much memory this process has needed at most."""

from __future__ import annotations

import re
import resource
import sys
from pathlib import Path


def peak_megabytes() -> float:
    """The peak of resident memory in MiB.

    Linux hands the peak of `getrusage` down to a child that the parent started, so its own page is asked where there is
    one.
    """
    try:
        found = re.search(r"^VmHWM:\s+(\d+) kB$", Path("/proc/self/status").read_text(), re.MULTILINE)
    except FileNotFoundError:
        found = None
    if found is not None:
        return int(found[1]) / 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1024**2 if sys.platform == "darwin" else peak / 1024
