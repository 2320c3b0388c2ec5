"""What Stripe's reporting categories and types of balance transactions mean."""

from typing import Final

from payments.facts import LineKind

PARTIAL_CAPTURE: Final = "partial_capture_reversal"

_KINDS: Final = {
    "charge": LineKind.SALE,
    "charge_failure": LineKind.CHARGEBACK,  # a debit that the buyer's bank sent back after it had been paid
    "refund": LineKind.REFUND,
    "refund_failure": LineKind.REFUND_FAILURE,
    "dispute": LineKind.CHARGEBACK,
    "dispute_reversal": LineKind.CHARGEBACK_REVERSAL,
    PARTIAL_CAPTURE: LineKind.ADJUSTMENT,
    "fee": LineKind.FEE,
    "network_cost": LineKind.FEE,
    "tax": LineKind.TAX,
    "payout": LineKind.PAYOUT,
    "payout_reversal": LineKind.PAYOUT_RETURN,
    "other_adjustment": LineKind.ADJUSTMENT,
    "climate_order_purchase": LineKind.ADJUSTMENT,
    "climate_order_refund": LineKind.ADJUSTMENT,
    "contribution": LineKind.ADJUSTMENT,
    "unreconciled_customer_funds": LineKind.ADJUSTMENT,
    "advance": LineKind.TRANSFER,
    "advance_funding": LineKind.TRANSFER,
    "anticipation_repayment": LineKind.TRANSFER,
    "connect_collection_transfer": LineKind.TRANSFER,
    "financing_paydown": LineKind.TRANSFER,
    "financing_paydown_reversal": LineKind.TRANSFER,
    "financing_payout": LineKind.TRANSFER,
    "financing_payout_reversal": LineKind.TRANSFER,
    "issuing_disbursement": LineKind.TRANSFER,
    "issuing_dispute": LineKind.TRANSFER,
    "issuing_transaction": LineKind.TRANSFER,
    "platform_earning": LineKind.TRANSFER,
    "platform_earning_refund": LineKind.TRANSFER,
    "topup": LineKind.TRANSFER,
    "topup_reversal": LineKind.TRANSFER,
    "transfer": LineKind.TRANSFER,
    "transfer_reversal": LineKind.TRANSFER,
}
_HELD: Final = frozenset(
    {
        "connect_reserved_funds",
        "issuing_authorization_hold",
        "issuing_authorization_release",
        "minimum_balance_hold",
        "payment_network_reserved_funds",
        "risk_reserved_funds",
    }
)
"""Money set aside when it leaves the balance, and given back when it comes in again."""

KNOWN: Final = frozenset(_KINDS) | _HELD

_CATEGORY_OF_TYPE: Final = {
    "payment": "charge",
    "payment_failure_refund": "charge_failure",
    "payment_refund": "refund",
    "payment_reversal": "refund",
    "payment_unreconciled": "unreconciled_customer_funds",
    "payout_cancel": "payout_reversal",
    "payout_failure": "payout_reversal",
    "stripe_fee": "fee",
    "stripe_fx_fee": "fee",
    "tax_fee": "tax",
    "application_fee": "platform_earning",
    "application_fee_refund": "platform_earning_refund",
    "inbound_transfer": "topup",
    "inbound_transfer_reversal": "topup_reversal",
    "transfer_cancel": "transfer_reversal",
    "transfer_failure": "transfer_reversal",
    "transfer_refund": "transfer_reversal",
    "reserve_hold": "risk_reserved_funds",
    "reserve_release": "risk_reserved_funds",
    "reserve_transaction": "risk_reserved_funds",
    "reserved_funds": "risk_reserved_funds",
    "payment_network_reserve_hold": "payment_network_reserved_funds",
    "payment_network_reserve_release": "payment_network_reserved_funds",
    "payout_minimum_balance_hold": "minimum_balance_hold",
    "payout_minimum_balance_release": "minimum_balance_hold",
}
_DISPUTES: Final = ("dp_", "du_", "pdp_")


def kinds_of(category: str) -> tuple[LineKind, LineKind]:
    """The kinds of a category for rows that take from the balance and rows that add to it; unknown stays unknown."""
    if category in _HELD:
        return LineKind.RESERVE_HOLD, LineKind.RESERVE_RELEASE
    kind = _KINDS.get(category, LineKind.UNKNOWN)
    return kind, kind


def category_of(type_name: str, source: str, *, is_debit: bool) -> str:
    """The reporting category of a type of balance transaction, for tables that only have the type.

    Disputes are adjustments there, told by what they are about.
    """
    if type_name == "adjustment":
        if source.startswith(_DISPUTES):
            return "dispute" if is_debit else "dispute_reversal"
        return "other_adjustment"
    return _CATEGORY_OF_TYPE.get(type_name, type_name)
