"""One settlement object of Toss Payments becomes one line fact."""

from collections.abc import Mapping
from typing import Any, Final

from payments.facts import LineFact, LineKind, Problem
from payments.money import UnknownCurrency, allocate, format_minor
from payments.providers.fields import Fields
from payments.providers.lines import BLANK
from payments.tabular.amounts import Amounts, currency_problem
from payments.tabular.refusals import RowRefused
from payments.wording import translatable

NET_DIFFERS: Final = translatable(
    "payOutAmount %(found)s %(currency)s is not amount less fee less interestFee (%(expected)s %(currency)s)."
)
FEE_DIFFERS: Final = translatable(
    "fee %(found)s %(currency)s is not supplyAmount plus vat (%(expected)s %(currency)s)."
)
PARTS_DIFFER: Final = translatable(
    "The parts in fees sum to %(found)s %(currency)s and not to fee (%(expected)s %(currency)s)."
)
BAD_PARTS: Final = translatable("“fees” is not a list of objects with type and fee.")

WRITTEN_AS: Final = {
    "line_key": "transactionKey",
    "provider_key": "transactionKey",
    "payment_reference": "paymentKey",
    "merchant_reference": "orderId",
    "gross": "amount",
    "fee_vat": "vat",
    "net": "payOutAmount",
    "occurred_at": "approvedAt",
    "sold_on": "soldDate",
    "booked_on": "soldDate",
    "paid_on": "paidOutDate",
}
"""Fields of the answer by the field of a fact that is read from them alone."""

_INSTALLMENT: Final = frozenset({"INSTALLMENT", "INSTALLMENT_DISCOUNT"})


class TossRows:
    """Reads settlement objects; remembers the amounts of each currency."""

    def __init__(self) -> None:
        self._amounts: dict[str, Amounts] = {}

    def fact(self, place: tuple[int, int, int], record: Mapping[str, Any]) -> LineFact:
        """The line of one object at `place` (line, byte offset, byte length). Raises RowRefused."""
        fields = Fields(record)
        paid = self._amounts_fact(fields, record)
        cancel = fields.inner("cancel")
        sold_on, paid_on = fields.date("soldDate"), fields.date("paidOutDate", is_required=False)
        account, key = fields.text("mId"), fields.text("transactionKey", is_required=False)
        if not key and cancel is not None:
            key = cancel.text("transactionKey", is_required=False)
        return paid._replace(
            line_number=place[0],
            byte_offset=place[1],
            byte_length=place[2],
            statement_key=f"{account}/{sold_on}/{paid_on or ''}",
            kind=_kind(paid.gross, is_cancel=cancel is not None),
            line_key=key,
            provider_key=key,
            payment_reference=fields.text("paymentKey"),
            merchant_reference=fields.text("orderId"),
            method=fields.text("method", is_required=False),
            occurred_at=cancel.instant("canceledAt") if cancel else fields.instant("approvedAt"),
            sold_on=sold_on,
            booked_on=sold_on,
            paid_on=paid_on,
            payout_key=f"{account}/{paid_on}" if paid_on else "",
        )

    def _amounts_fact(self, fields: Fields, record: Mapping[str, Any]) -> LineFact:
        """The amounts of the line, checked against each other."""
        currency = fields.text("currency")
        amounts = self._amounts_of(currency)
        gross = fields.amount("amount", amounts)
        vat = fields.amount("vat", amounts)
        interest = fields.amount("interestFee", amounts, is_required=False)
        supply = self._supply(fields, amounts, vat)
        commission, installment, other = self._parts(record, fields, amounts, (supply, vat))
        net = fields.amount("payOutAmount", amounts)
        expected = gross - supply - vat - interest
        if net != expected:
            raise differs(NET_DIFFERS, "payOutAmount", net, expected, currency)
        return BLANK._replace(
            currency=currency,
            gross=gross,
            net_currency=currency,
            gross_settled=gross,
            fee=supply + interest,
            fee_commission=commission,
            fee_installment=installment + interest,
            fee_other=other,
            fee_vat=vat,
            net=net,
        )

    def _amounts_of(self, currency: str) -> Amounts:
        amounts = self._amounts.get(currency)
        if amounts is None:
            try:
                amounts = self._amounts[currency] = Amounts(currency, ".")
            except UnknownCurrency:
                raise RowRefused(currency_problem(currency, field="currency")) from None
        return amounts

    def _supply(self, fields: Fields, amounts: Amounts, vat: int) -> int:
        """The fee without VAT, checked against the fee with it, which the oldest API versions leave out."""
        supply = fields.amount("supplyAmount", amounts)
        fee = fields.amount("fee", amounts) if fields.has("fee") else supply + vat
        if supply + vat != fee:
            raise differs(FEE_DIFFERS, "fee", fee, supply + vat, amounts.currency)
        return supply

    def _parts(
        self, record: Mapping[str, Any], fields: Fields, amounts: Amounts, stated: tuple[int, int]
    ) -> tuple[int, int, int]:
        """Commission, installment and other fees without VAT.

        Toss states the parts with VAT: the fee without VAT is split in their proportion, and sums exactly.
        Older API versions state no parts: then all is commission. `stated` is the fee without VAT, and its VAT.
        """
        supply, vat = stated
        entries = record.get("fees")
        if entries is None:
            return supply, 0, 0
        if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
            raise fields.refused(BAD_PARTS, "fees")
        parts = {"commission": 0, "installment": 0, "other": 0}
        for position, entry in enumerate(entries):
            part = Fields(entry, f"fees[{position}]")
            name = part.text("type")
            bucket = "commission" if name == "BASE" else "installment" if name in _INSTALLMENT else "other"
            parts[bucket] += part.amount("fee", amounts)
        total, fee = sum(parts.values()), supply + vat
        if entries and total != fee:
            raise differs(PARTS_DIFFER, "fees", total, fee, amounts.currency)
        return without_vat(supply, (parts["commission"], parts["installment"], parts["other"]))


def without_vat(supply: int, parts: tuple[int, int, int]) -> tuple[int, int, int]:
    """Split the fee without VAT like its parts with VAT, exactly; parts of both signs leave the rest with the first."""
    _, installment, other = parts
    total = sum(parts)
    if not total or (min(parts) < 0 < max(parts)):
        return supply - installment - other, installment, other
    split = allocate(supply, [abs(part) for part in parts])
    return split[0], split[1], split[2]


def _kind(gross: int, *, is_cancel: bool) -> int:
    """A cancel is a row of its own with a negative amount; a cancel that is not negative must be explained."""
    if gross < 0:
        return LineKind.REFUND
    return LineKind.UNKNOWN if is_cancel else LineKind.SALE


def differs(template: str, field: str, found: int, expected: int, currency: str) -> RowRefused:
    """The refusal of a record whose amounts contradict each other."""
    values = {
        "found": format_minor(found, currency),
        "expected": format_minor(expected, currency),
        "currency": currency,
    }
    return RowRefused(Problem(template, values, field=field))


REQUIRED: Final = (
    "mId",
    "paymentKey",
    "transactionKey",
    "orderId",
    "currency",
    "amount",
    "fee",
    "supplyAmount",
    "vat",
    "payOutAmount",
    "soldDate",
)
"""Fields a settlement object is known by; the oldest versions of the API have neither transactionKey nor fee."""
