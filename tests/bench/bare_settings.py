"""The settings of the door's limit: the product's own with one address; its middleware is dropped once allauth saw it."""

from config.settings.base import *  # noqa: F403

ROOT_URLCONF = "tests.bench.bare_urls"
