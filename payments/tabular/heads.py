"""The beginning of a file as text, for adapters that judge whether it is theirs."""

from payments.facts import FileRefused
from payments.tabular.encodings import detect


def head_text(head: bytes) -> str:
    """The first bytes decoded, as far as they can be; '' for what is no text."""
    try:
        encoding = detect(head)
    except FileRefused:
        return head.decode("latin-1")
    return head[encoding.bom :].decode(encoding.codec, errors="replace")


def first_lines(head: bytes, count: int) -> list[str]:
    """The first lines that are not empty, without line ends, each at most 64 Ki characters long."""
    lines = [line for line in head_text(head).replace("\r", "\n").split("\n") if line.strip()]
    return lines[:count]
