"""What the reading process says to the one that started it: a mark, four figures' worth of head, and a body."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, Final

from payments.facts import FileRefused
from payments.intake.parsing.orders import Findings
from payments.intake.rows import Chunk
from payments.intake.summaries import problems_as_json, problems_from_json

_HEAD: Final = struct.Struct(">cQQQ")
"""Mark, bytes of the body; of a chunk also its lines and the byte offset in the file behind the last of them."""
CHUNK: Final = b"c"
FINDINGS: Final = b"f"
REFUSED: Final = b"r"
FAILED: Final = b"x"


@dataclass(frozen=True, slots=True)
class Frame:
    """One thing said."""

    mark: bytes
    body: bytes
    line_count: int
    end: int


def write_chunk(stream: BinaryIO, chunk: Chunk) -> None:
    """Say some rows."""
    stream.write(_HEAD.pack(CHUNK, len(chunk.rows), chunk.line_count, chunk.end))
    stream.write(chunk.rows)
    stream.flush()


def write_findings(stream: BinaryIO, findings: Findings) -> None:
    """Say that the file is read, and what was found."""
    _write(stream, FINDINGS, findings.as_json())


def write_refusal(stream: BinaryIO, refusal: FileRefused) -> None:
    """Say that the file cannot be taken."""
    said = {"problem": problems_as_json([refusal.problem])[0], "must_delete_bytes": refusal.must_delete_bytes}
    _write(stream, REFUSED, said)


def write_failure(stream: BinaryIO, trace: str) -> None:
    """Say that the reader has a defect."""
    _write(stream, FAILED, trace)


def frames(stream: BinaryIO) -> Iterator[Frame]:
    """Yield what is said, up to the end of the stream; a frame that is cut off is not given."""
    while len(head := stream.read(_HEAD.size)) == _HEAD.size:
        mark, size, line_count, end = _HEAD.unpack(head)
        body = stream.read(size)
        if len(body) < size:
            return
        yield Frame(mark, body, line_count, end)


def refusal_of(frame: Frame) -> FileRefused:
    """The refusal that was said."""
    said = json.loads(frame.body)
    return FileRefused(problems_from_json([said["problem"]])[0], must_delete_bytes=said["must_delete_bytes"])


def _write(stream: BinaryIO, mark: bytes, said: Any) -> None:
    body = json.dumps(said).encode()
    stream.write(_HEAD.pack(mark, len(body), 0, 0))
    stream.write(body)
    stream.flush()
