"""What PayPal's transaction event codes (T-codes) mean, by the side they are booked on.

PayPal documents 28 groups (the first two digits), and says that the group suffices to read a report by; codes whose
group says too little stand by themselves. Only payments from account to account (T00) are sales: what other groups add
to a balance is money of ours, or of PayPal's, that is moved. Groups that are not documented, and T99, stay unknown.
"""

from __future__ import annotations

from typing import Final

from payments.facts import LineKind
from payments.wording import translatable

LEFT_OUT: Final = translatable("Rows that do not move the balance, left out")

Kinds = tuple[LineKind, LineKind]
"""When a row takes from the balance, and when it adds to it."""

PAID: Final = (LineKind.TRANSFER, LineKind.SALE)
"""A payment that comes in is a sale; one that goes out is money we sent to somebody."""
SENT_BACK: Final = (LineKind.REFUND, LineKind.TRANSFER)
HELD: Final = (LineKind.RESERVE_HOLD, LineKind.RESERVE_RELEASE)
WITHDRAWN: Final = (LineKind.PAYOUT, LineKind.PAYOUT_RETURN)
CHARGED_BACK: Final = (LineKind.CHARGEBACK, LineKind.CHARGEBACK_REVERSAL)
UNKNOWN: Final = (LineKind.UNKNOWN, LineKind.UNKNOWN)


def _both(kind: LineKind) -> Kinds:
    return kind, kind


TRANSFER: Final = _both(LineKind.TRANSFER)
FEE: Final = _both(LineKind.FEE)
FX: Final = _both(LineKind.FX)
ADJUSTMENT: Final = _both(LineKind.ADJUSTMENT)

_GROUPS: Final = {
    "T00": PAID,
    "T01": FEE,
    "T02": FX,
    "T03": TRANSFER,
    "T04": WITHDRAWN,
    "T05": TRANSFER,
    "T06": TRANSFER,
    "T07": TRANSFER,
    "T08": ADJUSTMENT,
    "T09": ADJUSTMENT,
    "T10": TRANSFER,
    "T11": ADJUSTMENT,
    "T12": ADJUSTMENT,
    "T14": ADJUSTMENT,
    "T15": HELD,
    "T16": TRANSFER,
    "T17": TRANSFER,
    "T18": TRANSFER,
    "T19": ADJUSTMENT,
    "T20": TRANSFER,
    "T21": HELD,
    "T22": TRANSFER,  # to and from a restricted balance of the account
    "T30": TRANSFER,  # what an open wallet is filled from; the payment it is for has a row in T00
    "T50": TRANSFER,  # collected for later disbursement, and disbursed
    "T97": TRANSFER,
}
_CODES: Final = {
    "T0001": TRANSFER,  # mass payments
    "T0014": ADJUSTMENT,  # rebate
    "T0015": TRANSFER,
    "T0016": TRANSFER,
    "T0017": TRANSFER,
    "T0020": _both(LineKind.TAX),  # collected by a partner
    "T1101": WITHDRAWN,  # a withdrawal that came back
    "T1102": TRANSFER,
    "T1104": TRANSFER,
    "T1105": HELD,
    "T1106": CHARGED_BACK,  # taken back by PayPal
    "T1107": SENT_BACK,
    "T1108": FEE,
    "T1109": FEE,
    "T1110": HELD,
    "T1111": HELD,
    "T1112": TRANSFER,
    "T1113": SENT_BACK,
    "T1114": TRANSFER,
    "T1115": TRANSFER,
    "T1116": CHARGED_BACK,
    "T1118": TRANSFER,  # takes T30 back
    "T1119": TRANSFER,
    "T1201": CHARGED_BACK,
    "T1202": CHARGED_BACK,
    "T1205": CHARGED_BACK,
    "T1207": CHARGED_BACK,
    "T1208": CHARGED_BACK,
}
_WITHOUT_EFFECT: Final = ("T13", "T98")
"""Authorizations, and rows that are only shown."""


def is_code(text: str) -> bool:
    """Whether a cell is a transaction event code, known or not."""
    return len(text) == 5 and text[0] == "T" and text[1:].isdecimal() and text.isascii()


def kinds_of(code: str) -> Kinds:
    """The kinds of a transaction event code; codes and groups that are not documented stay unknown."""
    return _CODES.get(code) or _GROUPS.get(code[:3], UNKNOWN)


def has_effect(code: str) -> bool:
    """Whether rows of this code move the balance."""
    return not code.startswith(_WITHOUT_EFFECT)
