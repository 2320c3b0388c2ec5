"""One pass over one file: chunks of rendered rows behind the watermark, then the findings."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from types import TracebackType
from typing import Protocol, Self

from payments.facts import FileRefused, PayoutFact
from payments.intake.parsing.orders import Findings, Order
from payments.intake.parsing.readers import BANK, ROW_FORMATS, STATEMENT, Reading, adapter_named
from payments.intake.prefetch import Prefetched
from payments.intake.rows import Chunk


class ReaderFailed(Exception):
    """A defect of a reader; the message is its trace."""


@contextmanager
def _defects_told() -> Iterator[None]:
    """What a reader did not foresee becomes ReaderFailed; what the machine lacks stays what it is."""
    try:
        yield
    except (FileRefused, OSError, MemoryError):
        raise
    except Exception as defect:
        raise ReaderFailed(traceback.format_exc()) from defect


class Work(Protocol):
    """A file being read, wherever that happens: iterate over its chunks inside `with`, then ask for the findings."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def __iter__(self) -> Iterator[Chunk]: ...

    def findings(self) -> Findings: ...


class Pass:
    """Reads the file of an order once."""

    def __init__(self, order: Order) -> None:
        """Raises FileRefused for what cannot be opened as the format that it should be."""
        self._order = order
        self._reading: Reading = adapter_named(order.kind, order.adapter).read(order.source, order.terms)

    def __iter__(self) -> Iterator[Chunk]:
        """Yield rendered rows; once a row is bad nothing more is rendered, but all problems are found.

        Raises FileRefused.
        """
        order, reading = self._order, self._reading
        row_format = ROW_FORMATS[order.kind]
        facts = islice(iter(reading), order.staged, None)
        while batch := list(islice(facts, order.chunk_lines)):
            if not reading.problems.count:
                yield row_format.chunk(order.import_id, batch)

    def findings(self) -> Findings:
        """What is known of the file; complete after iteration."""
        reading = self._reading
        if reading.problems.count:
            return Findings(reading.problems.count, reading.problems.first, reading.checks())
        if self._order.kind == BANK:
            return Findings(checks=reading.checks(), bank_statements=reading.statements())
        payouts: tuple[PayoutFact, ...] = ()
        if self._order.kind == STATEMENT:
            payouts = tuple(reading.payouts())  # type: ignore[attr-defined]
        return Findings(checks=reading.checks(), statements=reading.statements(), payouts=payouts)


class Inside:
    """A pass in a thread of this process: for files that are read before another process would have started."""

    def __init__(self, order: Order) -> None:
        """Raises FileRefused and ReaderFailed."""
        with _defects_told():
            self._pass = Pass(order)
        self._chunks = Prefetched(self._pass)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._chunks.close()

    def __iter__(self) -> Iterator[Chunk]:
        """Yield the chunks. Raises FileRefused and ReaderFailed."""
        chunks = iter(self._chunks)
        while True:
            with _defects_told():
                chunk = next(chunks, None)
            if chunk is None:
                return
            yield chunk

    def findings(self) -> Findings:
        """What is known of the file; complete after iteration. Raises ReaderFailed."""
        with _defects_told():
            return self._pass.findings()
