"""The reading process: takes one order on its standard input and says on its standard output what is in the file.

It lives as long as the process that started it keeps its standard input open, however that process ends.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import threading
import traceback
from typing import BinaryIO

from payments.facts import FileRefused
from payments.intake.parsing.frames import write_chunk, write_failure, write_findings, write_refusal
from payments.intake.parsing.orders import Order
from payments.intake.parsing.passes import Pass


def main() -> None:
    """Read one file."""
    order = Order.from_json(json.loads(sys.stdin.buffer.readline()))
    threading.Thread(target=_end_with_parent, name="parent", daemon=True).start()
    # Facts have no cycles, and there are millions of them: looking for garbage would only take time.
    gc.disable()
    try:
        _read(order, sys.stdout.buffer)
    except BrokenPipeError:
        _leave()


def _read(order: Order, stream: BinaryIO) -> None:
    try:
        work = Pass(order)
        for chunk in work:
            write_chunk(stream, chunk)
        write_findings(stream, work.findings())
    except FileRefused as refusal:
        write_refusal(stream, refusal)
    except BrokenPipeError:
        raise
    except Exception:
        write_failure(stream, traceback.format_exc())


def _end_with_parent() -> None:
    sys.stdin.buffer.read()
    _leave()


def _leave() -> None:
    # Nobody listens any more, so there is nothing to flush or tidy up.
    os._exit(1)


if __name__ == "__main__":
    main()
