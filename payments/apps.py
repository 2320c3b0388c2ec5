"""The Django application of the payments room."""

from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    """What happened to the money: one application, one folder per capability."""

    name = "payments"
    verbose_name = "Payments"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Connect the receivers."""
        from payments.settlement import receivers  # noqa: F401 -- importing it connects them
