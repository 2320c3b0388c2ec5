"""The Django application of the fraud room."""

from django.apps import AppConfig


class FraudConfig(AppConfig):
    """How far to trust what happened: features, rules, scores, decisions and the review queue."""

    name = "fraud"
    verbose_name = "Fraud"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Connect the receivers."""
        from fraud.decisions import receivers as of_decisions  # noqa: F401 -- importing them connects them
        from fraud.review import receivers as of_review  # noqa: F401
