"""The totals of a balance report, grouped by category or by balance: both say the same, in one form here."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from payments.facts import Problem
from payments.providers.fields import MISSING, Fields
from payments.providers.mollie.exact import Money
from payments.tabular.refusals import RowRefused
from payments.wording import translatable

BAD_TOTALS: Final = translatable("“%(field)s” is not what Mollie writes there: groups of totals, and lists in them.")

PARTS_DIFFER: Final = translatable(
    "The subtotals of %(field)s are %(found)s %(currency)s, and its amount is %(expected)s %(currency)s."
)

BY_STATUS: Final = "status-balances"
BY_CATEGORY: Final = "transaction-categories"
_PENDING, _MOVED, _AT_ONCE = "pending", "movedToAvailable", "immediatelyAvailable"
FEE: Final = "fee-prepayment"
_NAMES: Final = ("transactionType", "prepaymentPartType", "feeType", "method")
"""What a subtotal is about; below these there are only issuers and regions of cards."""
_DEEPEST: Final = 8


@dataclass(frozen=True, slots=True)
class Group:
    """One amount with what it is made of."""

    category: str
    fields: Fields
    amount: int

    def leaves(self, money: Money) -> Iterator[tuple[Fields, tuple[str, ...], str]]:
        """Each total that no named one is below: its fields, what it is about from the outside in, and its method.

        Raises RowRefused for subtotals that are not their total.
        """
        yield from _leaves(self.fields, ((self.category,), ""), money)


@dataclass(frozen=True, slots=True)
class Report:
    """All amounts of a report; balances are pending and available."""

    money: Money
    opened: tuple[int, int]
    closed: tuple[int, int]
    pending: Sequence[Group]
    """What came to be pending."""
    moved: Sequence[Group]
    """What was pending and became available."""
    at_once: Sequence[Group]
    """What was available at once."""


def groups_of(fields: Fields) -> Report:
    """The amounts of a report. Raises RowRefused."""
    totals, grouping = _inside(fields, "totals"), fields.text("grouping")
    if grouping == BY_STATUS:
        return _by_status(totals)
    if grouping != BY_CATEGORY:
        raise fields.refused(BAD_TOTALS, "grouping")
    return _by_category(totals)


def _by_category(totals: Fields) -> Report:
    opened, closed = _inside(totals, "open"), _inside(totals, "close")
    money = Money.of(_inside(opened, "pending"), "amount")
    found: dict[str, list[Group]] = {_PENDING: [], _MOVED: [], _AT_ONCE: []}
    for category in totals.names:
        if category in ("open", "close"):
            continue
        inner = _inside(totals, category)
        for name in inner.names:
            if name not in found:
                raise inner.refused(BAD_TOTALS, name)
            found[name].append(_group(inner, name, category, money))
    balances = [
        (_amount(each, "pending", money), _amount(each, "available", money)) for each in (opened, closed)
    ]  # fmt: skip
    return Report(money, balances[0], balances[1], found[_PENDING], found[_MOVED], found[_AT_ONCE])


def _by_status(totals: Fields) -> Report:
    pending, available = _inside(totals, "pendingBalance"), _inside(totals, "availableBalance")
    money = Money.of(_inside(pending, "open"), "amount")
    moved = _group(pending, _MOVED, "moved", money)
    if moved.amount != _amount(available, "movedFromPending", money):
        raise available.refused(BAD_TOTALS, "movedFromPending")
    opened, closed = (
        (_amount(pending, name, money), _amount(available, name, money)) for name in ("open", "close")
    )  # fmt: skip
    came = [_group(pending, _PENDING, "unnamed", money)]
    return Report(money, opened, closed, came, [moved], [_group(available, _AT_ONCE, "unnamed", money)])


def _group(fields: Fields, name: str, category: str, money: Money) -> Group:
    inner = _inside(fields, name)
    return Group(category, inner, money.amount(inner, "amount"))


def _amount(fields: Fields, name: str, money: Money) -> int:
    return money.amount(_inside(fields, name), "amount")


def _inside(fields: Fields, key: str) -> Fields:
    inner = fields.inner(key)
    if inner is None:
        raise fields.refused(MISSING, key)
    return inner


def _leaves(
    fields: Fields, about: tuple[tuple[str, ...], str], money: Money
) -> Iterator[tuple[Fields, tuple[str, ...], str]]:
    names, method = about
    below = list(_subtotals(fields))
    if below:
        found, expected = sum(money.amount(each, "amount") for each in below), money.amount(fields, "amount")
        if found != expected:
            values = {
                "field": fields.name("amount"),
                "found": money.shown(found),
                "expected": money.shown(expected),
                "currency": money.currency,
            }
            raise RowRefused(Problem(PARTS_DIFFER, values, field=fields.name("amount")))
    if not below or len(names) >= _DEEPEST or any(_named(each, about) is None for each in below):
        yield fields, names, method
        return
    for each in below:
        yield from _leaves(each, _named(each, about) or about, money)


def _named(fields: Fields, about: tuple[tuple[str, ...], str]) -> tuple[tuple[str, ...], str] | None:
    """What a subtotal is about, and its method; None where it does not say."""
    for key in _NAMES:
        name = fields.text(key, is_required=False).lower()
        if not name:
            continue
        if key == "transactionType":
            return (name,), ""
        outer = (FEE,) if key == "prepaymentPartType" else about[0]
        return (*outer, name), name if key == "method" else about[1]
    return None


def _subtotals(fields: Fields) -> Iterator[Fields]:
    """What an amount is made of, where it is told."""
    for key in ("subtotals", "subTotals"):
        listed: Any = fields.value(key)
        if listed is None:
            continue
        if not isinstance(listed, list) or not all(isinstance(each, Mapping) for each in listed):
            raise fields.refused(BAD_TOTALS, key)
        for number, each in enumerate(listed):
            yield Fields(each, f"{fields.name(key)}[{number}]")
