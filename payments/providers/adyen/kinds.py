"""What Adyen's journal types mean, by the side they are booked on, and which of them only tell what happened."""

from typing import Final

from payments.facts import LineKind

_BOTH_SIDES: Final = {
    "settled": LineKind.SALE,
    "bulksettlement": LineKind.SALE,
    "settledbulk": LineKind.SALE,
    "settledinstallment": LineKind.SALE,
    "refunded": LineKind.REFUND,
    "refundedbulk": LineKind.REFUND,
    "refundedinstallment": LineKind.REFUND,
    "refundedreversed": LineKind.REFUND_FAILURE,
    "refundfailed": LineKind.REFUND_FAILURE,
    "refundnotcleared": LineKind.REFUND_FAILURE,
    "chargeback": LineKind.CHARGEBACK,
    "secondchargeback": LineKind.CHARGEBACK,
    "chargebackreversed": LineKind.CHARGEBACK_REVERSAL,
    "fee": LineKind.FEE,
    "misccosts": LineKind.FEE,
    "invoicededuction": LineKind.FEE,
    "authorisationschemefee": LineKind.FEE,
    "paymentcost": LineKind.FEE,
    "merchantpayout": LineKind.PAYOUT,
    "bankinstructionreturned": LineKind.PAYOUT_RETURN,
    "manualcorrected": LineKind.ADJUSTMENT,
    # Paid to us on the day of the sale, and taken back as the capture failed after all: our ledger has no refund of it.
    "capturefailed": LineKind.ADJUSTMENT,
    "settledreversed": LineKind.ADJUSTMENT,
    "adjustment": LineKind.ADJUSTMENT,
    "matchedstatement": LineKind.TRANSFER,
    "merchantpayin": LineKind.TRANSFER,
    "merchantpayinreversed": LineKind.TRANSFER,
    "internalcompanypayout": LineKind.TRANSFER,
    "paidout": LineKind.TRANSFER,
    "paidoutreversed": LineKind.TRANSFER,
}
_BY_SIDE: Final = {
    "depositcorrection": (LineKind.RESERVE_HOLD, LineKind.RESERVE_RELEASE),
    "reserveadjustment": (LineKind.RESERVE_HOLD, LineKind.RESERVE_RELEASE),
    "balancetransfer": (LineKind.CARRY_OUT, LineKind.CARRY_IN),
}


_STEPS: Final = frozenset(
    {
        "received", "receivedpayout", "authorised", "authorisedpending", "refused", "refusedpayout", "cancelled",
        "expired", "error", "sentforsettle", "settledininstallments", "capturefailed", "sentforrefund",
        "refundauthorised", "refundedininstallments", "refundfailed", "sentforpayout", "payoutauthorised",
        "payouterror", "payoutfailed",
    }
)  # fmt: skip
"""Steps of a payment's life, as the payment accounting report has them: no money moves with them."""
_ELSEWHERE: Final = ("externallywithinfo", "externally")
"""How a type ends that tells of money which another acquirer settles, not Adyen."""
_OF_OTHERS: Final = frozenset(
    {
        "handled", "advancementcommission", "chargebackinstallment", "unmatchedbatch", "unmatchedsettled",
        "unmatchedrefunded", "unmatchedchargeback", "unmatchedchargebackreversed",
    }
)  # fmt: skip
"""What such types say beside the kinds that Adyen itself settles."""
_SALES_DAY: Final = "salesdaypayout"


def kinds_of(type_name: str) -> tuple[LineKind, LineKind]:
    """The kinds of a journal type when it takes from our balance and when it adds to it; unknown types stay unknown.

    A reserve or carry-over is told by its side alone, as Adyen does not name it otherwise.
    """
    plain, _ = _parted(type_name)
    if plain in _BY_SIDE:
        return _BY_SIDE[plain]
    kind = _BOTH_SIDES.get(plain, LineKind.UNKNOWN)
    return kind, kind


def only_tells(type_name: str) -> bool:
    """Whether rows of this type move no money of ours at Adyen as long as they state no net amount."""
    plain, is_elsewhere = _parted(type_name)
    return plain in _STEPS or (is_elsewhere and (plain in _BOTH_SIDES or plain in _OF_OTHERS))


def _parted(type_name: str) -> tuple[str, bool]:
    """A type without its ending, and whether that says that another acquirer settles."""
    plain = "".join(character for character in type_name.casefold() if character.isalnum()).removesuffix(_SALES_DAY)
    for ending in _ELSEWHERE:
        if plain.endswith(ending):
            return plain.removesuffix(ending), True
    return plain, False


def carry_by_words(words: str) -> LineKind | None:
    """The direction spelled out in `Balancetransfer from batch 237`: it holds for a negative balance too."""
    plain = words.casefold()
    if "from batch" in plain:
        return LineKind.CARRY_IN
    if "to batch" in plain:
        return LineKind.CARRY_OUT
    return None
