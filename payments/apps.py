"""The Django application of the payments room."""

from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    """What happened to the money: one application, one folder per capability."""

    name = "payments"
    verbose_name = "Payments"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Connect the receivers."""
        from payments.acts import receivers as of_acts  # noqa: F401 -- importing them connects them
        from payments.notices import receivers as of_notices  # noqa: F401
        from payments.settlement import receivers as of_settlement  # noqa: F401
