"""Rules to start with: what nearly every shop wants to know of a payment before it has labels of its own.

Each is a sentence about behaviour, never about where somebody is from, and is written in the canonical form of
`fraud.rules.writing`. Amounts are in hundredths of the reference currency, times in seconds, ratios in basis points.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from fraud.rules.models import RuleAction

ALLOWED_DAYS: Final = 180
"""So long a starter rule that allows stays in force; then somebody looks at it again."""
_TWICE: Final = 20_000
_TWENTIETH: Final = 50_000
"""Of a million."""
_HUNDRED: Final = 10_000
_TWO_MONTHS: Final = 60 * 86_400


@dataclass(frozen=True, slots=True)
class Starter:
    """One rule to start with; kept under its English name, and shown in the reader's language."""

    name: str
    description: str
    action: RuleAction
    condition: Mapping[str, Any]


def _is(name: str, op: str, right: int | list[str]) -> dict[str, Any]:
    return {"left": ["field", name], "op": op, "right": right}


def _all(*parts: Mapping[str, Any]) -> dict[str, Any]:
    return {"of": list(parts), "op": "and"}


def _any(*parts: Mapping[str, Any]) -> dict[str, Any]:
    return {"of": list(parts), "op": "or"}


STARTERS: Final = (
    Starter(
        _("Known customer, usual purchase"),
        _("Lets regular customers pass before anything blocks or reviews them; ends after 180 days."),
        RuleAction.ALLOW,
        _all(
            _is("customer_age", ">=", _TWO_MONTHS), _is("customer_count_30d", ">=", 2),
            _is("customer_amount_ratio_30d", "<=", _TWICE), _is("is_new_device", "=", 0),
            _is("is_new_instrument", "=", 0), _is("customer_frauds", "=", 0), _is("customer_disputes", "=", 0),
        ),
    ),
    Starter(
        _("Card testing by a machine"),
        _("Many cards in an hour from one device and one address: somebody finds out which stolen cards work."),
        RuleAction.BLOCK,
        _all(_is("device_instruments", ">=", 4), _is("ip_instruments_1h", ">=", 4)),
    ),
    Starter(
        _("Paid with what was used for fraud"),
        _("The card, the device or the e-mail address belongs to a payment that turned out to be fraud."),
        RuleAction.BLOCK,
        _any(_is("device_frauds", ">=", 1), _is("email_frauds", ">=", 1), _is("instrument_frauds", ">=", 1)),
    ),
    Starter(
        _("Card, network and delivery do not go together"),
        _("The card is from elsewhere than both the network and the delivery: the bank asks its customer."),
        RuleAction.STEP_UP,
        _all(
            _is("amount_reference", ">=", _HUNDRED // 2), _is("is_ip_elsewhere", "=", 1),
            _is("is_shipping_elsewhere", "=", 1),
        ),
    ),
    Starter(
        _("Account behaves like somebody else's"),
        _("New device and new address, and a purchase much larger than usual: the account may be taken over."),
        RuleAction.REVIEW,
        _all(
            _is("customer_amount_ratio_30d", ">=", _TWICE), _is("is_new_address", "=", 1), _is("is_new_device", "=", 1)
        ),
    ),
    Starter(
        _("Large first purchase that does not fit"),
        _("Nobody knows the customer, the amount is large, and the network is not where the card or the goods are."),
        RuleAction.REVIEW,
        _all(
            _is("amount_reference", ">=", _HUNDRED), _is("customer_count_30d", "=", 0),
            _any(_is("is_ip_elsewhere", "=", 1), _is("is_ip_far_from_shipping", "=", 1),
                 _is("is_shipping_elsewhere", "=", 1)),
        ),
    ),
    Starter(
        _("Very large first purchase"),
        _("Nobody knows the customer, and the amount is far above what first purchases are."),
        RuleAction.REVIEW,
        _all(_is("amount_reference", ">=", 3 * _HUNDRED // 2), _is("customer_count_30d", "=", 0)),
    ),
    Starter(
        _("Paid after several refusals"),
        _("Three refusals in a day on one device or card, then a payment."),
        RuleAction.REVIEW,
        _any(_is("device_failed_1d", ">=", 3), _is("instrument_failed_1d", ">=", 3)),
    ),
    Starter(
        _("One device for several customers"),
        _("Three customers or more have paid with the same device within 30 days."),
        RuleAction.REVIEW,
        _is("device_customers", ">=", 3),
    ),
    Starter(
        _("Shop with unusually much fraud"),
        _("One in twenty of what the shop sold turned out to be fraud, and nobody knows the customer."),
        RuleAction.REVIEW,
        _all(
            _is("amount_reference", ">=", _HUNDRED), _is("customer_count_30d", "=", 0),
            _is("shop_count_delayed_30d", ">=", 30), _is("shop_frauds_30d", ">=", _TWENTIETH),
        ),
    ),
)  # fmt: skip
"""In the order in which they decide."""
_TEXTS: Final = frozenset(text for starter in STARTERS for text in (starter.name, starter.description))


def words_of(text: str) -> str:
    """A name or description of a rule as people read it: of starter rules in their language, else as it was written."""
    return gettext(text) if text in _TEXTS else text
