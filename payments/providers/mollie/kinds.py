"""What an entry of Mollie is about: its kind, and the payment method behind it."""

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from payments.facts import LineKind

PSEUDO_METHODS: Final[Mapping[str, LineKind]] = MappingProxyType(
    {
        "payment": LineKind.SALE,
        "capture": LineKind.SALE,
        "captures": LineKind.SALE,
        "refund": LineKind.REFUND,
        "refunds": LineKind.REFUND,
        "failed-refund": LineKind.REFUND_FAILURE,
        "returned-refund": LineKind.REFUND_FAILURE,
        "canceled-refund": LineKind.REFUND_FAILURE,
        "chargeback": LineKind.CHARGEBACK,
        "chargebacks": LineKind.CHARGEBACK,
        "failed-payment": LineKind.CHARGEBACK,
        "unauthorized-direct-debit": LineKind.CHARGEBACK,
        "chargeback-reversal": LineKind.CHARGEBACK_REVERSAL,
        "balance-correction": LineKind.ADJUSTMENT,
        "correction": LineKind.ADJUSTMENT,
        "invoice-compensation": LineKind.ADJUSTMENT,
        "application-fee": LineKind.TRANSFER,
        "split-payment": LineKind.TRANSFER,
        "topup": LineKind.TRANSFER,
        "outgoing-transfer": LineKind.PAYOUT,
        "canceled-outgoing-transfer": LineKind.PAYOUT_RETURN,
        "returned-transfer": LineKind.PAYOUT_RETURN,
    }
)
"""What stands where other entries name a payment method, or as the type of a balance transaction. A failed payment and
an unauthorised direct debit take back what was paid in: to us they are chargebacks."""

OUTGOING: Final = frozenset({LineKind.REFUND, LineKind.CHARGEBACK})
"""Kinds that take money from us, whatever sign a file gives them."""

NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "applepay": "applepay",
        "bancontact": "bancontact",
        "banktransfer": "banktransfer",
        "belfius": "belfius",
        "billie": "billie",
        "blik": "blik",
        "creditcard": "creditcard",
        "eps": "eps",
        "giftcard": "giftcard",
        "giropay": "giropay",
        "ideal": "ideal",
        "in3": "in3",
        "kbc": "kbc",
        "klarna": "klarna",
        "mybank": "mybank",
        "paypal": "paypal",
        "paysafecard": "paysafecard",
        "pointofsale": "pointofsale",
        "przelewy24": "przelewy24",
        "satispay": "satispay",
        "sepabanktransfer": "banktransfer",
        "sepadirectdebit": "directdebit",
        "sofort": "sofort",
        "trustly": "trustly",
        "twint": "twint",
        "voucher": "voucher",
    }
)
"""Mollie's codes of methods by the names it writes for people, letters and digits alone."""

_LEADING: Final = re.compile(
    r"^(?:refunds?|chargebacks?|captures?|chargeback reversals?|returned refunds?|failed refunds?)\b[\s:-]*",
    re.IGNORECASE,
)
_METHOD: Final = re.compile(r"[a-z0-9]{2,40}")


def kind_of(method: str, *, is_negative: bool) -> LineKind:
    """The kind of an entry by what it names as its method; `unknown` for what no version of the format has told of."""
    if "reserve" in method:
        is_release = "release" in method or not is_negative
        return LineKind.RESERVE_RELEASE if is_release else LineKind.RESERVE_HOLD
    known = PSEUDO_METHODS.get(method)
    if known is not None:
        return known
    # A method that came after this list is a method still: Mollie's codes of methods are one word.
    return LineKind.SALE if _METHOD.fullmatch(method) and not is_negative else LineKind.UNKNOWN


def is_payment_method(method: str) -> bool:
    """Whether an entry names a payment method, and not a kind of entry in the place of one."""
    return bool(_METHOD.fullmatch(method)) and method not in PSEUDO_METHODS and "reserve" not in method


def letters(name: str) -> str:
    """A name reduced to what stays the same however it is written: `Credit card` is `creditcard`."""
    return "".join(character for character in name.lower() if character.isalnum())


def method_behind(method: str, description: str, described: Mapping[str, str]) -> str:
    """Mollie's code of the payment method of an entry; '' when it is about several, or does not say.

    A refund has `refund` where others name their method, and the method only in words: `Refunds iDEAL`. `described`
    holds the methods of the same file by the letters of their descriptions.
    """
    if is_payment_method(method):
        return method
    words = letters(_LEADING.sub("", description))
    if not words or words == letters(description):
        return ""
    return described.get(words) or NAMES.get(words) or _beginning(words, (*described, *NAMES), described)


def _beginning(words: str, names: Iterable[str], described: Mapping[str, str]) -> str:
    """The method whose name the words begin with, the longest: `creditcardeuropean` is `creditcard`."""
    name = max((name for name in names if words.startswith(name)), key=len, default="")
    return described.get(name) or NAMES.get(name, "")
