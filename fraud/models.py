"""Index of every slice's tables, for Django; nothing else lives here."""

from fraud.assessments.models import Assessment
from fraud.decisions.models import Due
from fraud.features.models import KeyHour, Sighting
from fraud.labels.models import Label
from fraud.lists.models import ListEntry
from fraud.review.models import Alert, Case, CaseEvent, Decision
from fraud.rules.models import Rule, RuleSet, RuleVersion
from fraud.scoring.models import ScoringModel

__all__ = [
    "Alert",
    "Assessment",
    "Case",
    "CaseEvent",
    "Decision",
    "Due",
    "KeyHour",
    "Label",
    "ListEntry",
    "Rule",
    "RuleSet",
    "RuleVersion",
    "ScoringModel",
    "Sighting",
]
