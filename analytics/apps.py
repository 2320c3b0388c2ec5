"""The Django application of the analytics room."""

from django.apps import AppConfig


class AnalyticsConfig(AppConfig):
    """What it adds up to: metrics, what is kept ready of them, and their pages."""

    name = "analytics"
    verbose_name = "Analytics"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Connect the receivers."""
        from analytics import receivers  # noqa: F401 -- importing them connects them
