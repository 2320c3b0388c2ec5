"""Template tags of settlement: `{% load settlement %}` gives words and badges of stored codes, and signed amounts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django import template
from django.utils.functional import Promise
from django.utils.safestring import SafeString

from payments.settlement import labels
from payments.settlement.due import due_badge
from payments.settlement.models import Break
from payments.web.display import instant_html

register = template.Library()


@register.filter
def of(mapping: Mapping[Any, Any], key: Any) -> Any:
    """The entry of a mapping: `{{ badges|of:cell.status }}`."""
    return mapping.get(key, "")


@register.filter
def break_kind(code: str) -> Promise | str:
    """The word of a kind of break."""
    return labels.BREAK_KINDS.get(code, code)


@register.filter
def break_subject(row: Break) -> Promise | str:
    """What of the contract a break is about."""
    return labels.break_subject(row)


@register.filter
def break_story(row: Break) -> str:
    """What exactly differs, in a sentence without its end."""
    return labels.break_story(row)


@register.filter
def line_kind(code: int) -> Promise | str:
    """The word of a kind of line."""
    return labels.LINE_KINDS.get(code, str(code))


@register.filter
def break_state(code: str) -> str:
    """The badge of a break's state."""
    return labels.BREAK_STATES[code].__html__()


@register.filter
def due(moment: datetime) -> str:
    """How near the due time of an unresolved break is, as a badge."""
    return due_badge(moment).__html__()


@register.filter
def deposit_state(code: str) -> str:
    """The badge of a payout's deposit."""
    return labels.DEPOSIT_BADGES[code].__html__()


@register.filter
def match_rule(code: int) -> Promise | str:
    """The words of why a line and a movement belong together."""
    return labels.MATCH_RULES.get(code, "")


@register.filter
def cell(value: Any) -> SafeString | str:
    """A value of any kind as text: instants in the viewer's zone, dates as dates, nothing as a dash."""
    if isinstance(value, datetime):
        return instant_html(value)
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if value not in (None, "") else "–"
