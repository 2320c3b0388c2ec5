"""The list of rules, one line a version."""

from __future__ import annotations

import django_tables2 as tables
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from fraud.rules.labels import ACTIONS, ON_TRIAL, STATES, is_on_trial
from fraud.rules.models import RuleState, RuleVersion
from fraud.rules.selectors import node_of
from fraud.rules.sentences import sentence
from fraud.rules.starters import words_of
from payments.web import BadgeColumn, InstantColumn, ListTable


class RuleTable(ListTable):
    """Drafts first, then what is live, then what was."""

    name = tables.Column(
        verbose_name=_("Rule"), accessor="rule__name", linkify=lambda record: reverse("rules:version", args=[record.pk])
    )
    number = tables.Column(verbose_name=_("Version"))
    state = tables.Column(verbose_name=_("State"))
    action = BadgeColumn(verbose_name=_("What it does"), badges=ACTIONS)
    condition = tables.Column(verbose_name=_("When"), accessor="pk", orderable=False, attrs={"td": {"class": "wrap"}})
    written_by = tables.Column(verbose_name=_("Written by"), orderable=False)
    published_at = InstantColumn(verbose_name=_("Published at"), default="–")
    expires_at = InstantColumn(verbose_name=_("Ends at"), default="–")

    class Meta(ListTable.Meta):
        order_by = ("state", "name")

    def render_name(self, value: str) -> str:
        """Starter rules in the reader's language."""
        return words_of(value)

    def render_state(self, record: RuleVersion) -> SafeString:
        """A badge, and another while it is on trial."""
        trial = ON_TRIAL.__html__() if is_on_trial(record, timezone.now()) else ""
        return format_html("{} {}", STATES[RuleState(record.state)], trial)

    def value_state(self, record: RuleVersion) -> str:
        """The code, in the export."""
        return RuleState(record.state).name.lower()

    def render_condition(self, record: RuleVersion) -> str:
        """In one line."""
        return sentence(node_of(record))
