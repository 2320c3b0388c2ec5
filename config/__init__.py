"""The composition root: settings, URLs, Celery, people, health, and the embedded server."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
