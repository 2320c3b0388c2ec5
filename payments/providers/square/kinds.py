"""What the types of Square's payout entries are about: every type the API documents, by the side it is on."""

from typing import Final

from payments.facts import LineKind

Kinds = tuple[LineKind, LineKind]
"""The kind of an entry that takes, and of one that gives."""

_FEE: Final = (LineKind.FEE, LineKind.FEE)
_TAX: Final = (LineKind.TAX, LineKind.TAX)
_ADJUSTMENT: Final = (LineKind.ADJUSTMENT, LineKind.ADJUSTMENT)
_TRANSFER: Final = (LineKind.TRANSFER, LineKind.TRANSFER)
_RESERVE: Final = (LineKind.RESERVE_HOLD, LineKind.RESERVE_RELEASE)
_DISPUTE: Final = (LineKind.CHARGEBACK, LineKind.CHARGEBACK_REVERSAL)

UNKNOWN: Final = (LineKind.UNKNOWN, LineKind.UNKNOWN)
KINDS: Final[dict[str, Kinds]] = {
    "CHARGE": (LineKind.UNKNOWN, LineKind.SALE),
    "REFUND": (LineKind.REFUND, LineKind.REFUND_FAILURE),
    "DISPUTE": _DISPUTE,
    "OPEN_DISPUTE": _DISPUTE,
    "RETURNED_PAYOUT": (LineKind.PAYOUT, LineKind.PAYOUT_RETURN),
    "PAYOUT": _TRANSFER,
    "ADJUSTMENT": _ADJUSTMENT,
    "OTHER_ADJUSTMENT": _ADJUSTMENT,
    "INITIAL_BALANCE_CHANGE": _ADJUSTMENT,
    "FREE_PROCESSING": _ADJUSTMENT,
    "REDEMPTION_CODE": _ADJUSTMENT,
    "ESCHEATMENT": _ADJUSTMENT,
    "LOCAL_OFFERS_CASHBACK": _ADJUSTMENT,
    "APP_FEE_REVENUE": _TRANSFER,
    "APP_FEE_REFUND": _TRANSFER,
    "HOLD_ADJUSTMENT": _RESERVE,
    "RELEASE_ADJUSTMENT": _RESERVE,
    "RESERVE_HOLD": _RESERVE,
    "RESERVE_RELEASE": _RESERVE,
    "PERCENTAGE_PROCESSING_ENROLLMENT": _RESERVE,
    "PERCENTAGE_PROCESSING_DEACTIVATION": _RESERVE,
    "PERCENTAGE_PROCESSING_REPAYMENT": _RESERVE,
    "PERCENTAGE_PROCESSING_REPAYMENT_REVERSED": _RESERVE,
    "TAX_ON_FEE": _TAX,
    **dict.fromkeys(
        (
            "FEE",
            "DEPOSIT_FEE",
            "DEPOSIT_FEE_REVERSED",
            "PAID_SERVICE_FEE",
            "PAID_SERVICE_FEE_REFUND",
            "SUBSCRIPTION_FEE",
            "SUBSCRIPTION_FEE_PAID_REFUND",
            "SUBSCRIPTION_FEE_REFUND",
            "THIRD_PARTY_FEE",
            "THIRD_PARTY_FEE_REFUND",
            "LOCAL_OFFERS_FEE",
            "PROCESSING_FEE",
            "PROCESSING_FEE_REFUND",
            "UNDO_PROCESSING_FEE_REFUND",
            "GIFT_CARD_LOAD_FEE",
            "GIFT_CARD_LOAD_FEE_REFUND",
            "UNDO_GIFT_CARD_LOAD_FEE_REFUND",
        ),
        _FEE,
    ),
    **dict.fromkeys(
        (
            "MONEY_TRANSFER",
            "MONEY_TRANSFER_REVERSAL",
            "AUTOMATIC_SAVINGS",
            "AUTOMATIC_SAVINGS_REVERSED",
            "AUTOMATIC_BITCOIN_CONVERSIONS",
            "AUTOMATIC_BITCOIN_CONVERSIONS_REVERSED",
            "BALANCE_FOLDERS_TRANSFER",
            "BALANCE_FOLDERS_TRANSFER_REVERSED",
            "CREDIT_CARD_REPAYMENT",
            "CREDIT_CARD_REPAYMENT_REVERSED",
            "GIFT_CARD_POOL_TRANSFER",
            "GIFT_CARD_POOL_TRANSFER_REVERSED",
            "SQUARE_CAPITAL_PAYMENT",
            "SQUARE_CAPITAL_REVERSED_PAYMENT",
            "SQUARE_PAYROLL_TRANSFER",
            "SQUARE_PAYROLL_TRANSFER_REVERSED",
        ),
        _TRANSFER,
    ),
}
"""OTHER, and whatever is not here, must be explained."""
