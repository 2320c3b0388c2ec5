"""The Django application of the Today page."""

from django.apps import AppConfig


class HomeConfig(AppConfig):
    """Today draws on every room and is known by none."""

    name = "config.home"
    label = "home"
