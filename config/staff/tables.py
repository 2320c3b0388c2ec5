"""The list of people."""

from __future__ import annotations

import django_tables2 as tables
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from config.staff.models import User
from config.staff.roles import Role
from payments.web import Badge, BadgeColumn, InstantColumn, ListTable, Tone

STATE_BADGES = {
    True: Badge(Tone.SUCCESS, _("Active")),
    False: Badge(Tone.NEUTRAL, _("Disabled"), "lock"),
}


class RolesColumn(tables.Column):
    """The roles as words."""

    def render(self, record: User) -> str:
        """In the order of the table of roles."""
        return ", ".join(str(role.label) for role in Role if role in record.roles) or "–"


class PeopleTable(ListTable):
    """Who may sign in, and as what."""

    name = tables.Column(verbose_name=_("Name"), linkify=lambda record: reverse("staff:person", args=[record.pk]))
    email = tables.Column(verbose_name=_("E-mail"))
    roles = RolesColumn(verbose_name=_("Roles"), accessor="pk", orderable=False)
    is_active = BadgeColumn(verbose_name=_("State"), badges=STATE_BADGES)
    last_login = InstantColumn(verbose_name=_("Last sign-in"), default="–")
    joined_at = InstantColumn(verbose_name=_("Joined"))

    class Meta(ListTable.Meta):
        order_by = "name"
