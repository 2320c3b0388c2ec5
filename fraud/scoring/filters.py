"""How models are narrowed."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django_filters import ChoiceFilter, FilterSet

from fraud.scoring.models import ModelState, ScoringModel


class ModelFilters(FilterSet):
    """By where they stand."""

    state = ChoiceFilter(label=_("State"), choices=ModelState.choices, empty_label=_("Any state"))

    class Meta:
        model = ScoringModel
        fields: list[str] = []
