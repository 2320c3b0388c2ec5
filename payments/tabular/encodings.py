"""Which encoding a file is written in: judged from its bytes, then held to it while the rest streams by."""

import re
from dataclasses import dataclass
from typing import Final

from payments.facts import FileRefused, Problem
from payments.wording import translatable

UNDECIDED: Final = translatable(
    "The bytes of this line belong to none of the known encodings (UTF-8, UTF-16, CP949, Shift-JIS). "
    "Download the file again, or save it as UTF-8."
)
WRONG_BYTES: Final = translatable(
    "This line holds bytes that are not %(encoding)s, although the file is. It is damaged: download it again."
)
NOT_AS_DECLARED: Final = translatable(
    "The mapping says that the file is %(encoding)s, and this line holds other bytes. Send it for the provider or bank "
    "account that it belongs to, or correct the encoding in the mapping."
)
TWO_WAYS: Final = translatable(
    "The bytes of this line can be read as Shift-JIS and as CP949, and nothing tells which is meant. "
    "Name the encoding in the mapping, or save the file as UTF-8."
)
UNKNOWN_NAME: Final = translatable("The encoding %(encoding)s is not known.")

_NAMES: Final = {
    "ascii": "ascii",
    "us-ascii": "ascii",
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "utf-8-sig": "utf-8",
    "utf-16": "utf-16",
    "utf-16-le": "utf-16-le",
    "utf-16le": "utf-16-le",
    "utf-16-be": "utf-16-be",
    "utf-16be": "utf-16-be",
    "cp949": "cp949",
    "ms949": "cp949",
    "euc-kr": "cp949",
    "ks_c_5601-1987": "cp949",
    "cp932": "cp932",
    "ms932": "cp932",
    "windows-31j": "cp932",
    "shift-jis": "cp932",
    "shift_jis": "cp932",
    "sjis": "cp932",
    "euc-jp": "euc_jp",
    "cp1252": "cp1252",
    "windows-1252": "cp1252",
    "latin-1": "latin-1",
    "iso-8859-1": "latin-1",
    "iso-8859-15": "iso8859_15",
    "cp1250": "cp1250",
    "windows-1250": "cp1250",
}
_SHOWN: Final = {"ascii": "UTF-8", "utf-8": "UTF-8", "cp949": "CP949", "cp932": "Shift-JIS"}

# Common Hangul lies in one corner of CP949, kana and everyday kanji in another of Shift-JIS. Text of one encoding
# read as the other often decodes, but into characters nobody uses, so the corners tell them apart.
_HANGUL_PAIR = re.compile(rb"[\xb0-\xc8][\xa1-\xfe]")
# Kana and everyday kanji. A pair whose second byte is an ASCII letter counts only for katakana: in "it\x92s" or
# "pr\xe9nom" of a Western file the letter is a letter.
_KANA_OR_KANJI = re.compile(rb"[\x81-\x9f][\x80-\xfc]|\x83[\x40-\x7e]")
_RARER_KANJI = re.compile(rb"[\xe0-\xea][\x80-\xfc]")
_HALF_WIDTH_KANA = re.compile(rb"[\xa6-\xdf]{3,}")
_NO_HALF_WIDTH = re.compile(rb"[\x80-\xa0\xe0-\xff]")
_HIGH = re.compile(rb"[\x80-\xff]")
_EITHER: Final = "either"
_HOMES: Final = {"Asia/Tokyo": "cp932", "Japan": "cp932", "Asia/Seoul": "cp949", "ROK": "cp949"}


@dataclass(frozen=True, slots=True)
class Encoding:
    """How the bytes of a file become text."""

    codec: str
    """Python's name; `ascii` while nothing but ASCII has been seen, so that it may still become any other."""
    bom: int = 0
    """Bytes of the byte order mark in front."""

    @property
    def shown(self) -> str:
        """The name people know."""
        return _SHOWN.get(self.codec, self.codec.upper())

    @property
    def is_wide(self) -> bool:
        """Whether every character takes at least two bytes, so that lines cannot be cut at single bytes."""
        return self.codec.startswith("utf-16")


def codec_named(name: str) -> str:
    """The codec for the name an encoding is written with in a mapping. Raises LookupError."""
    return _NAMES[name.strip().lower()]


def detect(head: bytes, declared: str = "", fallback: str = "", home: str = "") -> Encoding:
    """Judge the encoding of a file from its first bytes.

    `declared` is the codec that a mapping names: it wins over all but a BOM, UTF-16, and UTF-8 that it cannot read.
    `fallback` is the codec to take where no encoding fits, for formats whose text is only ever shown; `home` is the
    zone of whoever wrote the file (an IANA name), which decides where the bytes are Japanese and Korean alike.

    Raises FileRefused, naming the line, when the bytes fit no known encoding.
    """
    for mark, codec in ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if head.startswith(mark):
            return Encoding(codec, len(mark))
    # A file that was saved once more is what it was saved as, whatever the mapping says that its owner usually sends.
    wide = _wide_without_mark(head)
    if wide:
        return Encoding(wide)
    if declared:
        codec = "utf-16-le" if declared == "utf-16" else declared
        return Encoding(codec if _decodes(head, codec) or not _decodes(head, "utf-8") else "utf-8")
    return Encoding("ascii") if head.isascii() else Encoding(multibyte_codec(head, fallback, home, line=1))


def is_wide(head: bytes) -> bool:
    """Whether a file is written in UTF-16, with or without a mark."""
    return head.startswith((b"\xff\xfe", b"\xfe\xff")) or bool(_wide_without_mark(head))


def _wide_without_mark(head: bytes) -> str:
    """UTF-16 without a mark shows as a zero in every other byte, as digits and commas are ASCII."""
    sample = head[:4096]
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    half = len(sample) // 2
    if half >= 8 and odd >= half * 0.1 and even <= odd * 0.02:
        return "utf-16-le"
    if half >= 8 and even >= half * 0.1 and odd <= even * 0.02:
        return "utf-16-be"
    return ""


def multibyte_codec(sample: bytes, fallback: str = "", home: str = "", *, line: int) -> str:
    """The encoding of bytes that are not all ASCII; `line` is the line they begin on. Raises FileRefused."""
    try:
        sample.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data" and error.end == len(sample):
            return "utf-8"
    else:
        return "utf-8"
    found = _east_asian(sample, _HOMES.get(home, "")) or fallback
    if found == _EITHER:
        raise FileRefused(Problem(TWO_WAYS, line=line + first_undecodable_line(sample, "utf-8")))
    if not found:
        raise FileRefused(Problem(UNDECIDED, line=line + first_undecodable_line(sample, "utf-8")))
    return found


def _east_asian(sample: bytes, at_home: str) -> str:
    """cp932 or cp949, whichever the characters are common in; `_EITHER` when both, and '' when neither."""
    high = len(_HIGH.findall(sample))
    korean = 2 * len(_HANGUL_PAIR.findall(sample)) if _decodes(sample, "cp949") else 0
    certain = other = 0
    if _decodes(sample, "cp932"):
        certain = 2 * len(_KANA_OR_KANJI.findall(sample))
        other = 2 * len(_RARER_KANJI.findall(sample)) + sum(map(len, _HALF_WIDTH_KANA.findall(sample)))
    is_korean, is_japanese = 2 * korean >= high, 2 * (certain + other) >= high
    if 4 * certain >= high or (is_japanese and (not is_korean or at_home == "cp932")):
        return "cp932"
    if is_korean and is_japanese and not at_home and not _NO_HALF_WIDTH.search(sample):
        # Half-width kana in pairs are Hangul nobody writes, but a short word in Hangul may be kana nobody writes.
        return _EITHER
    return "cp949" if is_korean else ""


def _decodes(sample: bytes, codec: str) -> bool:
    try:
        sample.decode(codec)
    except UnicodeDecodeError as error:
        # The sample may end within a character: of up to four bytes in UTF-8, of two elsewhere.
        return error.start >= len(sample) - (3 if codec == "utf-8" else 1)
    return True


def first_undecodable_line(block: bytes, codec: str) -> int:
    """How many lines of `block` come before its first byte that `codec` cannot decode."""
    try:
        block.decode(codec)
    except UnicodeDecodeError as error:
        return len((block[: error.start] + b"x").splitlines()) - 1
    return 0
