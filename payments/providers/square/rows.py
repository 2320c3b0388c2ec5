"""One payout entry, or one payout, of Square becomes one line fact."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from operator import itemgetter
from typing import Any, Final, cast

from payments.facts import MOVEMENT_LINE_KINDS, LineFact, LineKind, PayoutFact, Problem, ReadingTerms, StatementFact
from payments.money import UnknownCurrency, exponent, format_minor
from payments.providers.fields import BAD_DATE, BAD_TIME, MISSING, NO_TEXT
from payments.providers.lines import BLANK
from payments.providers.square.cells import minor, text
from payments.providers.square.kinds import KINDS, UNKNOWN, Kinds
from payments.tabular.amounts import currency_problem, shown
from payments.tabular.instants import Stamps, iso_date, zone_named
from payments.tabular.refusals import RowRefused
from payments.tabular.remembered import Remembered
from payments.wording import translatable

NET_DIFFERS: Final = translatable(
    "net_amount_money %(found)s %(currency)s is not gross_amount_money less fee_amount_money (%(expected)s "
    "%(currency)s)."
)
OTHER_CURRENCY: Final = translatable("The amounts of one entry are in %(first)s and %(second)s.")
NO_CURRENCY: Final = translatable("The amount names no currency.")

_MONEY: Final = ("gross_amount_money", "fee_amount_money", "net_amount_money")
_OWN_KEYS: Final = {"REFUND": "refund_id", "DISPUTE": "dispute_id", "OPEN_DISPUTE": "dispute_id"}
_CELLS: Final = itemgetter("payout_id", "id", "type", "effective_at", *_MONEY)
_LARGEST: Final = 10**15
"""Beyond it an amount is read with care."""
_NO_TOTAL: Final = BLANK[LineFact._fields.index("payout_key") + 1 :]
_new: Final = cast(Callable[[type[LineFact], tuple[Any, ...]], LineFact], tuple.__new__)
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


@dataclass(frozen=True, slots=True)
class Profile:
    """What follows from payout, type and currency of an entry."""

    kinds: Kinds
    details: str
    """The field that holds the details of the type."""
    own_key: str
    """The field of the details that names the movement."""
    statement: Statement


class SquareRows:
    """Reads payout entries and payouts; `statements` holds what is known of each by its key."""

    def __init__(self, terms: ReadingTerms, sequence: str) -> None:
        self.statements: dict[tuple[str, str], Statement] = {}
        """By statement key and payout key."""
        self._sequence = sequence
        self._default = terms.currencies[0] if terms.currencies else ""
        self._stamps = Stamps(None, zone_named("", terms.zone))
        self._currencies: set[str] = set()
        self._profiles = Remembered[tuple[str, str, str], Profile]()

    def entry(self, place: Place, record: Mapping[str, Any]) -> LineFact:
        """The line of a payout entry. Raises RowRefused."""
        return self._plain(place, record) or self._careful(place, record)

    def _plain(self, place: Place, record: Mapping[str, Any]) -> LineFact | None:
        """The line of an entry in which everything is as it nearly always is; None leaves it to the careful reader."""
        try:
            payout, key, type_name, stamp, gross_money, fee_money, net_money = _CELLS(record)
            currency, gross, fee, net = (
                gross_money["currency"], gross_money["amount"], fee_money["amount"], net_money["amount"],
            )  # fmt: skip
            is_one = currency == fee_money["currency"] == net_money["currency"]
            profile = self._profiles[payout, type_name, currency]
            details = record[profile.details]
            payment, own = details["payment_id"], details[profile.own_key]
            moment, day = self._stamps.read(stamp)
            references = key + payment + own
        except (KeyError, TypeError, ValueError, OverflowError):
            return None
        is_whole = type(gross) is type(fee) is type(net) is int and -_LARGEST < gross < _LARGEST
        is_text = references.isascii() and references.isprintable() and " " not in references and key and payment
        if not (is_one and is_whole and is_text and own) or net != gross - fee or not net:
            return None
        statement, kind = profile.statement, profile.kinds[net > 0]
        statement.net += net
        statement.days.add(day)
        return _new(LineFact, (
            *place, payout, kind, key, own, payment, "", "", currency, gross, currency, gross, fee, fee, None, None,
            None, None, None, 0, 0, net, None, moment, day, day, None, payout, *_NO_TOTAL,
        ))  # fmt: skip

    def _careful(self, place: Place, record: Mapping[str, Any]) -> LineFact:
        payout, key, type_name = text(record, "payout_id"), text(record, "id"), text(record, "type")
        currency, gross, fee, net = self._money(record)
        moment, day = self._stamp(record, "effective_at")
        kind = KINDS.get(type_name, UNKNOWN)[net > 0 or (net == 0 and gross >= 0)]
        vat = 0
        parts: tuple[int | None, int | None] = (fee, None)
        if kind is LineKind.FEE:
            gross, fee, parts = 0, -net, (None, -net)
        elif kind is LineKind.TAX:
            gross, fee, vat, parts = 0, 0, -net, (None, None)
        provider_key, payment = _references(record, type_name)
        statement = self._statement(payout, payout, currency, self._sequence)
        statement.net += net
        statement.days.add(day)
        self._learn((payout, type_name, currency), statement)
        return BLANK._replace(
            line_number=place[0],
            byte_offset=place[1],
            byte_length=place[2],
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

    def _learn(self, cells: tuple[str, str, str], statement: Statement) -> None:
        """Remember what follows from payout, type and currency, for the entries that are about a movement."""
        kinds = KINDS.get(cells[1], UNKNOWN)
        if {*kinds} <= {*MOVEMENT_LINE_KINDS, LineKind.UNKNOWN} and kinds != UNKNOWN:
            details, own_key = f"type_{cells[1].lower()}_details", _OWN_KEYS.get(cells[1], "payment_id")
            self._profiles.keep(cells, Profile(kinds, details, own_key, statement))

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
            line_number=place[0],
            byte_offset=place[1],
            byte_length=place[2],
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


def _references(record: Mapping[str, Any], type_name: str) -> tuple[str, str]:
    """The key of the movement and of its payment, from the details of an entry."""
    details = record.get(f"type_{type_name.lower()}_details")
    if not isinstance(details, dict):
        return "", ""
    payment = text(details, "payment_id", is_required=False)
    own = text(details, "refund_id", is_required=False) or text(details, "dispute_id", is_required=False)
    return own or payment, payment
