"""What Adyen's journal types mean, by the side they are booked on."""

from typing import Final

from payments.facts import LineKind

_BOTH_SIDES: Final = {
    "settled": LineKind.SALE,
    "bulksettlement": LineKind.SALE,
    "refunded": LineKind.REFUND,
    "refundedreversed": LineKind.REFUND_FAILURE,
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
    "matchedstatement": LineKind.TRANSFER,
    "internalcompanypayout": LineKind.TRANSFER,
    "paidout": LineKind.TRANSFER,
    "paidoutreversed": LineKind.TRANSFER,
}
_BY_SIDE: Final = {
    "depositcorrection": (LineKind.RESERVE_HOLD, LineKind.RESERVE_RELEASE),
    "balancetransfer": (LineKind.CARRY_OUT, LineKind.CARRY_IN),
}


def kinds_of(type_name: str) -> tuple[LineKind, LineKind]:
    """The kinds of a journal type when it takes from our balance and when it adds to it; unknown types stay unknown.

    A reserve or carry-over is told by its side alone, as Adyen does not name it otherwise.
    """
    plain = "".join(character for character in type_name.casefold() if character.isalnum())
    if plain in _BY_SIDE:
        return _BY_SIDE[plain]
    kind = _BOTH_SIDES.get(plain, LineKind.UNKNOWN)
    return kind, kind


def carry_by_words(words: str) -> LineKind | None:
    """The direction spelled out in `Balancetransfer from batch 237`: it holds for a negative balance too."""
    plain = words.casefold()
    if "from batch" in plain:
        return LineKind.CARRY_IN
    if "to batch" in plain:
        return LineKind.CARRY_OUT
    return None
