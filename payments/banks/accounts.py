"""Which account a bank file is about, as its beginning says, and whether that is one of ours."""

import re
from collections.abc import Mapping
from typing import Final

from payments.tabular.heads import head_text

_MT940: Final = re.compile(r"^:25P?:([^\r\n]+)", re.MULTILINE)
_CAMT: Final = re.compile(
    r"<(?:[\w-]+:)?Acct>\s*<(?:[\w-]+:)?Id>(?:\s*<[\w:-]+>)*?\s*<(?:[\w-]+:)?(?:IBAN|BBAN|Id)>([^<]+)<"
)
_BAI2: Final = re.compile(r"^03,([^,\r\n/]+)", re.MULTILINE)
_OFX: Final = re.compile(r"<(?:BANK|CC)ACCTFROM>(?:(?!</?(?:BANK|CC)ACCTFROM>)[\s\S]){0,400}?<ACCTID>([^<\r\n]+)")
_ZENGIN: Final = re.compile(
    r"^1(?:03[0-9]{19}([0-9]{4}).{15}([0-9]{3}).{22}([0-9]{7})|01[0-9]{19}([0-9]{4}).{15}([0-9]{3}).{16}([0-9]{7}))",
    re.MULTILINE,
)
_DELIMITED_ZENGIN: Final = re.compile(
    r'^"?1"?,"?(?:03|01)"?,(?:[^,\r\n]*,){4}"?([0-9]{4})"?,[^,\r\n]*,"?([0-9]{3})"?,[^,\r\n]*,'
    r'(?:"?[0-9]{3}"?,)?"?[0-9]"?,"?[0-9]{0,3}?([0-9]{1,7})"?,',
    re.MULTILINE,
)
_WRITTEN: Final[Mapping[str, re.Pattern[str]]] = {
    "mt940": _MT940,
    "camt": _CAMT,
    "bai2": _BAI2,
    "ofx": _OFX,
    "zengin": _ZENGIN,
}


def accounts_in(head: bytes, adapter: str) -> frozenset[str]:
    """The accounts that the first bytes of a file name; empty where the format of `adapter` has no place for one."""
    pattern = _WRITTEN.get(adapter)
    if pattern is None:
        return frozenset()
    text = head_text(head)
    found = list(pattern.finditer(text))
    if adapter == "zengin" and not found:
        found = list(_DELIMITED_ZENGIN.finditer(text))
    return frozenset("".join("".join(filter(None, each.groups())).split()) for each in found)


def is_same_account(written: str, reference: str, currency: str) -> bool:
    """Whether a file means an account of ours; some banks write its currency behind the number, others do not."""
    found, expected = _plain(written), _plain(reference)
    return found == expected or currency in (found.removeprefix(expected), expected.removeprefix(found))


def _plain(account: str) -> str:
    return re.sub(r"[^0-9A-Z]", "", account.upper())
