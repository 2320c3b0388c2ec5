"""One settlement of Mollie becomes one statement: a line per entry of revenue and costs, each a total of many payments.

The lines are exact to four decimals in the file and whole minor units in the books. What their roundings come to is a
line of its own, so that the lines of a settlement are its payout to the cent.
"""

from calendar import monthrange
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from zoneinfo import ZoneInfo

from payments.facts import LineFact, LineKind, PayoutFact, Problem, StatementFact
from payments.providers.fields import Fields
from payments.providers.lines import BLANK
from payments.providers.mollie.entries import Entry, convention_of, entries, kind_of_entry
from payments.providers.mollie.exact import Money
from payments.providers.mollie.kinds import is_payment_method, letters, method_behind
from payments.tabular.refusals import RowRefused
from payments.wording import translatable

OPEN: Final = translatable(
    "This settlement is still open: its figures change until Mollie closes it. It is no statement yet. "
    "Import it when it is paid out."
)

_RANKS: Final = {"pending": "1", "failed": "2", "paidout": "3"}
"""A later state of a settlement is a newer version of it."""


@dataclass(frozen=True, slots=True)
class Settled:
    """A settlement as facts."""

    lines: Sequence[LineFact]
    statement: StatementFact
    payout: PayoutFact | None
    """None when nothing is paid."""


def settled(place: tuple[int, int, int], record: Mapping[str, Any], zone: ZoneInfo, version: str) -> Settled:
    """Read one settlement at `place` (line, byte offset, byte length); `version` is what the file's name says of it.

    Raises:
        RowRefused: it is open still, or damaged, or its entries do not come to its amount.
    """
    fields = Fields(record)
    status = fields.text("status", is_required=False)
    if status == "open" or fields.text("id") in ("open", "next") or not (status or fields.has("settledAt")):
        raise RowRefused(Problem(OPEN, field="status"))
    money = Money.of(fields, "amount")
    amount, reference = money.amount(fields, "amount"), fields.text("reference")
    created_at = fields.instant("createdAt")
    created_on = created_at.astimezone(zone).date()
    paid_on = fields.instant("settledAt").astimezone(zone).date() if fields.has("settledAt") else created_on
    blank = BLANK._replace(
        line_number=place[0],
        byte_offset=place[1],
        byte_length=place[2],
        statement_key=reference,
        currency=money.currency,
        net_currency=money.currency,
        booked_on=paid_on,
        paid_on=paid_on,
        payout_key=reference,
    )
    lines = _lines(blank, record, (amount, money), created_on)
    days = [day for line in lines for day in (line.sold_from, line.sold_on) if day]
    period = min(days, default=paid_on), max(days, default=paid_on)
    sequence = f"{_RANKS.get(status, '3')}{version}"
    statement = StatementFact(reference, sequence, paid_on, *period, generated_at=created_at)
    minor = money.minor(amount)
    payout = PayoutFact(reference, reference, money.currency, minor, paid_on, is_stated=True) if minor else None
    return Settled(lines, statement, payout)


def _lines(
    blank: LineFact, record: Mapping[str, Any], total: tuple[int, Money], created_on: date
) -> Sequence[LineFact]:
    amount, money = total
    found = list(entries(record, money))
    convention = convention_of(found, amount, money)
    described = {letters(entry.description): entry.method for entry in found if is_payment_method(entry.method)}
    invoices = _invoices(record)
    lines = []
    for entry in found:
        signed = convention.signed(entry)
        amounts = _amounts(entry, signed, money)
        first, last = _days(entry.period, created_on)
        method = method_behind(entry.method, entry.description, described)
        lines.append(
            amounts._replace(
                **_placed(blank),
                kind=kind_of_entry(entry, signed),
                line_key=_key(entry, method),
                # A fee is known by its invoice: without any reference it would be one that belongs to no payment.
                payment_reference=(invoices.get(entry.period) or blank.payout_key) if entry.is_cost else "",
                method=method,
                sold_from=first,
                sold_on=last,
                transaction_count=entry.count,
            )
        )
    residue = money.minor(amount) - sum(line.net for line in lines)
    lines = list(_told_apart(lines))
    if residue:
        rounding = blank._replace(kind=LineKind.ROUNDING, line_key="rounding")
        lines.append(rounding._replace(gross=residue, gross_settled=residue, net=residue))
    return lines


def _placed(blank: LineFact) -> dict[str, Any]:
    names = ("line_number", "byte_offset", "byte_length", "statement_key", "currency", "net_currency", "booked_on")
    return {name: getattr(blank, name) for name in (*names, "paid_on", "payout_key")}


def _amounts(entry: Entry, signed: int, money: Money) -> LineFact:
    """The amounts of a line, each rounded by itself: a fee and its VAT of costs, gross of all else."""
    minor = money.minor(signed)
    if kind_of_entry(entry, signed) is not LineKind.FEE:
        return BLANK._replace(gross=minor, gross_settled=minor, net=minor)
    side = 1 if signed == -(entry.net + entry.vat) else -1
    fee, vat = side * money.minor(entry.net), side * money.minor(entry.vat)
    # What is charged for sales is the commission a contract names; refunds and chargebacks cost something else.
    charged = BLANK._replace(fee=fee, fee_vat=vat, net=-fee - vat)
    return charged._replace(fee_commission=fee) if is_payment_method(entry.method) else charged._replace(fee_other=fee)


def _days(period: tuple[int, int], created_on: date) -> tuple[date, date]:
    """First and last date of a month, as far as it had passed when the settlement was made."""
    year, month = period
    first, last = date(year, month, 1), date(year, month, monthrange(year, month)[1])
    return first, min(last, created_on) if created_on >= first else last


def _key(entry: Entry, method: str) -> str:
    """How a line is called through all versions of its settlement: `2018-04/costs/refund/ideal`."""
    year, month = entry.period
    names = [f"{year}-{month:02d}", "costs" if entry.is_cost else "revenue", entry.method, method]
    return "/".join(dict.fromkeys(name for name in names if name))[:100]


def _told_apart(lines: Iterable[LineFact]) -> Iterable[LineFact]:
    """Entries of one name (a method at two rates) are numbered in the order of the file."""
    seen: Counter[str] = Counter()
    for line in lines:
        seen[line.line_key] += 1
        count = seen[line.line_key]
        yield line._replace(line_key=f"{line.line_key}#{count}") if count > 1 else line


def _invoices(record: Mapping[str, Any]) -> dict[tuple[int, int], str]:
    """The invoice that bills the costs of each period; older files name one for the settlement."""
    whole = Fields(record).text("invoiceId", is_required=False)
    return {
        (int(year), int(month)): Fields(period).text("invoiceId", is_required=False) or whole
        for year, months in record["periods"].items()
        for month, period in months.items()
    }
