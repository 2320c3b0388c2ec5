"""What every page's frame needs: appearance, languages, navigation."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from config.home.navigation import navigation_for
from config.staff.models import Theme, User
from config.staff.own_views import THEME_COOKIE


def screen(request: HttpRequest) -> dict[str, Any]:
    """A context processor; nothing here asks the database but the signed-in person's roles."""
    user = getattr(request, "user", None)
    is_signed_in = isinstance(user, User)
    theme = user.theme if isinstance(user, User) else request.COOKIES.get(THEME_COOKIE, Theme.AUTO)
    return {
        "theme": theme if theme in Theme.values else Theme.AUTO,
        "themes": Theme.choices,
        "languages": settings.LANGUAGES,
        "navigation": navigation_for(request) if is_signed_in else (),
        "here": request.get_full_path(),
    }
