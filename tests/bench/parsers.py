"""What a bare parser takes for the bytes that a reader reads: told beside it, so that a slow machine shows as one."""

from __future__ import annotations

import csv
import json
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Final

from lxml import etree


def _csv(path: Path) -> None:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        deque(csv.reader(stream), maxlen=0)


def _xml(path: Path) -> None:
    for _event, element in etree.iterparse(str(path)):
        element.clear()


def _json(path: Path) -> None:
    json.loads(path.read_bytes())


BARE: Final[dict[str, tuple[str, Callable[[Path], None]]]] = {
    "stripe": ("csv.reader", _csv),
    "camt053": ("lxml.iterparse", _xml),
    "naver": ("json.loads", _json),
}
"""Name and parser by the layout whose file it is tried on: one for each family of formats."""


def seconds_of(parse: Callable[[Path], None], path: Path) -> float:
    """Processor seconds of one pass."""
    started = time.process_time()
    parse(path)
    return time.process_time() - started
