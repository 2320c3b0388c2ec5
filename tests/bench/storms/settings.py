"""The settings of planted arms: the product's own, and one application that damages it when it starts."""

from config.settings.base import *  # noqa: F403
from config.settings.base import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.bench.storms.planting.Planting"]
