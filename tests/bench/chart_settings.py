"""The settings of the page of charts: the product's own, with the page of the browser tests that shows every kind."""

from config.settings.base import *  # noqa: F403

ROOT_URLCONF = "tests.browser.chart_page"
