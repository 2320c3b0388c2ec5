"""What stands around the digits of an amount: signs, parentheses, CR and DR, the currency's code or symbol."""

import re
from typing import Final

from .currencies import EXPONENTS
from .refusals import AmountProblem

# Full-width forms and the many spaces, apostrophes and minus signs become the one ASCII character they mean. An
# explicit table and not NFKC, which would also turn 10² into 102. The en dash is left out: Swiss "5.–" is not negative.
_PLAIN_CHARACTERS: dict[str, str] = {
    **{chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)},
    **dict.fromkeys("\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u3000", " "),
    **dict.fromkeys("‘’ʼ′", "'"),
    **dict.fromkeys("−‐‑﹣", "-"),
    "￥": "¥",
    "￦": "₩",
    "￡": "£",
}
TO_PLAIN: Final = str.maketrans(_PLAIN_CHARACTERS)

_DOLLARS = "AUD BBD BMD BND BSD BZD CAD CLP COP DOP FJD GYD HKD JMD KYD LRD MXN NAD NZD SBD SGD SRD TTD TWD USD XCD"
_SYMBOLS: Final[dict[str, frozenset[str]]] = {
    "$": frozenset(_DOLLARS.split()),
    "US$": frozenset({"USD"}),
    "A$": frozenset({"AUD"}),
    "C$": frozenset({"CAD"}),
    "CA$": frozenset({"CAD"}),
    "HK$": frozenset({"HKD"}),
    "NT$": frozenset({"TWD"}),
    "NZ$": frozenset({"NZD"}),
    "S$": frozenset({"SGD"}),
    "R$": frozenset({"BRL"}),
    "€": frozenset({"EUR"}),
    "£": frozenset({"GBP"}),
    "¥": frozenset({"JPY", "CNY"}),
    "円": frozenset({"JPY"}),
    "元": frozenset({"CNY"}),
    "₩": frozenset({"KRW"}),
    "원": frozenset({"KRW"}),
    "₹": frozenset({"INR"}),
    "₫": frozenset({"VND"}),
    "đ": frozenset({"VND"}),
    "฿": frozenset({"THB"}),
    "₱": frozenset({"PHP"}),
    "Rp": frozenset({"IDR"}),
    "RM": frozenset({"MYR"}),
    "zł": frozenset({"PLN"}),
    "kr": frozenset({"DKK", "ISK", "NOK", "SEK"}),
    "Kč": frozenset({"CZK"}),
    "Ft": frozenset({"HUF"}),
    "₺": frozenset({"TRY"}),
    "₪": frozenset({"ILS"}),
    "₽": frozenset({"RUB"}),
    "₴": frozenset({"UAH"}),
}

# Accounting in Japan and Korea writes ▲ or △ for minus, but only in front: behind a figure they are trend arrows.
_BEFORE = re.compile(r"(\(?) *([+\-▲△]?) *([^ ()+\-▲△]*) *([+\-▲△]?) *(\(?)")
_AFTER = re.compile(r"(\)?) *([+\-]?) *([^ ()+\-]*) *([^ ()+\-]*) *([+\-]?) *(\)?)")
_DEBIT_OR_CREDIT = {"CR": "+", "DR": "-"}


def sign_of(before: str, after: str, currency: str) -> int | AmountProblem:
    """Return 1 or -1 for what stands before and after the digits, or why it is not acceptable."""
    left, right = _BEFORE.fullmatch(before.strip()), _AFTER.fullmatch(after.strip())
    if left is None or right is None:
        return AmountProblem.NOT_A_NUMBER
    signs = [left[2], left[4], right[2], right[5]]
    words = []
    for word in (left[3], right[3], right[4]):
        if word.upper() in _DEBIT_OR_CREDIT and word is not left[3]:
            signs.append(_DEBIT_OR_CREDIT[word.upper()])
        elif word:
            words.append(word)
    opened, closed = left[1] + left[5], right[1] + right[6]
    if len(opened) != len(closed) or len(opened) > 1:
        return AmountProblem.NOT_A_NUMBER
    given = [sign for sign in [*signs, opened] if sign]
    if len(given) > 1:
        return AmountProblem.CONFLICTING_SIGNS
    problem = _currency_problem(words, currency)
    if problem is not None:
        return problem
    return 1 if not given or given == ["+"] else -1


def _currency_problem(words: list[str], currency: str) -> AmountProblem | None:
    for word in words:
        if word.upper() == currency or currency in _SYMBOLS.get(word, ()):
            continue
        is_money = word.upper() in EXPONENTS or word in _SYMBOLS
        return AmountProblem.OTHER_CURRENCY if is_money else AmountProblem.NOT_A_NUMBER
    return None
