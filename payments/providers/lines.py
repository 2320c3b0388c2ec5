"""A line fact with nothing in it: adapters that are not on the hot path replace what they know."""

from typing import Final

from payments.facts import LineFact, LineKind

BLANK: Final = LineFact(
    line_number=0,
    byte_offset=0,
    byte_length=0,
    statement_key="",
    kind=LineKind.UNKNOWN,
    line_key="",
    provider_key="",
    payment_reference="",
    merchant_reference="",
    method="",
    currency="",
    gross=0,
    net_currency="",
    gross_settled=0,
    fee=0,
    fee_commission=None,
    fee_markup=None,
    fee_scheme=None,
    fee_interchange=None,
    fee_installment=None,
    fee_other=None,
    fee_vat=0,
    rounding=0,
    net=0,
    rate=None,
    occurred_at=None,
    sold_on=None,
    booked_on=None,
    paid_on=None,
    payout_key="",
)
