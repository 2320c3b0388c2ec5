"""One row of a mapped file becomes one line fact."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final, NamedTuple

from payments.facts import MOVEMENT_LINE_KINDS, LineFact, LineKind, Problem, ReadingTerms
from payments.money import Rounding, UnknownCurrency, UnreadableAmount, convert, format_minor
from payments.providers.lines import BLANK
from payments.providers.mapped.schema import AMOUNTS, DAYS, FACTS, FEE_PARTS, KIND_NAMES, REFERENCES, StatementMapping
from payments.tabular.amounts import Amounts, amount_problem, currency_problem, shown
from payments.tabular.instants import Stamps, zone_named
from payments.tabular.mapped_rows import BAD_DATE, Getter, MappedFile, date_written
from payments.tabular.refusals import RowRefused, refuse_damaged_reference
from payments.wording import translatable

NET_DIFFERS: Final = translatable(
    "The net amount %(net)s %(currency)s is not the gross amount less fee and VAT (%(expected)s %(currency)s)."
)
FEE_DIFFERS: Final = translatable("The parts of the fee sum to %(found)s %(currency)s and not to %(expected)s.")
BAD_RATE: Final = translatable("“%(text)s” is not an exchange rate.")
BAD_SIDE: Final = translatable("“%(text)s” is neither a debit nor a credit by the mapping's key “side”.")
NEGATIVE: Final = translatable("The amount is negative, but by the mapping amounts have no sign of their own.")
NO_DATE: Final = translatable("The row has no date by which it could be booked.")
NO_CURRENCY: Final = translatable("The row names no currency, and neither does the mapping.")

TAKING: Final = frozenset(
    {
        LineKind.REFUND,
        LineKind.CHARGEBACK,
        LineKind.FEE,
        LineKind.TAX,
        LineKind.RESERVE_HOLD,
        LineKind.PAYOUT,
        LineKind.CARRY_OUT,
    }
)
"""Kinds that take from our balance where amounts have no sign of their own."""


class Money(NamedTuple):
    """The amounts of a row in minor units, and the totals as the file writes them."""

    gross: int
    gross_settled: int
    parts: dict[str, int]
    vat: int
    net: int
    rounding: int


class MappedRows:
    """Reads rows of one opened file. `written` sums amounts as the file writes them, for its trailer."""

    def __init__(self, file: MappedFile, mapping: StatementMapping, terms: ReadingTerms) -> None:
        """Raises FileRefused when the file lacks a mapped column."""
        self.mapping = mapping
        self.written: dict[str, int] = {}
        self._terms = terms
        self._get: dict[str, Getter] = {
            name: file.getter(mapping.columns[name], f"columns.{name}") for name in FACTS if name in mapping.columns
        }
        side = mapping.shape.side
        self._side = file.getter([side.column], "side.column") if side else None
        self._home = zone_named("", terms.zone)
        self._stamps = Stamps(zone_named(mapping.shape.zone, terms.zone), self._home, mapping.shape.time_format)
        self._amounts: dict[str, Amounts] = {}

    def fact(self, place: tuple[int, int, int], row: Any) -> LineFact:
        """The line of one row at `place` (line, byte offset, byte length). Raises RowRefused."""
        currency, net_currency = self._currencies(row)
        kind, sign = self._kind(row), 1
        if kind is None:
            gross = self._amount(row, "gross", currency) if "gross" in self._get else 0
            kind = LineKind.REFUND if gross < 0 else LineKind.SALE
        sign = self.sign_of(row, kind)
        money = self._money(row, (currency, net_currency), kind, sign)
        moved = kind in MOVEMENT_LINE_KINDS or kind is LineKind.UNKNOWN
        occurred_at = self._read(row, "occurred_at", self._instant)
        days = {name: self._read(row, name, self._day) for name in DAYS}
        occurred_on = occurred_at.astimezone(self._home).date() if occurred_at else None
        booked_on = days["booked_on"] or days["sold_on"] or days["paid_on"] or occurred_on
        if booked_on is None:
            raise RowRefused(Problem(NO_DATE, field=self._field("booked_on")))
        paid_on = days["paid_on"]
        return BLANK._replace(
            line_number=place[0],
            byte_offset=place[1],
            byte_length=place[2],
            statement_key=self._text(row, "statement_key") or booked_on.isoformat(),
            kind=kind,
            line_key=self._text(row, "line_key"),
            provider_key=self._text(row, "provider_key") if moved else "",
            payment_reference=self._text(row, "payment_reference"),
            merchant_reference=self._text(row, "merchant_reference"),
            method=self._text(row, "method"),
            currency=currency,
            net_currency=net_currency,
            **_fields(money),
            rate=self._rate(row) if currency != net_currency else None,
            occurred_at=occurred_at,
            sold_on=days["sold_on"],
            booked_on=booked_on,
            paid_on=paid_on,
            payout_key=self._text(row, "payout_key") or (paid_on.isoformat() if paid_on else ""),
        )

    def amounts_of(self, currency: str) -> Amounts:
        """The amounts of a currency in the spelling of this file. Raises RowRefused."""
        amounts = self._amounts.get(currency)
        if amounts is None:
            shape = self.mapping.shape
            mark = shape.decimal_mark or ("." if shape.is_json else None)
            is_minor = bool({"*", currency} & shape.minor_currencies)
            try:
                amounts = self._amounts[currency] = Amounts(currency, mark, is_minor=is_minor)
            except UnknownCurrency:
                raise RowRefused(currency_problem(currency, field=self._field("currency"))) from None
        return amounts

    def _text(self, row: Any, name: str) -> str:
        get = self._get.get(name)
        text = (get(row) if get else "") or self.mapping.constants.get(name, "")
        if name in REFERENCES:
            refuse_damaged_reference(text, self._field(name))
        return text

    def _field(self, name: str) -> str:
        """A fact's column as the file names it."""
        columns = self.mapping.columns.get(name)
        return "/".join(map(str, columns)) if columns else name

    def _currencies(self, row: Any) -> tuple[str, str]:
        named, net_named = self._text(row, "currency"), self._text(row, "net_currency")
        default = self._terms.currencies[0] if self._terms.currencies else ""
        currency = (named or net_named or default).upper()
        if not currency:
            raise RowRefused(Problem(NO_CURRENCY, field=self._field("currency")))
        return currency, (net_named or currency).upper()

    def _kind(self, row: Any) -> LineKind | None:
        """The kind of a row; None where neither a column nor a constant tells it, and the sign does."""
        if "kind" in self._get:
            text = self._get["kind"](row)
            return self.mapping.kinds.get(text, KIND_NAMES.get(text.lower(), LineKind.UNKNOWN))
        constant = self.mapping.constants.get("kind")
        return KIND_NAMES[constant] if constant else None

    def sign_of(self, row: Any, kind: LineKind) -> int:
        """What amounts of a row are multiplied with: -1 where they have no sign and take. Raises RowRefused."""
        if self.mapping.amount_signs == "by_kind":
            return -1 if kind in TAKING else 1
        side = self.mapping.shape.side
        if self.mapping.amount_signs == "by_side" and side and self._side:
            text = self._side(row)
            if text in side.negative:
                return -1
            if text not in side.positive:
                raise RowRefused(Problem(BAD_SIDE, {"text": shown(text)}, field=str(side.column)))
        return 1

    def _amount(self, row: Any, name: str, currency: str) -> int:
        """An amount as the file writes it, 0 where the row leaves it empty."""
        try:
            return self.amounts_of(currency)[self._get[name](row)]
        except UnreadableAmount as refusal:
            raise RowRefused(amount_problem(refusal, field=self._field(name))) from None

    def _signed(self, row: Any, name: str, currency: str, sign: int) -> int:
        written = self._amount(row, name, currency)
        if written < 0 and self.mapping.amount_signs != "as_written":
            raise RowRefused(Problem(NEGATIVE, field=self._field(name)))
        self._note(name, written)
        return written * sign

    def _note(self, name: str, written: int) -> None:
        self.written[name] = self.written.get(name, 0) + written

    def _money(self, row: Any, currencies: tuple[str, str], kind: LineKind, sign: int) -> Money:
        currency, net_currency = currencies
        has = {name: name in self._get and bool(self._get[name](row)) for name in AMOUNTS}
        parts, vat = self._fees(row, net_currency, sign)
        net = self._signed(row, "net", net_currency, sign) if has["net"] else None
        if has["gross"]:
            gross = self._signed(row, "gross", currency, sign)
            settled = self._settled(row, currencies, gross, sign)
        else:
            # A row that states only what is left of it: its fee is known, or there is none.
            gross = settled = (net or 0) + sum(parts.values()) + vat
        if kind in (LineKind.FEE, LineKind.TAX) and not parts and not vat:
            cost = -settled if has["gross"] else -(net or 0)
            gross = settled = 0
            parts, vat = ({"fee_other": cost}, 0) if kind is LineKind.FEE else ({}, cost)
        elif net is not None and not ({"fee", *FEE_PARTS} & self._get.keys()):
            parts = {"fee_commission": settled - vat - net} if settled - vat - net else {}
        expected = settled - sum(parts.values()) - vat
        net = expected if net is None else net
        if not -1 <= net - expected <= 1:
            values = {
                "net": format_minor(net, net_currency),
                "expected": format_minor(expected, net_currency),
                "currency": net_currency,
            }
            raise RowRefused(Problem(NET_DIFFERS, values, field=self._field("net")))
        return Money(gross, settled, parts, vat, net, net - expected)

    def _settled(self, row: Any, currencies: tuple[str, str], gross: int, sign: int) -> int:
        currency, net_currency = currencies
        if "gross_settled" in self._get and self._get["gross_settled"](row):
            return self._signed(row, "gross_settled", net_currency, sign)
        if currency == net_currency:
            return gross
        return convert(gross, currency, net_currency, self._rate(row), Rounding.HALF_UP)

    def _rate(self, row: Any) -> Decimal:
        text = self._text(row, "rate")
        try:
            rate = Decimal(text) if len(text) <= 40 and text.isascii() else Decimal("NaN")
        except InvalidOperation:
            rate = Decimal("NaN")
        if not rate.is_finite() or rate <= 0 or abs(rate.adjusted()) > 12:
            raise RowRefused(Problem(BAD_RATE, {"text": shown(text)}, field=self._field("rate")))
        return rate

    def _fees(self, row: Any, currency: str, sign: int) -> tuple[dict[str, int], int]:
        """The parts of the fee without VAT, and the VAT, as costs."""
        direction = {"cost": 1, "deduction": -1, "by_kind": sign}[self.mapping.fee_signs]
        costs: dict[str, int] = {}
        for name in ("fee", *FEE_PARTS, "fee_vat"):
            if name in self._get and self._get[name](row):
                written = self._amount(row, name, currency)
                self._note(name, written)
                costs[name] = written * direction
        vat, total = costs.pop("fee_vat", 0), costs.pop("fee", None)
        if self.mapping.fee_includes_vat:
            if total is not None:
                total -= vat
            elif costs:
                first = next(iter(costs))
                costs[first] -= vat
        if total is None:
            return costs, vat
        rest = total - sum(costs.values())
        if rest and "fee_other" in costs:
            values = {"found": format_minor(total - rest, currency), "expected": format_minor(total, currency)}
            raise RowRefused(Problem(FEE_DIFFERS, {**values, "currency": currency}, field=self._field("fee")))
        if rest:
            costs["fee_other" if costs else "fee_commission"] = rest
        return costs, vat

    def _read(self, row: Any, name: str, read: Callable[[str], Any]) -> Any:
        text = self._text(row, name)
        if not text:
            return None
        try:
            return read(text)
        except RowRefused as refusal:
            problem = refusal.problem
            raise RowRefused(Problem(problem.template, problem.values, field=self._field(name))) from None

    def _day(self, text: str) -> date:
        return date_written(text, self.mapping.shape.date_format)

    def _instant(self, text: str) -> Any:
        try:
            return self._stamps.read(text)[0]
        except (ValueError, OverflowError):
            values = {"text": shown(text), "format": self.mapping.shape.time_format or "2026-07-31 23:50:00"}
            raise RowRefused(Problem(BAD_DATE, values)) from None


def _fields(money: Money) -> dict[str, Any]:
    """The amounts by the names of the fact's fields."""
    return {
        "gross": money.gross,
        "gross_settled": money.gross_settled,
        "fee": sum(money.parts.values()),
        **{name: money.parts.get(name) for name in FEE_PARTS},
        "fee_vat": money.vat,
        "rounding": money.rounding,
        "net": money.net,
    }
