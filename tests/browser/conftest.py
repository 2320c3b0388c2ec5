"""A real Chromium on a real site, in a database of its own that is dropped afterwards.

The site's threads see only what is committed, and history tables refuse to be emptied; so the pages are served from a
database that no other test uses, and nothing has to be taken back.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import setup_databases, teardown_databases
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from pytest_django import DjangoDbBlocker
from pytest_django.live_server_helper import LiveServer

from analytics.rollups.services.computing import compute_dirty
from config.staff.models import User
from config.staff.roles import Role
from tests.browser.casework import a_case
from tests.browser.happenings import tell_of_payments
from tests.browser.rule_work import a_rule, an_entry
from tests.browser.score_work import a_model
from tests.cast import whole_cast

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
"""The machine's own browser, else the one Playwright installed."""
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


SWEEP = "tests/browser/test_accessibility.py"
HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Share the tests out among the workers of one run: file by file, and the sweep of all pages in two halves.

    Each worker has one site for all its tests, and what some of them leave there others would look at. The halves are
    the two largest groups, with which workers begin: they meet a site that nobody has worked on.
    """
    swept = 0
    for item in items:
        if item.path.is_relative_to(HERE):
            file = item.nodeid.split("::", 1)[0]
            swept += file == SWEEP
            half = f"/{swept % 2}" if file == SWEEP else ""
            item.add_marker(pytest.mark.xdist_group(file + half))


@dataclass(frozen=True)
class Site:
    """The running site and the people who know it; under None the one without a role."""

    url: str
    cast: dict[Role | None, User]


@pytest.fixture(scope="package")
def own_database(template: str, django_db_blocker: DjangoDbBlocker, worker_id: str) -> Iterator[None]:
    """Make a database for this package alone, and point everything at it while the package runs."""
    kept = dict(connection.settings_dict["TEST"])
    connection.settings_dict["TEST"] |= {"NAME": f"test_browser_{worker_id}", "TEMPLATE": template}
    with django_db_blocker.unblock():
        before = setup_databases(verbosity=0, interactive=False, aliases={"default": None})
        yield
        _disconnect_others()
        teardown_databases(before, verbosity=0)
    connection.settings_dict["TEST"] = kept


def _disconnect_others() -> None:
    """A thread of the server that waits for a kept-alive browser connection would hold the database."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@pytest.fixture(scope="package")
def site(own_database: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The whole cast and three weeks of a small merchant, reconciled, on a running site."""
    folder = tmp_path_factory.mktemp("merchant")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "MEDIA_ROOT", folder / "stored")
        cast = whole_cast()
        _simulate_three_weeks(folder / "files")
        tell_of_payments()
        a_case(cast[Role.FRAUD_ANALYST])
        a_rule(cast[Role.FRAUD_ANALYST])
        an_entry(cast[Role.FRAUD_ANALYST])
        a_model()
        compute_dirty()
        server = LiveServer("127.0.0.1")
        yield Site(server.url, cast)
        server.stop()


def _simulate_three_weeks(folder: Path) -> None:
    """Up to yesterday, so that the pages of today and of this month have something to show."""
    first = timezone.localdate() - timedelta(days=21)
    for command in (
        ("simulate", "--seed=7", f"--from={first}", "--days=21", "--payments-per-day=20", f"--out={folder}"),
        ("import_folder", str(folder)),
        ("reconcile",),
    ):
        call_command(*command, stdout=StringIO())


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """One browser for the package."""
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright runs an event loop in this thread, in which Django would refuse to touch the database.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def window(chromium: Browser, site: Site) -> Iterator[Callable[..., Window]]:
    """Open windows: `window(Role.FINANCE, width=390)`; whatever the browser complains of fails the test at its end."""
    windows: list[Window] = []

    def open_window(
        role: Role | str | None = "stranger", *, width: int = 1280, dark: bool = False, script: bool = True
    ) -> Window:
        context = chromium.new_context(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
            java_script_enabled=script,
        )
        if role != "stranger":
            _sign_in(context, site, site.cast[role])  # type: ignore[index]
        windows.append(Window(context, context.new_page(), []))
        windows[-1].listen()
        return windows[-1]

    yield open_window
    complaints = [complaint for each in windows for complaint in each.complaints]
    for each in windows:
        each.context.close()
    assert complaints == []


@dataclass(frozen=True)
class Window:
    """One browser window and what its console complained of."""

    context: BrowserContext
    page: Page
    complaints: list[str]

    def listen(self) -> None:
        """Collect script errors, blocked content and failed requests."""
        self.page.on("pageerror", lambda error: self.complaints.append(f"{self.page.url}: {error}"))
        self.page.on(
            "console",
            lambda message: (
                self.complaints.append(f"{self.page.url}: {message.text}")
                if message.type in {"error", "warning"}
                else None
            ),
        )


def _sign_in(context: BrowserContext, site: Site, person: User) -> None:
    client = Client()
    client.force_login(person)
    name = settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": site.url}])
