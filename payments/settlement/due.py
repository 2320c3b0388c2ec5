"""How near a due time is, in words and colour."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from payments.web import Badge, Tone


def due_badge(due_at: datetime, *, is_resolved: bool = False) -> Badge:
    """How near a due time is, in whole days of the viewer: colour, icon and words."""
    if is_resolved:
        return Badge(Tone.NEUTRAL, _("done"))
    days = (timezone.localtime(due_at).date() - timezone.localdate()).days
    if due_at < timezone.now():
        late = ngettext("%(days)s day overdue", "%(days)s days overdue", -days) % {"days": -days}
        return Badge(Tone.DANGER, late if days else _("overdue today"), "alert")
    if days == 0:
        return Badge(Tone.WARNING, _("due today"), "clock")
    return Badge(Tone.NEUTRAL, ngettext("in %(days)s day", "in %(days)s days", days) % {"days": days}, "clock")
