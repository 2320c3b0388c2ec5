"""What repeats from one settlement object of Toss Payments to the next, and what its quick reader needs."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from payments.tabular.json_decoding import NumberText

INSTALLMENT: Final = frozenset({"INSTALLMENT", "INSTALLMENT_DISCOUNT"})


@dataclass(slots=True)
class Total:
    """What one statement adds to one payout."""

    statement_key: str
    payout_key: str
    currency: str
    sold_on: date | None
    paid_on: date | None
    net: int = 0


@dataclass(frozen=True, slots=True)
class Profile:
    """What follows from the fields that repeat."""

    method: str
    currency: str
    scale: int
    """Minor units of one major unit."""
    total: Total


def exact(value: Any) -> Any:
    """The same with whole numbers as their text, as the careful reader gives it."""
    if type(value) is int:
        return NumberText(value)
    if isinstance(value, dict):
        return {key: exact(entry) for key, entry in value.items()}
    return [exact(entry) for entry in value] if isinstance(value, list) else value


def parts_of(fees: list[dict[str, Any]]) -> tuple[int, int, int]:
    """Commission, installment and other fees with VAT. Raises KeyError, TypeError and ValueError for what is odd."""
    commission = installment = other = 0
    for part in fees:
        amount, name = part["fee"], part["type"]
        if type(amount) is not int or type(name) is not str or not name:
            raise ValueError(name)
        if name == "BASE":
            commission += amount
        elif name in INSTALLMENT:
            installment += amount
        else:
            other += amount
    return commission, installment, other
