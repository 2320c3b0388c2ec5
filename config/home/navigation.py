"""The way around the house: areas and their pages, each shown only to people who may enter."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


@dataclass(frozen=True)
class Page:
    """One line of the navigation; an empty capability means everybody signed in."""

    label: Promise
    url_name: str
    capability: str = ""


@dataclass(frozen=True)
class Area:
    """A heading with its pages; an area of one page has no heading of its own."""

    label: Promise
    icon: str
    pages: tuple[Page, ...]


AREAS: Final[tuple[Area, ...]] = (
    Area(_("Today"), "home", (Page(_("Today"), "home:today"),)),
    Area(
        pgettext_lazy("area", "Payments"),
        "card",
        (
            Page(_("Payments"), "payments:payments", "payments.view"),
            Page(_("Acts"), "acts:acts", "acts.view"),
            Page(_("Inbox"), "inbox:deliveries", "inbox.view"),
        ),
    ),
    Area(
        pgettext_lazy("area", "Settlement"),
        "scale",
        (
            Page(_("Settlement days"), "settlement:calendar", "settlement.view"),
            Page(_("Breaks"), "settlement:breaks", "settlement.view"),
            Page(_("Payouts"), "settlement:payouts", "settlement.view"),
            Page(_("Imports"), "settlement:imports", "settlement.view"),
        ),
    ),
    Area(
        pgettext_lazy("area", "Fraud"),
        "shield",
        (
            Page(_("Review queue"), "review:queue", "cases.view"),
            Page(_("Rules"), "rules:rules", "rules.view"),
            Page(_("Lists"), "lists:entries", "lists.view"),
            Page(_("Scores"), "scores:models", "scores.view"),
            Page(_("Performance"), "review:performance", "cases.view"),
        ),
    ),
    Area(_("Insights"), "chart", (Page(_("Insights"), "insights:overview", "insights.view"),)),
    Area(
        _("Admin"),
        "gear",
        (
            Page(_("People"), "staff:people", "people.view"),
            Page(_("API keys"), "keys:keys", "keys.view"),
            Page(_("Outgoing webhooks"), "notices:endpoints", "notices.view"),
        ),
    ),
)


@dataclass(frozen=True)
class Link:
    """A page as one request sees it."""

    label: Promise
    url: str
    is_current: bool


@dataclass(frozen=True)
class Section:
    """An area as one request sees it."""

    label: Promise
    icon: str
    links: tuple[Link, ...]

    @property
    def is_single(self) -> bool:
        """True when the one page has the name of its area, so that no heading is needed."""
        return len(self.links) == 1 and self.links[0].label == self.label


def navigation_for(request: HttpRequest) -> tuple[Section, ...]:
    """The areas and pages that this person may enter; none for somebody who is not signed in."""
    if not request.user.is_authenticated:
        return ()
    return tuple(_sections(request))


def _sections(request: HttpRequest) -> Iterator[Section]:
    for area in AREAS:
        urls = [reverse(page.url_name) for page in area.pages]
        here = max((url for url in urls if _is_within(request.path, url)), default="", key=len)
        links = tuple(
            Link(page.label, url, url == here)
            for page, url in zip(area.pages, urls, strict=True)
            if not page.capability or request.user.has_perm(page.capability)
        )
        if links:
            yield Section(area.label, area.icon, links)


def _is_within(path: str, url: str) -> bool:
    """A page below a list belongs to the list (to the nearest one); the front page is only itself."""
    return path == url if url == "/" else path.startswith(url)
