"""Says a condition in the language of whoever reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fraud.features.catalogue import CATALOGUE
from fraud.features.labels import show
from fraud.features.models import KeyKind
from fraud.lists.models import ListName
from fraud.rules.ast import And, Between, Compare, InList, Leaf, Missing, Node, Not, OneOf, Op, Or, StartsWith
from fraud.rules.labels import field_words
from fraud.rules.vocabulary import AMOUNT, CURRENCY, Field, Kind
from payments.web.display import grouped

COMPARED: Final[Mapping[Op, Promise]] = {
    Op.EQUAL: gettext_lazy("%(field)s is %(value)s"),
    Op.NOT_EQUAL: gettext_lazy("%(field)s is not %(value)s"),
    Op.LESS: gettext_lazy("%(field)s is less than %(value)s"),
    Op.AT_MOST: gettext_lazy("%(field)s is at most %(value)s"),
    Op.AT_LEAST: gettext_lazy("%(field)s is at least %(value)s"),
    Op.MORE: gettext_lazy("%(field)s is more than %(value)s"),
}
BESIDE: Final[Mapping[Op, Promise]] = {
    Op.EQUAL: gettext_lazy("%(field)s is the same as %(other)s"),
    Op.NOT_EQUAL: gettext_lazy("%(field)s differs from %(other)s"),
    Op.LESS: gettext_lazy("%(field)s is less than %(other)s"),
    Op.AT_MOST: gettext_lazy("%(field)s is at most %(other)s"),
    Op.AT_LEAST: gettext_lazy("%(field)s is at least %(other)s"),
    Op.MORE: gettext_lazy("%(field)s is more than %(other)s"),
}
"""Two fields; the other is said by its name."""
_LONGEST_LISTED: Final = 8
_PERCENT: Final = 10_000


@dataclass(frozen=True, slots=True)
class Said:
    """A condition in words: a sentence, or a heading with what stands under it."""

    words: str
    under: tuple[Said, ...] = ()
    joint: str = ""
    """How what stands under it is joined: `and`, `or`, `not`."""

    def line(self) -> str:
        """In one line, with brackets around groups within it."""
        if not self.under:
            return self.words
        if self.joint == "not":
            return _("not so: (%(condition)s)") % {"condition": self.under[0].line()}
        joined = _("%(first)s and %(second)s") if self.joint == "and" else _("%(first)s or %(second)s")
        pieces = [f"({each.line()})" if each.joint in ("and", "or") else each.line() for each in self.under]
        return reduce(lambda first, second: joined % {"first": first, "second": second}, pieces)


def said(node: Node) -> Said:
    """A condition as a list of sentences within each other."""
    return _said(node, "")


def sentence(node: Node) -> str:
    """A condition in one line."""
    return _said(node, "").line()


def _said(node: Node, currency: str) -> Said:
    if isinstance(node, And | Or):
        return _group(node, currency)
    if not isinstance(node, Not):
        return Said(_leaf(node, currency))
    if isinstance(node.of, InList | OneOf | Missing):
        return Said(_turned(node.of))
    return Said(_("not so:"), (_said(node.of, currency),), "not")


def _group(node: And | Or, currency: str) -> Said:
    """The currency of an amount is said with the amount."""
    named = [each for each in node.of if _is_currency(each)] if isinstance(node, And) else []
    if len(named) == 1 and isinstance(named[0], Compare):
        currency = str(named[0].value)
    parts: list[Said] = []
    for place, each in enumerate(node.of):
        following = node.of[place + 1] if place + 1 < len(node.of) else None
        if isinstance(node, And) and _is_currency(each) and _is_amount(following) and isinstance(each, Compare):
            currency = str(each.value)
        else:
            parts.append(_said(each, currency))
    if len(parts) == 1:
        return parts[0]
    if isinstance(node, And):
        return Said(_("all of these:"), tuple(parts), "and")
    return Said(_("at least one of these:"), tuple(parts), "or")


def _is_currency(node: Node) -> bool:
    if not isinstance(node, Compare) or node.field.name != CURRENCY:
        return False
    return node.op is Op.EQUAL and isinstance(node.value, str)


def _is_amount(node: Node | None) -> bool:
    return isinstance(node, Compare | Between | OneOf) and node.field.name == AMOUNT


def _leaf(leaf: Leaf, currency: str) -> str:
    if isinstance(leaf, InList):
        return _("%(kind)s stands on: %(list)s") % _list(leaf)
    values: dict[str, Any] = {"field": field_words(leaf.field.name)}
    if isinstance(leaf, Missing):
        return _("%(field)s is not known") % values
    if isinstance(leaf, Compare):
        if isinstance(leaf.value, Field):
            return str(BESIDE[leaf.op]) % {**values, "other": field_words(leaf.value.name)}
        return str(COMPARED[leaf.op]) % {**values, "value": _value(leaf.field, leaf.value, currency)}
    if isinstance(leaf, Between):
        ends = {"low": _value(leaf.field, leaf.low, currency), "high": _value(leaf.field, leaf.high, currency)}
        return _("%(field)s is from %(low)s to %(high)s") % {**values, **ends}
    if isinstance(leaf, OneOf):
        return _("%(field)s is one of: %(values)s") % {**values, "values": _values(leaf, currency)}
    if isinstance(leaf, StartsWith):
        return _("%(field)s begins with “%(text)s”") % {**values, "text": leaf.text}
    return _("%(field)s has “%(text)s” in it") % {**values, "text": leaf.text}


def _turned(leaf: InList | OneOf | Missing) -> str:
    if isinstance(leaf, InList):
        return _("%(kind)s does not stand on: %(list)s") % _list(leaf)
    if isinstance(leaf, Missing):
        return _("%(field)s is known") % {"field": field_words(leaf.field.name)}
    return _("%(field)s is none of: %(values)s") % {
        "field": field_words(leaf.field.name), "values": _values(leaf, ""),
    }  # fmt: skip


def _list(leaf: InList) -> dict[str, Any]:
    return {"kind": KeyKind(leaf.kind).label, "list": ListName(leaf.list_name).label}


def _values(leaf: OneOf, currency: str) -> str:
    shown = [_value(leaf.field, each, currency) for each in leaf.values[:_LONGEST_LISTED]]
    more = len(leaf.values) - len(shown)
    listed = ", ".join(shown)
    return _("%(values)s and %(count)s more") % {"values": listed, "count": more} if more else listed


def _value(field: Field, value: int | str, currency: str) -> str:
    """A constant as people read it."""
    if isinstance(value, str):
        return value
    if field.kind is Kind.AMOUNT:
        return f"{grouped(value, currency)} {currency}" if currency else f"{value:,}"
    if field.kind is Kind.SCORE:
        whole, rest = divmod(value, _PERCENT)
        return f"{whole}.{rest:04d}".rstrip("0").rstrip(".") + "%"
    return str(show(CATALOGUE[field.position - 1], value))
