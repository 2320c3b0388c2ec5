"""One report of a Mollie balance becomes one statement: a line per total, between the opening and the closing balance.

What happened to a balance is what came to be pending and what was available at once; what moved from pending to
available did not happen in the period, and only serves to tie both balances to the last digit.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from payments.facts import MOVEMENT_LINE_KINDS, LineFact, LineKind, PayoutFact, Problem, StatementFact
from payments.providers.fields import MISSING, Fields
from payments.providers.lines import BLANK
from payments.providers.mollie.entries import count_of
from payments.providers.mollie.exact import Money
from payments.providers.mollie.groups import FEE, Group, Report, groups_of
from payments.providers.mollie.kinds import PSEUDO_METHODS, kind_of
from payments.providers.mollie.settlements import Settled
from payments.tabular.refusals import RowRefused
from payments.wording import translatable

BAD_PERIOD: Final = translatable("The report ends before it begins.")
BALANCE_DIFFERS: Final = translatable(
    "The balance moves to %(found)s %(currency)s, and closes with %(expected)s %(currency)s. The file is not complete "
    "or was changed: download it again."
)

RESOURCE: Final = "balance-report"
_BY_CATEGORY: Final[Mapping[str, LineKind]] = {
    "payments": LineKind.SALE,
    "refunds": LineKind.REFUND,
    "chargebacks": LineKind.CHARGEBACK,
    "transfers": LineKind.PAYOUT,
    "fee-prepayments": LineKind.FEE,
    "corrections": LineKind.ADJUSTMENT,
    "topups": LineKind.TRANSFER,
}
"""What a category is about whose amount no subtotals explain."""


@dataclass(slots=True)
class Part:
    """One total: exact, positive when it gives."""

    amount: int = 0
    count: int | None = None
    method: str = ""
    field: str = ""


Names = tuple[str, ...]
"""What a total is about, from the outside in: `refund`, `ideal`."""


def reported(place: tuple[int, int, int], record: Mapping[str, Any], version: str) -> Settled:
    """Read one report at `place` (line, byte offset, byte length); `version` is what the file's name says of it.

    Raises:
        RowRefused: it is damaged, or its totals do not lead from the balances it opens with to those it closes with.
    """
    fields = Fields(record)
    first, last = _day(fields, "from"), _day(fields, "until")
    if last < first:
        raise RowRefused(Problem(BAD_PERIOD, field="until"))
    report = groups_of(fields)
    money = report.money
    parts = _happened(report)
    key = f"{fields.text('balanceId')}/{first}/{last}"
    blank = BLANK._replace(
        line_number=place[0],
        byte_offset=place[1],
        byte_length=place[2],
        statement_key=key,
        currency=money.currency,
        net_currency=money.currency,
        sold_on=last,
        booked_on=last,
        # What happened is told on its own day, whenever it is paid.
        paid_on=None,
        payout_key=key,
    )
    carried = (("open", LineKind.CARRY_IN, sum(report.opened)), ("close", LineKind.CARRY_OUT, -sum(report.closed)))
    lines = [_plain(blank, name, kind, money.minor(amount)) for name, kind, amount in carried if amount]
    lines[1:1] = [line for names, part in parts.items() if (line := _line(blank, names, part, money, first))]
    # The exact amounts add up to nothing: what is left are the roundings, the provider's own among them.
    residue = -sum(line.net for line in lines)
    if residue:
        lines.append(_plain(blank, "rounding", LineKind.ROUNDING, residue))
    paid = -sum(line.net for line in lines if line.kind == LineKind.PAYOUT)
    payout = PayoutFact(key, key, money.currency, paid, last, is_stated=True) if paid else None
    return Settled(lines, StatementFact(key, version, last, first, last), payout)


def _happened(report: Report) -> dict[Names, Part]:
    """What a report adds up by what it is about. Raises RowRefused where amounts are not what they are made of."""
    parts: dict[Names, Part] = {}
    for group in (*report.pending, *report.at_once):
        for names, part in _parts(group, report.money):
            _add(parts.setdefault(names, Part(method=part.method, field=part.field)), part)
    for group in report.moved:
        list(_parts(group, report.money))
    _tie(report)
    return parts


def _day(fields: Fields, key: str) -> date:
    day = fields.date(key)
    if day is None:
        raise fields.refused(MISSING, key)
    return day


def _tie(report: Report) -> None:
    """Raise RowRefused unless both balances close with what they open with and what moves."""
    pending, moved, at_once = (
        sum(group.amount for group in groups) for groups in (report.pending, report.moved, report.at_once)
    )
    found = report.opened[0] + pending - moved, report.opened[1] + moved + at_once
    for name, reached, expected in zip(("pending", "available"), found, report.closed, strict=True):
        if reached != expected:
            money = report.money
            values = {
                "found": money.shown(reached),
                "expected": money.shown(expected),
                "currency": money.currency,
            }
            raise RowRefused(Problem(BALANCE_DIFFERS, values, field=f"totals.close.{name}"))


def _parts(group: Group, money: Money) -> Iterator[tuple[Names, Part]]:
    """The totals of a group, as far down as they name a type, a fee or a method."""
    for fields, names, method in group.leaves(money):
        amount = money.amount(fields, "amount")
        count = count_of(fields) if fields.has("count") else None
        if amount or count:
            yield names, Part(amount, count, method, fields.name("count"))


def _add(known: Part, part: Part) -> None:
    known.amount += part.amount
    if part.count is not None:
        known.count = (known.count or 0) + part.count


def _line(blank: LineFact, names: Names, part: Part, money: Money, first: date) -> LineFact | None:
    kind, minor = _kind(names, part.amount), money.minor(part.amount)
    if kind is LineKind.ROUNDING:
        return None
    if kind in MOVEMENT_LINE_KINDS and part.count is None:
        raise RowRefused(Problem(MISSING, {"field": part.field}, field=part.field))
    line = _plain(blank, "/".join(names)[:100], kind, minor)._replace(method=part.method)
    if kind in (LineKind.FEE, LineKind.TAX):
        # A fee without any reference would be one that belongs to no payment.
        line = line._replace(gross=0, gross_settled=0, payment_reference=blank.statement_key)
        if kind is LineKind.TAX:
            line = line._replace(fee_vat=-minor)
        elif "payment-fee" in names:
            line = line._replace(fee=-minor, fee_commission=-minor)
        else:
            line = line._replace(fee=-minor, fee_other=-minor)
    if part.count is not None and (kind in MOVEMENT_LINE_KINDS or kind is LineKind.FEE):
        line = line._replace(transaction_count=part.count, sold_from=first)
    return line


def _plain(blank: LineFact, key: str, kind: LineKind, minor: int) -> LineFact:
    return blank._replace(line_key=key, kind=kind, gross=minor, gross_settled=minor, net=minor)


def _kind(names: Names, amount: int) -> LineKind:
    """What a total is about; `unknown` for what no version of the format has told of."""
    outer = names[0]
    if "rounding" in names[-1] or "rounding" in outer:
        return LineKind.ROUNDING
    if outer == FEE:
        return LineKind.TAX if len(names) > 1 and "vat" in names[1] else LineKind.FEE
    if "reserve" in outer:
        return kind_of(outer, is_negative=amount < 0)
    kind = PSEUDO_METHODS.get(outer) or _BY_CATEGORY.get(outer, LineKind.UNKNOWN)
    is_odd = (kind is LineKind.SALE and amount < 0) or (kind is LineKind.PAYOUT and amount > 0)
    return LineKind.UNKNOWN if is_odd else kind
