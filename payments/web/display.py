"""How values look on a screen: money, instants, states, small charts. The template tags and the tables share these."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Final

from django.templatetags.static import static
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from payments.money import NO_CURRENCY, format_minor


class Tone(StrEnum):
    """The five colours of a state. Colour never speaks alone: a badge also has words and an icon."""

    SUCCESS = "success"
    WARNING = "warning"
    DANGER = "danger"
    INFO = "info"
    NEUTRAL = "secondary"


_TONE_ICON: Final = {
    Tone.SUCCESS: "check",
    Tone.WARNING: "alert",
    Tone.DANGER: "cross",
    Tone.INFO: "clock",
    Tone.NEUTRAL: "dash",
}


@dataclass(frozen=True)
class Badge:
    """How one state is shown. `icon` names a symbol of the sprite; empty takes the one of the tone."""

    tone: Tone
    label: str | Promise
    icon: str = ""

    def __str__(self) -> str:
        """Templates write a badge as `{{ badge }}`."""
        return self.__html__()

    def __html__(self) -> SafeString:
        """A span with icon and words."""
        icon = icon_html(self.icon or _TONE_ICON[self.tone])
        return format_html('<span class="badge bg-{}-lt">{}{}</span>', self.tone.value, icon, self.label)


@lru_cache(maxsize=256)
def icon_html(name: str) -> SafeString:
    """One symbol of our own sprite; silent to screen readers, for words always stand beside it."""
    address = f"{static('icons.svg')}#{name}"
    return format_html('<svg class="icon" aria-hidden="true" focusable="false"><use href="{}"></use></svg>', address)


def major_text(minor: int, currency: str) -> str:
    """Minor units with the decimals of the currency; without a currency the units themselves."""
    return str(minor) if currency == NO_CURRENCY else format_minor(minor, currency)


def grouped(minor: int, currency: str) -> str:
    """Minor units as people read them: `1,234,567` won, `-1,204.50` dollars, the same in every language."""
    whole, point, fraction = major_text(abs(minor), currency).partition(".")
    return f"{'-' if minor < 0 else ''}{int(whole):,}{point}{fraction}"


def zone_abbreviation(moment: datetime) -> str:
    """`KST`, `JST`, `UTC`; zones without letters of their own read as `UTC+03`."""
    name = moment.strftime("%Z")
    return name if name[:1].isalpha() else f"UTC{name}"


def local_instant(moment: datetime) -> datetime:
    """An instant in the viewer's zone; in its own at the end of the calendar, where the viewer's has no date for it."""
    try:
        return timezone.localtime(moment)
    except OverflowError:
        return moment


def instant_text(moment: datetime) -> str:
    """An instant in the viewer's zone as `2026-11-21 15:04 KST`."""
    local = local_instant(moment)
    return f"{local.isoformat(' ', 'minutes')[:16]} {zone_abbreviation(local)}"


def instant_html(moment: datetime) -> SafeString:
    """The same as a `<time>` element, whose attribute keeps seconds and offset."""
    local = local_instant(moment)
    return format_html('<time datetime="{}">{}</time>', local.isoformat(timespec="seconds"), instant_text(moment))


def duration_text(seconds: int) -> str:
    """Seconds in the two largest units that tell something: `45 s`, `12 min 5 s`, `1 h 8 min`."""
    minutes, rest = divmod(seconds, 60)
    hours, left = divmod(minutes, 60)
    values = {"hours": f"{hours:,}", "minutes": left, "seconds": rest}
    if hours:
        return _("%(hours)s h %(minutes)s min") % values
    return (_("%(minutes)s min %(seconds)s s") if left else _("%(seconds)s s")) % values


_WIDTH, _HEIGHT, _MARGIN = 96, 24, 2


def sparkline_html(values: Sequence[int], label: str) -> SafeString:
    """A line of values, drawn in SVG without script or style; `label` says in words what it shows."""
    if len(values) < 2:
        return SafeString("")
    low, high = min(values), max(values)
    span = high - low
    points = []
    for index, value in enumerate(values):
        across = _MARGIN + index * (_WIDTH - 2 * _MARGIN) / (len(values) - 1)
        height = _HEIGHT - 2 * _MARGIN
        down = _HEIGHT / 2 if span == 0 else _MARGIN + height - height * (value - low) / span
        points.append(f"{across:.1f},{down:.1f}")
    return format_html(
        '<svg class="sparkline" viewBox="0 0 {} {}" role="img" aria-label="{}"><polyline points="{}"></polyline></svg>',
        _WIDTH,
        _HEIGHT,
        label,
        " ".join(points),
    )
