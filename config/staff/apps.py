"""The Django application of the people who work here."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class StaffConfig(AppConfig):
    """Users, roles, signing in."""

    name = "config.staff"
    label = "staff"
    verbose_name = _("Staff")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Keep the seven groups in step with the table in roles.py."""
        from config.staff.receivers import create_roles

        post_migrate.connect(create_roles, sender=self, dispatch_uid="staff.create_roles")
