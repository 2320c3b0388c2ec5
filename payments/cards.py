"""The card-number guard: tells whether a text holds what looks like a card number, which may never be kept."""

import re
from typing import Final

# First digits → lengths, of the schemes that issue cards today; Korean domestic cards begin with 94.
_SCHEMES: Final = (
    (re.compile(r"4"), frozenset({13, 16, 19})),
    (re.compile(r"5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720"), frozenset({16})),
    (re.compile(r"3[47]"), frozenset({15})),
    (re.compile(r"35(?:2[89]|[3-8])"), frozenset({16, 17, 18, 19})),
    (re.compile(r"30[0-5]|3095|36|3[89]"), frozenset({14, 16, 17, 18, 19})),
    (re.compile(r"6011|64[4-9]|65"), frozenset({16, 17, 18, 19})),
    (re.compile(r"62|81"), frozenset({16, 17, 18, 19})),
    (re.compile(r"5018|5020|5038|5893|6304|6759|676[1-3]|220[0-4]"), frozenset({16, 17, 18, 19})),
    (re.compile(r"94"), frozenset({16})),
)
SHORTEST: Final = 13
"""Digits of the shortest card number; a cell with fewer characters needs no look."""
SHORTEST_GROUPED: Final = 16
"""Characters of the shortest card number written in groups."""
_LONGEST: Final = 19

# Plain digits, with neither letters nor more digits on either side (those make it a reference), nor decimals.
_PLAIN: Final = re.compile(r"(?<![0-9A-Za-z])(?<![0-9][.,])[0-9]{13,19}(?![0-9A-Za-z])")
# The groups printed on cards. One more group of four makes it a payment reference, letters in front an IBAN.
_GROUPED: Final = re.compile(
    r"(?<![0-9A-Za-z])(?<![0-9]{4}[ -])(?<![A-Z]{2}[0-9]{2} )"
    r"(?:[0-9]{4}([ -])[0-9]{4}\1[0-9]{4}\1[0-9]{4}(?:\1[0-9]{1,3})?"
    r"|[0-9]{4}([ -])[0-9]{6}\2[0-9]{4,5}|[0-9]{8}[ -][0-9]{8})"
    r"(?![0-9A-Za-z])(?![ -][0-9]{4})"
)
# As many digits and marks as the shortest card number has: quick to look for in a long text.
_AS_LONG: Final = re.compile(
    r"[0-9\uff10-\uff19][0-9\uff10-\uff19 \-\uff0d\u2010\u2011\u2013\u3000\u00a0\u2009\u202f]{11,}[0-9\uff10-\uff19]"
)
_TO_PLAIN: Final = str.maketrans("０１２３４５６７８９－‐‑–\u3000\u00a0\u2009\u202f", "0123456789----    ")
_WIDE: Final = re.compile("[０-９－‐‑–\u3000\u00a0\u2009\u202f]")
_DOUBLED: Final = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)


def is_card_number(digits: str) -> bool:
    """Whether a plain run of digits has the beginning, the length and the check digit of a card number."""
    if not SHORTEST <= len(digits) <= _LONGEST or len(set(digits)) == 1:
        return False
    return any(len(digits) in lengths and start.match(digits) for start, lengths in _SCHEMES) and _passes_luhn(digits)


def _passes_luhn(digits: str) -> bool:
    plain = sum(map(int, digits[-1::-2]))
    return (plain + sum(_DOUBLED[int(digit)] for digit in digits[-2::-2])) % 10 == 0


def holds_card_number(text: str) -> bool:
    """Whether a cell that is not a declared reference holds a card number, plain or in groups; masked ones pass."""
    if len(text) < SHORTEST:
        return False
    text = plain_marks(text)
    return any(is_card_number(run) for run in _PLAIN.findall(text)) or _holds_groups(text)


def reference_holds_card_number(text: str) -> bool:
    """The same for a declared reference: 16 plain digits are a reference there, 4 + 4 + 4 + 4 are not."""
    if len(text) < SHORTEST_GROUPED or ("-" not in text and " " not in text and text.isascii()):
        return False
    return _holds_groups(plain_marks(text))


def record_may_hold_card_number(text: str) -> bool:
    """Whether a record, as the JSON it came in, is worth a look at its fields; if not, none holds a card number."""
    return "\\u" in text or (_AS_LONG.search(text) is not None and holds_card_number(text))


def plain_marks(text: str) -> str:
    """The text with full-width digits and all sorts of hyphens and blanks in their plain form, one for one."""
    return text.translate(_TO_PLAIN) if _WIDE.search(text) else text


def _holds_groups(text: str) -> bool:
    for run in _GROUPED.finditer(text):
        digits = run[0].replace(" ", "").replace("-", "")
        # A short last group may be the end of a long card number, or only the month it expires in.
        if is_card_number(digits) or is_card_number(digits[:16]):
            return True
    return False
