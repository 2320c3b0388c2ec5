"""The list of models."""

from __future__ import annotations

import django_tables2 as tables
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from fraud.scoring.labels import STATES, share
from fraud.scoring.models import ModelKind, ModelState, ScoringModel
from payments.web import BadgeColumn, InstantColumn, ListTable
from payments.web.columns import CountColumn


class ModelTable(ListTable):
    """Models, the newest first."""

    trained_at = InstantColumn(
        verbose_name=_("Trained at"), linkify=lambda record: reverse("scores:model", args=[record.pk])
    )
    state = BadgeColumn(verbose_name=_("State"), badges=STATES)
    kind = tables.Column(verbose_name=_("Learned as"))
    rows = CountColumn(verbose_name=_("Payments learned from"))
    frauds = CountColumn(verbose_name=_("Frauds among them"))
    caught = CountColumn(verbose_name=_("Value caught at 1% review"), accessor="metrics", orderable=False)
    is_simulated = tables.Column(verbose_name=_("Data"))
    promoted_by = tables.Column(verbose_name=_("Promoted by"), orderable=False, default="–")
    promoted_at = InstantColumn(verbose_name=_("Promoted at"), default="–")

    class Meta(ListTable.Meta):
        order_by = "-trained_at"

    def render_caught(self, record: ScoringModel) -> str:
        """A share."""
        return share(record.metrics["value_at_1pct"]) if "value_at_1pct" in record.metrics else "–"

    def value_caught(self, record: ScoringModel) -> int | None:
        """Parts per million."""
        found: int | None = record.metrics.get("value_at_1pct")
        return found

    def render_is_simulated(self, value: bool) -> str:
        """In words."""
        return str(_("Simulated") if value else _("Real"))

    def value_is_simulated(self, value: bool) -> bool:
        """As it is."""
        return value

    def value_kind(self, record: ScoringModel) -> str:
        """The code, in the export."""
        return ModelKind(record.kind).name.lower()

    def value_state(self, record: ScoringModel) -> str:
        """The code, in the export."""
        return ModelState(record.state).name.lower()
