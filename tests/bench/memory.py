"""How much memory this process and the reading process beside it have needed at most."""

from __future__ import annotations

import re
import resource
import sys
from pathlib import Path


def peak_megabytes() -> float:
    """The peak of resident memory in MiB, this process and its largest child together.

    Linux hands the peak of `getrusage` down to a child that the parent started, so for this process its own page is
    asked where there is one; for the child, which is gone, the figure is rather too large.
    """
    try:
        found = re.search(r"^VmHWM:\s+(\d+) kB$", Path("/proc/self/status").read_text(), re.MULTILINE)
    except FileNotFoundError:
        found = None
    ours = int(found[1]) / 1024 if found is not None else _megabytes(resource.RUSAGE_SELF)
    return ours + _megabytes(resource.RUSAGE_CHILDREN)


def _megabytes(whose: int) -> float:
    peak = resource.getrusage(whose).ru_maxrss
    return peak / 1024**2 if sys.platform == "darwin" else peak / 1024
