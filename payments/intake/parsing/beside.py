"""The reading process as the one that started it sees it: parsing goes on beside the COPY, on a processor of its own.

A worker of Celery may have no children by `multiprocessing`, and a web server with threads must not be forked; a new
interpreter without Django is up in a seventh of a second.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final, Self, cast

from payments.intake.parsing.frames import CHUNK, FAILED, FINDINGS, REFUSED, frames, refusal_of
from payments.intake.parsing.orders import Findings, Order
from payments.intake.parsing.passes import Inside, ReaderFailed, Work
from payments.intake.prefetch import Prefetched
from payments.intake.rows import Chunk

WORTHWHILE_BYTES: Final = 4 * 1024 * 1024
"""Files from this size are read beside; reading a smaller one takes not much longer than starting a process."""

CHECKOUT: Final = Path(__file__).resolve().parents[3]
MODULE: Final = "payments.intake.parsing"
TOLD: Final = ("PATH", "PYTHONPATH", "PYTHONTZPATH", "LANG", "LC_ALL", "TZ", "TMPDIR", "SYSTEMROOT")
"""The variables that the process gets: it reads what strangers wrote, so it knows no secret."""


class ReaderDied(Exception):
    """The reading process has ended before the file did: killed, or out of memory. What it said before holds."""


def start(order: Order) -> Work:
    """Begin to read a file: beside this process when it is large.

    Raises:
        FileRefused: a small file cannot be opened as what it should be. A large one says so when it is iterated over.
    """
    return Beside(order) if order.source.size >= WORTHWHILE_BYTES else Inside(order)


class Beside:
    """A pass in a process of its own. Leaving its `with` ends that process."""

    def __init__(self, order: Order) -> None:
        self._process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", MODULE],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=CHECKOUT,
            env={name: os.environ[name] for name in TOLD if name in os.environ},
            # Ctrl-C is for us: we then end it.
            start_new_session=True,
        )
        self._findings: Findings | None = None
        with suppress(BrokenPipeError):
            self._input.write(json.dumps(order.as_json()).encode() + b"\n")
            self._input.flush()
        self._chunks = Prefetched(self._said())

    @property
    def process_id(self) -> int:
        """Of the reading process."""
        return self._process.pid

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # The process first: the thread that listens to it then comes to the end of what it says.
        self._process.kill()
        self._process.wait()
        self._chunks.close()
        self._output.close()
        with suppress(BrokenPipeError):
            self._input.close()

    def __iter__(self) -> Iterator[Chunk]:
        """Yield the chunks.

        Raises:
            FileRefused: as any reader.
            ReaderDied: there is an end of the process, but not of the file.
            ReaderFailed: the reader has a defect.
        """
        return iter(self._chunks)

    def findings(self) -> Findings:
        """What is known of the file; complete after iteration."""
        assert self._findings is not None
        return self._findings

    def _said(self) -> Iterator[Chunk]:
        for frame in frames(self._output):
            if frame.mark == CHUNK:
                yield Chunk(frame.body, frame.line_count, frame.end)
            elif frame.mark == FINDINGS:
                self._findings = Findings.from_json(json.loads(frame.body))
                return
            elif frame.mark == REFUSED:
                raise refusal_of(frame)
            elif frame.mark == FAILED:
                raise ReaderFailed(json.loads(frame.body))
        raise ReaderDied(f"the reading process ended with {self._process.wait()}")

    @property
    def _input(self) -> BinaryIO:
        return cast(BinaryIO, self._process.stdin)

    @property
    def _output(self) -> BinaryIO:
        return cast(BinaryIO, self._process.stdout)
