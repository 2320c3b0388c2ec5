"""The settings of the test suite: the real database; only what is slow by design or leaves the process differs."""

from config.settings.base import *  # noqa: F403
from config.settings.base import DATABASES

# What a test commits need not outlive the machine: nobody waits for the disk.
_options = DATABASES["default"]["OPTIONS"]
_options["options"] = f"{_options.get('options', '')} -c synchronous_commit=off".strip()

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
SECRET_KEY = "only the tests are signed with this"  # noqa: S105
CELERY_BROKER_URL = "memory://"
CELERY_BROKER_TRANSPORT_OPTIONS = {}
# Static files are served from where they lie: tests need no collectstatic, and whitenoise no collected folder.
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True
