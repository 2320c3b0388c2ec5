"""One payout entry, or one payout, of Square becomes one line fact."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from payments.facts import MOVEMENT_LINE_KINDS, LineFact, LineKind, PayoutFact, Problem, ReadingTerms, StatementFact
from payments.money import LARGEST_MINOR, UnknownCurrency, exponent, format_minor
from payments.providers.fields import BAD_DATE, BAD_TEXT, BAD_TIME, MISSING, NO_TEXT, is_storable
from payments.providers.lines import BLANK
from payments.providers.square.kinds import KINDS, UNKNOWN
from payments.tabular.amounts import currency_problem, shown
from payments.tabular.instants import Stamps, iso_date, zone_named
from payments.tabular.refusals import RowRefused
from payments.wording import translatable

NET_DIFFERS: Final = translatable(
    "net_amount_money %(found)s %(currency)s is not gross_amount_money less fee_amount_money (%(expected)s "
    "%(currency)s)."
)
NO_MINOR: Final = translatable("“%(text)s” is not a whole number of the smallest unit of its currency.")
OTHER_CURRENCY: Final = translatable("The amounts of one entry are in %(first)s and %(second)s.")
NO_CURRENCY: Final = translatable("The amount names no currency.")

_MONEY: Final = ("gross_amount_money", "fee_amount_money", "net_amount_money")
Place = tuple[int, int, int]


class Statement:
    """What is learned of one payout while its entries stream by."""

    __slots__ = ("currency", "days", "is_stated", "net", "paid_on", "sequence")

    def __init__(self, currency: str, sequence: str) -> None:
        self.currency = currency
        self.days: set[date] = set()
        self.net = 0
        self.sequence = sequence
        self.paid_on: date | None = None
        self.is_stated = False


class SquareRows:
    """Reads payout entries and payouts; `statements` holds what is known of each by its key."""

    def __init__(self, terms: ReadingTerms, sequence: str) -> None:
        self.statements: dict[tuple[str, str], Statement] = {}
        """By statement key and payout key."""
        self._sequence = sequence
        self._default = terms.currencies[0] if terms.currencies else ""
        self._stamps = Stamps(None, zone_named("", terms.zone))
        self._currencies: set[str] = set()

    def entry(self, place: Place, record: Mapping[str, Any]) -> LineFact:
        """The line of a payout entry. Raises RowRefused."""
        payout, key, type_name = text(record, "payout_id"), text(record, "id"), text(record, "type")
        currency, gross, fee, net = self._money(record)
        moment, day = self._stamp(record, "effective_at")
        kind = KINDS.get(type_name, UNKNOWN)[net > 0 or (net == 0 and gross >= 0)]
        vat, parts = 0, (fee, None)
        if kind is LineKind.FEE:
            gross, fee, parts = 0, -net, (None, -net)
        elif kind is LineKind.TAX:
            gross, fee, vat, parts = 0, 0, -net, (None, None)
        provider_key, payment = _references(record, type_name)
        statement = self._statement(payout, payout, currency, self._sequence)
        statement.net += net
        statement.days.add(day)
        return BLANK._replace(
            **_placed(place),
            statement_key=payout,
            kind=kind,
            line_key=key,
            provider_key=provider_key if kind in MOVEMENT_LINE_KINDS or kind is LineKind.UNKNOWN else "",
            payment_reference=payment,
            currency=currency,
            gross=gross,
            net_currency=currency,
            gross_settled=gross,
            fee=fee,
            fee_commission=parts[0],
            fee_other=parts[1],
            fee_vat=vat,
            net=net,
            occurred_at=moment,
            sold_on=day,
            booked_on=day,
            payout_key=payout,
        )

    def payout(self, place: Place, record: Mapping[str, Any]) -> LineFact:
        """The line of a payout: what leaves for our bank; a SIMPLE one has no entries and is an advance on later ones.

        Raises RowRefused.
        """
        key = text(record, "id")
        currency, amount = self._amount(record, "amount_money")
        moment, day = self._stamp(record, "created_at")
        is_advance = text(record, "type", is_required=False) == "SIMPLE"
        version = record.get("version")
        sequence = str(version).rjust(10, "0") if version is not None else self._sequence
        statement = self._statement(f"{key}/payout", key, currency, sequence)
        statement.net, statement.is_stated = amount or 0, True
        statement.days.add(day)
        statement.paid_on = self._arrival(record)
        gross = statement.net if is_advance else -statement.net
        return BLANK._replace(
            **_placed(place),
            statement_key=f"{key}/payout",
            kind=LineKind.TRANSFER if is_advance else LineKind.PAYOUT,
            line_key=key,
            currency=currency,
            gross=gross,
            net_currency=currency,
            gross_settled=gross,
            net=gross,
            occurred_at=moment,
            booked_on=day,
            paid_on=statement.paid_on,
            payout_key=key,
        )

    def statement_facts(self) -> list[StatementFact]:
        """One statement per payout with entries, and one per payout itself."""
        return [
            StatementFact(key, one.sequence, max(one.days), min(one.days), max(one.days))
            for (key, _), one in self.statements.items()
        ]

    def payout_facts(self) -> list[PayoutFact]:
        """What Square states, and for entries without their payout the sum of them."""
        return [
            PayoutFact(key, payout_key, one.currency, one.net, one.paid_on, is_stated=one.is_stated)
            for (key, payout_key), one in self.statements.items()
        ]

    def _statement(self, key: str, payout_key: str, currency: str, sequence: str) -> Statement:
        found = self.statements.get((key, payout_key))
        if found is None:
            found = self.statements[key, payout_key] = Statement(currency, sequence)
        if found.currency != currency:
            values = {"first": found.currency, "second": currency}
            raise RowRefused(Problem(OTHER_CURRENCY, values, field="net_amount_money.currency"))
        return found

    def _money(self, record: Mapping[str, Any]) -> tuple[str, int, int, int]:
        """Currency, gross, fee and net, which must agree."""
        read = [self._amount(record, name) for name in _MONEY]
        gross, fee, net = (amount for _, amount in read)
        named = {code for code, amount in read if amount is not None}
        if len(named) > 1:
            first, second = sorted(named)[:2]
            raise RowRefused(Problem(OTHER_CURRENCY, {"first": first, "second": second}, field="gross_amount_money"))
        if not named:
            raise RowRefused(Problem(MISSING, {"field": _MONEY[2]}, field=_MONEY[2]))
        code = named.pop()
        fee = fee or 0
        if gross is None:
            gross = (net or 0) + fee
        expected = gross - fee
        if net is not None and net != expected:
            values = {"found": format_minor(net, code), "expected": format_minor(expected, code), "currency": code}
            raise RowRefused(Problem(NET_DIFFERS, values, field=_MONEY[2]))
        return code, gross, fee, expected

    def _amount(self, record: Mapping[str, Any], name: str) -> tuple[str, int | None]:
        money = record.get(name)
        if money is None:
            return "", None
        if not isinstance(money, dict):
            raise RowRefused(Problem(NO_TEXT, {"field": name}, field=name))
        currency = money.get("currency") or money.get("currency_code") or self._default
        if currency not in self._currencies:
            self._currencies.add(self._known(currency, f"{name}.currency"))
        return currency, minor(money.get("amount"), f"{name}.amount")

    def _known(self, currency: Any, field: str) -> str:
        if not currency:
            raise RowRefused(Problem(NO_CURRENCY, field=field))
        try:
            exponent(str(currency))
        except UnknownCurrency:
            raise RowRefused(currency_problem(str(currency), field=field)) from None
        return str(currency)

    def _stamp(self, record: Mapping[str, Any], name: str) -> tuple[datetime, date]:
        written = text(record, name)
        try:
            return self._stamps.read(written)
        except (ValueError, OverflowError):
            raise RowRefused(Problem(BAD_TIME, {"text": shown(written)}, field=name)) from None

    def _arrival(self, record: Mapping[str, Any]) -> date | None:
        written = text(record, "arrival_date", is_required=False)
        try:
            return iso_date(written) if written else None
        except ValueError:
            raise RowRefused(Problem(BAD_DATE, {"text": shown(written)}, field="arrival_date")) from None


def minor(value: Any, field: str) -> int:
    """A whole number of minor units as JSON writes it. Raises RowRefused."""
    if type(value) is not int:
        written = str(value) if isinstance(value, str) else ""
        digits = written[1:] if written[:1] == "-" else written
        if not (digits.isascii() and digits.isdigit() and len(digits) < 20):
            raise RowRefused(Problem(NO_MINOR, {"text": shown(written)}, field=field))
        value = int(written)
    if not -LARGEST_MINOR <= value <= LARGEST_MINOR:
        raise RowRefused(Problem(NO_MINOR, {"text": shown(str(value))}, field=field))
    return int(value)


def text(record: Mapping[str, Any], name: str, *, is_required: bool = True) -> str:
    """A text of a record, trimmed. Raises RowRefused."""
    value = record.get(name)
    if type(value) is str and value.isascii() and "\0" not in value and (plain := value.strip()):
        return plain
    if value is None or (isinstance(value, str) and not value.strip()):
        if is_required:
            raise RowRefused(Problem(MISSING, {"field": name}, field=name))
        return ""
    if not isinstance(value, str):
        raise RowRefused(Problem(NO_TEXT, {"field": name}, field=name))
    if "\0" in value or not is_storable(value):
        raise RowRefused(Problem(BAD_TEXT, {"field": name}, field=name))
    return value.strip()


def _references(record: Mapping[str, Any], type_name: str) -> tuple[str, str]:
    """The key of the movement and of its payment, from the details of an entry."""
    details = record.get(f"type_{type_name.lower()}_details")
    if not isinstance(details, dict):
        return "", ""
    payment = text(details, "payment_id", is_required=False)
    own = text(details, "refund_id", is_required=False) or text(details, "dispute_id", is_required=False)
    return own or payment, payment


def _placed(place: Place) -> dict[str, int]:
    return {"line_number": place[0], "byte_offset": place[1], "byte_length": place[2]}
