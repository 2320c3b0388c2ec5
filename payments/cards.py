"""The card guard: finds card numbers and security codes in a text, neither of which may ever be kept or logged."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from typing import Final
from urllib.parse import unquote

# First digits → lengths, of the schemes that issue cards today; Korean domestic cards begin with 94.
SCHEMES: Final = (
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
_NUMBER: Final = re.compile(
    "|".join(
        f"(?={start.pattern})(?:{'|'.join(f'[0-9]{{{length}}}' for length in sorted(lengths))})"
        for start, lengths in SCHEMES
    )
)


SHORTEST: Final = 13
"""Digits of the shortest card number; a cell with fewer characters needs no look."""
MASKED: Final = "[card …"
"""What a card number that was blotted out begins with; its last four digits and `]` follow."""
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
_IN_GROUPS: Final = re.compile(r"[ -](?<=[0-9]{4}[ -])[0-9 -]{8}")
"""Part of every card number that is written in groups with plain marks."""
PLAIN_MARKS: Final = dict(zip("０１２３４５６７８９－‐‑–\u3000\u00a0\u2009\u202f", "0123456789----    ", strict=True))
_TO_PLAIN: Final = str.maketrans(PLAIN_MARKS)
_WIDE: Final = re.compile("[０-９－‐‑–\u3000\u00a0\u2009\u202f]")
_DOUBLED: Final = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)


def is_card_number(digits: str) -> bool:
    """Whether a plain run of digits has the beginning, the length and the check digit of a card number."""
    if not SHORTEST <= len(digits) <= _LONGEST or len(set(digits)) == 1:
        return False
    return _NUMBER.fullmatch(digits) is not None and _passes_luhn(digits)


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
    text = plain_marks(text)
    return may_hold_groups(text) and _holds_groups(text)


def may_hold_groups(text: str) -> bool:
    """Whether a text whose marks are plain is worth a look for card numbers in groups: False is certain."""
    return ("-" in text or " " in text) and _IN_GROUPS.search(text) is not None


def plain_marks(text: str) -> str:
    """The text with full-width digits and all sorts of hyphens and blanks in their plain form, one for one."""
    return text if text.isascii() or not _WIDE.search(text) else text.translate(_TO_PLAIN)


def _holds_groups(text: str) -> bool:
    for run in _GROUPED.finditer(text):
        digits = run[0].replace(" ", "").replace("-", "")
        # A short last group may be the end of a long card number, or only the month it expires in.
        if is_card_number(digits) or is_card_number(digits[:16]):
            return True
    return False


# Everything below is for free text, where people and machines write numbers in any way.
_CLOSE: Final = (
    r" .+_'~()\[\]\-\u00a0\u00b7\u1680\u2000-\u200a\u2010-\u2015\u2022\u202f\u205f\u2212"
    r"\u3000\u30fb\u30fc\ufe58\ufe63\uff0d\uff0e\uff3f\uff65\uff70"
)
"""What stands between the groups of one number."""
_LISTING: Final = ",/:;|\t\r\n\u2028\u2029\u3001\uff0c\uff0f"
"""What more often stands between different numbers."""
_RUN: Final = re.compile(rf"(?<![0-9A-Za-z])[0-9](?:[{_CLOSE}{_LISTING}]{{0,4}}[0-9]){{12,}}+")
_GROUP: Final = re.compile(r"[0-9]+")
_LISTED: Final = re.compile(f"[{_LISTING}]")
_ENUMERATED: Final = re.compile(r"[,;]\s|[\u3001\uff0c]")
"""Between numbers of their own, as a sentence lists them: `4120, 1600, 6182, 5001` are amounts."""
_WORD_GOES_ON: Final = re.compile(r"[A-Za-z]+[0-9]")
_ABROAD: Final = re.compile(r"[^0-9A-Za-z]?\+")
_LONGEST_TELEPHONE: Final = 14
_PRINTED: Final = frozenset(
    {(4, 4, 4, 4), (4, 4, 4, 4, 1), (4, 4, 4, 4, 2), (4, 4, 4, 4, 3), (4, 6, 5), (4, 6, 4), (4, 3, 3, 3), (8, 8)}
)
"""Lengths of the groups that are printed on cards."""
_TYPED: Final = frozenset({(6, 6, 4), (4, 8, 4), (6, 4, 6), (4, 4, 8), (6, 13), (6, 10), (4, 12), (12, 4)})
_EVEN: Final = frozenset({1, 2, 4})
_ESCAPED: Final = re.compile(r"\\u((?![dD][89a-fA-F])[0-9a-fA-F]{4})")
_OTHER_DIGIT: Final = re.compile(r"(?![0-9])\d")
_WIDE_LETTERS: Final = {place: place - 0xFEE0 for place in (*range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))}
_UNSEEN: Final = dict.fromkeys(
    (0xAD, 0x34F, 0x61C, 0x180E, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070),
     *range(0xFE00, 0xFE10), 0xFEFF), None
)  # fmt: skip
_PLAINER: Final = _WIDE_LETTERS | _UNSEEN
_SPOKEN_CODE: Final = re.compile(
    r"(?i)(?:(?<![a-z])(?:cvv|cvc|cvn|csc)2?(?![a-z])|(?<![a-z])(?:security|card[\W_]{0,2}verification)[\W_]{0,2}(?:code|number|value)(?![a-z])"
    r"|보안\s?(?:코드|번호)|セキュリティ[ー・\s]?(?:コード|番号))"
    r"(?:\s?(?:번호|코드|番号|コード))?[은는이가はがの]?[\W_]{0,6}(?:(?:code|number|value|no|is|was)\W{1,6}){0,2}"
    r"([0-9]{3,4})(?![0-9]|[-./][0-9]{1,2}[-./][0-9])"  # a date is none
)
_CODE_NAME: Final = re.compile(
    r"(?:card|credit)?(?:cvv|cvc|cvn|csc|cid)[0-9]?(?:code|number|value)?"
    r"|(?:card)?(?:security|verification)(?:code|number|value)|cardverification(?:code|number|value)?"
    r"|(?:카드)?(?:보안|cvc|cvv)(?:코드|번호)|セキュリティー?(?:コード|番号)"
)


def names_security_code(name: str) -> bool:
    """Whether a field is called as security codes are: `cvc`, `card[cvv2]`, `additionalData.securityCode`."""
    last = re.split(r"[.\[/]", name.rstrip("]"))[-1]
    return _CODE_NAME.fullmatch(re.sub(r"[\W_]", "", last.casefold())) is not None


def holds_disguised_card_number(text: str) -> bool:
    """Whether a free text holds a card number, whatever stands between its groups and its digits are written in."""
    plain = undisguised(text)
    return _RUN.sub(lambda run: _exchanged(run, lambda _digits: ""), plain) != plain


def holds_security_code(text: str) -> bool:
    """Whether a text tells a security code: `cvv 123`, `보안코드: 123`."""
    return _SPOKEN_CODE.search(undisguised(text)) is not None


def holds_card_data(text: str) -> bool:
    """Whether a free text that a person wrote holds a card number or a security code."""
    return holds_card_number(text) or without_card_data(text, lambda _digits: "", "") != text


def without_card_data(text: str, card: Callable[[str], str], code: str) -> str:
    """The text with card numbers exchanged for what `card` makes of their digits, and security codes for `code`.

    The same object when it holds neither. This one function decides for the inbox, the API, forms and the logs.
    """
    plain = undisguised(text)
    found = _RUN.sub(lambda run: _exchanged(run, card), plain)
    found = _SPOKEN_CODE.sub(lambda told: told[0][: told.start(1) - told.start()] + code, found)
    return text if found == plain else found


def undisguised(text: str) -> str:
    """The text with escaped, percent-encoded and foreign digits as plain ones, and without what nobody can see."""
    if "\\u" in text:
        text = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    if "%" in text:
        text = unquote(unquote(text))
    if text.isascii():
        return text
    return _OTHER_DIGIT.sub(lambda found: str(unicodedata.digit(found[0])), text.translate(_PLAINER))


def _exchanged(run: re.Match[str], card: Callable[[str], str]) -> str:
    """The run with the groups exchanged that make a card number together; a date or a count beside it stays."""
    text, spans = run[0], [group.span() for group in _GROUP.finditer(run[0])]
    if _WORD_GOES_ON.match(run.string, run.end()):
        spans.pop()  # letters and digits follow: a reference, and not `4111111111111111x`
    is_abroad = _ABROAD.fullmatch(run.string, max(run.start() - 2, 0), run.start()) is not None
    pieces, end, first = [], 0, 0
    while first < len(spans):
        last = _card_from(text, spans, first, is_telephone=is_abroad and first == 0)
        if last is not None:
            digits = "".join(text[start:stop] for start, stop in spans[first : last + 1])
            pieces += [text[end : spans[first][0]], card(digits)]
            end, first = spans[last][1], last
        first += 1
    return "".join((*pieces, text[end:]))


def _card_from(text: str, spans: Sequence[tuple[int, int]], first: int, *, is_telephone: bool) -> int | None:
    """The last of the groups that make a card number together with the first one; None when none do."""
    if text[spans[first][0]] in "01":
        return None  # no scheme begins so
    digits, found = "", None
    for last in range(first, min(first + _LONGEST, len(spans))):
        digits += text[spans[last][0] : spans[last][1]]
        if len(digits) > _LONGEST:
            break
        if is_card_number(digits) and _is_one_number(text, spans, first, last):
            found = last
            break
    return None if is_telephone and len(digits) <= _LONGEST_TELEPHONE else found


def _is_one_number(text: str, spans: Sequence[tuple[int, int]], first: int, last: int) -> bool:
    """Whether groups are written as one number, rather than as dates, amounts or telephone numbers in a row."""
    if first == last:
        return True
    sizes = tuple(stop - start for start, stop in spans[first : last + 1])
    between = {text[spans[place][1] : spans[place + 1][0]] for place in range(first, last)}
    is_even = len(between) == 1 and sizes[0] in _EVEN and {*sizes[:-1]} == {sizes[0]} and sizes[-1] <= sizes[0]
    if any(_ENUMERATED.search(each) for each in between):
        return False
    if any(_LISTED.search(each) for each in between):
        are_round = all(text[stop - 1] == "0" for _start, stop in spans[first : last + 1])
        return (sizes in _PRINTED or is_even) and not are_round and not _goes_on(text, spans, first, last)
    return is_even or sizes in _PRINTED or sizes in _TYPED


def _goes_on(text: str, spans: Sequence[tuple[int, int]], first: int, last: int) -> bool:
    """Whether a list has more members of the same length on either side."""
    size = spans[first][1] - spans[first][0]
    beside = [place for place in (first - 1, last + 1) if 0 <= place < len(spans)]
    return any(spans[place][1] - spans[place][0] == size for place in beside)
