"""A real Chromium on a real site, in a database of its own that is dropped afterwards.

The site's threads see only what is committed, and history tables refuse to be emptied; so the test database is copied
once, the copy is filled and served, and nothing has to be taken back.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from django.conf import settings
from django.db import connection, connections
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from config.staff.models import User
from config.staff.roles import Role
from tests.cast import whole_cast

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass(frozen=True)
class Site:
    """The running site and the people who know it; under None the one without a role."""

    url: str
    cast: dict[Role | None, User]


@pytest.fixture(scope="package")
def own_database(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[None]:
    """Point everything at a copy of the test database while this package runs."""
    original = connection.settings_dict["NAME"]
    copy = f"{original}_browser"
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        connection.close()
        with connection._nodb_cursor() as cursor:  # type: ignore[attr-defined]
            cursor.execute(f'DROP DATABASE IF EXISTS "{copy}" WITH (FORCE)')
            cursor.execute(f'CREATE DATABASE "{copy}" TEMPLATE "{original}"')
        _use_database(copy)
        try:
            yield
        finally:
            connections.close_all()
            _use_database(original)
            with connection._nodb_cursor() as cursor:  # type: ignore[attr-defined]
                cursor.execute(f'DROP DATABASE "{copy}" WITH (FORCE)')


def _use_database(name: str) -> None:
    connection.close()
    settings.DATABASES["default"]["NAME"] = name
    connection.settings_dict["NAME"] = name


@pytest.fixture(scope="package")
def site(own_database: None) -> Iterator[Site]:
    """The whole cast on a running site."""
    cast = whole_cast()
    server = LiveServer("127.0.0.1")
    yield Site(server.url, cast)
    server.stop()


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

    def open_window(role: Role | str | None = "stranger", *, width: int = 1280, dark: bool = False) -> Window:
        context = chromium.new_context(
            viewport={"width": width, "height": 900}, color_scheme="dark" if dark else "light", reduced_motion="reduce"
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
                self.complaints.append(f"{self.page.url}: {message.text}") if message.type in {"error", "warning"} else None
            ),
        )


def _sign_in(context: BrowserContext, site: Site, person: User) -> None:
    client = Client()
    client.force_login(person)
    name = settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": site.url}])
