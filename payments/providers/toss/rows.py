"""One settlement object of Toss Payments becomes one line fact."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from operator import itemgetter
from typing import Any, Final, cast

from payments.facts import LineFact, LineKind, Problem
from payments.money import UnknownCurrency, allocate, exponent, format_minor
from payments.providers.fields import BAD_TIME, Fields
from payments.providers.lines import BLANK
from payments.providers.toss.profiles import INSTALLMENT, Profile, Total, exact, parts_of
from payments.tabular.amounts import Amounts, currency_problem
from payments.tabular.instants import Stamps
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

_REPEATED: Final = ("mId", "currency", "method", "soldDate", "paidOutDate")
"""Fields with few different values: what follows from them is worked out once."""
_REPEATED_CELLS: Final = itemgetter(*_REPEATED)
_CELLS: Final = itemgetter(
    *("paymentKey", "orderId", "transactionKey", "amount", "fee", "supplyAmount", "vat", "interestFee", "payOutAmount"),
    *("fees", "cancel"),
)
_LARGEST: Final = 10**14
"""Beyond it an amount is read with care."""
_NO_TOTAL: Final = BLANK[LineFact._fields.index("payout_key") + 1 :]
_new: Final = cast(Callable[[type[LineFact], tuple[Any, ...]], LineFact], tuple.__new__)


Place = tuple[int, int, int]
"""Line, byte offset, byte length."""


class TossRows:
    """Reads settlement objects; remembers the amounts of each currency, and what repeats from object to object."""

    def __init__(self) -> None:
        self.totals: dict[tuple[str, str, str], Total] = {}
        """By statement key, payout key and currency, in the order they were met."""
        self._amounts: dict[str, Amounts] = {}
        self._stamps = Stamps(None, UTC)
        self._profiles: dict[tuple[str, ...], Profile] = {}

    def fact(self, place: Place, record: Mapping[str, Any]) -> LineFact:
        """The line of one object; its whole numbers may be int. Raises RowRefused."""
        return self._plain(place, record) or self._careful(place, exact(record))

    def _plain(self, place: Place, record: Mapping[str, Any]) -> LineFact | None:
        """The line of an object in which everything is as it nearly always is; None leaves it to the careful reader."""
        try:
            payment, order, key, gross, fee, supply, vat, interest, net, fees, cancel = _CELLS(record)
            profile = self._profiles[_REPEATED_CELLS(record)]
            references = payment + order + key
            stamp = record["approvedAt"] if cancel is None else cancel["canceledAt"]
            moment, _ = self._stamps.read(stamp)
            parts = None if fees is None else parts_of(fees)
        except (KeyError, TypeError, ValueError, OverflowError):
            return None
        is_whole = type(gross) is type(fee) is type(supply) is type(vat) is type(interest) is type(net) is int
        is_text = references.isascii() and references.isprintable() and " " not in references
        if not (is_whole and is_text and payment and order and key and -_LARGEST < gross < _LARGEST):
            return None
        withheld = supply + vat
        if fee != withheld or net != gross - withheld - interest or not -_LARGEST < net < _LARGEST:
            return None
        if parts is not None and fees and (parts[1] or parts[2] or parts[0] != withheld):
            return None
        scale = profile.scale
        fee, net, total = (supply + interest) * scale, net * scale, profile.total
        total.net += net
        gross *= scale
        kind = LineKind.REFUND if gross < 0 else LineKind.SALE if cancel is None else LineKind.UNKNOWN
        return _new(LineFact, (
            *place, total.statement_key, kind, key, key, payment, order, profile.method, profile.currency, gross,
            profile.currency, gross, fee, supply * scale, None, None, None, interest * scale, 0, vat * scale, 0, net,
            None, moment, total.sold_on, total.sold_on, total.paid_on, total.payout_key, *_NO_TOTAL,
        ))  # fmt: skip

    def _careful(self, place: Place, record: Mapping[str, Any]) -> LineFact:
        fact = self._read(place, record)
        total = self._total(fact)
        total.net += fact.net
        repeated = tuple(record.get(name) for name in _REPEATED)
        if all(type(cell) is str for cell in repeated):
            scale = 10 ** exponent(fact.currency)
            self._profiles[cast(tuple[str, ...], repeated)] = Profile(fact.method, fact.currency, scale, total)
        return fact

    def _total(self, fact: LineFact) -> Total:
        key = fact.statement_key, fact.payout_key, fact.currency
        fresh = Total(fact.statement_key, fact.payout_key, fact.currency, fact.sold_on, fact.paid_on)
        return self.totals.setdefault(key, fresh)

    def _read(self, place: Place, record: Mapping[str, Any]) -> LineFact:
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
            occurred_at=self._instant(cancel, "canceledAt") if cancel else self._instant(fields, "approvedAt"),
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

    def _instant(self, fields: Fields, key: str) -> datetime:
        text = fields.text(key)
        try:
            return self._stamps.read(text)[0]
        except (ValueError, OverflowError):
            raise fields.refused(BAD_TIME, key, text) from None

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
            bucket = "commission" if name == "BASE" else "installment" if name in INSTALLMENT else "other"
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
