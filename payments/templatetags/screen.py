"""Template tags of every screen: `{% load screen %}` gives money, instants, badges, icons, charts and page links."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from payments.web.display import Badge, Tone, duration_text, grouped, icon_html, instant_html, sparkline_html

register = template.Library()


@register.simple_tag
def money(minor: int | None, currency: str) -> str:
    """An amount without its currency, which stands in its own cell: `{% money day.net day.currency %}`."""
    return "" if minor is None else grouped(minor, currency)


@register.simple_tag
def amount_cells(minor: int | None, currency: str) -> SafeString:
    """Two table cells, currency and amount: `{% amount_cells day.net day.currency %}`."""
    return format_html(
        '<td class="currency">{}</td><td class="num">{}</td>',
        currency,
        "" if minor is None else grouped(minor, currency),
    )


@register.simple_tag
def amount(minor: int, currency: str) -> SafeString:
    """Currency and amount in running text or a tile, never broken over two lines."""
    return format_html(
        '<span class="amount"><span class="code">{}</span> {}</span>', currency, grouped(minor, currency)
    )


@register.filter
def instant(moment: datetime | None) -> SafeString | str:
    """A moment in the viewer's zone, zone written out: `{{ imported_at|instant }}`."""
    return "" if moment is None else instant_html(moment)


@register.filter
def day(value: date | None) -> SafeString | str:
    """A business date: the same for every viewer, whatever the zone."""
    return "" if value is None else format_html('<time datetime="{0}">{0}</time>', value.isoformat())


@register.filter
def count(value: int | None) -> str:
    """A number of things, grouped by thousands."""
    return "" if value is None else f"{value:,}"


@register.filter
def duration(seconds: int) -> str:
    """A time that something took, in seconds, as people say it: `1 h 8 min`."""
    return duration_text(seconds)


@register.simple_tag
def badge(tone: str, label: str, icon: str = "") -> SafeString:
    """A state as words, icon and colour: `{% badge "success" label %}`; tones are those of `Tone`."""
    return Badge(Tone(tone), label, icon).__html__()


@register.simple_tag
def icon(name: str) -> SafeString:
    """One symbol of our sprite; words must stand beside it."""
    return icon_html(name)


@register.simple_tag
def sparkline(values: Sequence[int], label: str) -> SafeString:
    """A small line of values; `label` says the same in words."""
    return sparkline_html(values, label)
