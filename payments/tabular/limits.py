"""How much a reader is ready to swallow: every figure bounds memory, whatever the file."""

from typing import Final

HEAD_BYTES: Final = 64 * 1024
"""Bytes looked at to recognise a format, an encoding or a delimiter."""

BLOCK_BYTES: Final = 256 * 1024
"""Bytes read from disk at once."""

RECORD_BYTES: Final = 1024 * 1024
"""Bytes of one line, one CSV record over several lines, or one JSON object."""

COLUMNS: Final = 512
"""Cells of one line."""

NESTING: Final = 32
"""Objects and lists inside each other in one JSON record."""
