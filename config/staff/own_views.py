"""Pages and acts of every person about their own screen."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from config.staff import services
from config.staff.asking import member
from config.staff.forms import ProfileForm
from config.staff.models import Theme
from payments.web import any_signed_in, public_page

THEME_COOKIE = "theme"
_COOKIE_AGE = 365 * 24 * 60 * 60  # seconds


@any_signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """Name, language, zone and appearance of the person who asks."""
    person = member(request)
    present = {name: getattr(person, name) for name in ProfileForm.base_fields}
    form = ProfileForm(request.POST or None, initial=present)
    if request.method == "POST" and form.is_valid():
        services.update_profile(person, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("staff:profile")
    return render(request, "staff/profile.html", {"form": form}, status=422 if form.is_bound else 200)


@public_page
@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Switch the language of the screen, for this browser and, when signed in, for the person."""
    language = request.POST.get("language", "")
    if language not in dict(settings.LANGUAGES):
        raise BadRequest("unknown language")
    if request.user.is_authenticated:
        services.choose_screen(request.user, language=language)
    response = _back(request)
    _keep(response, settings.LANGUAGE_COOKIE_NAME, language)
    return response


@public_page
@require_POST
def choose_theme(request: HttpRequest) -> HttpResponse:
    """Switch between light, dark and automatic, for this browser and, when signed in, for the person."""
    theme = request.POST.get("theme", "")
    if theme not in Theme.values:
        raise BadRequest("unknown theme")
    if request.user.is_authenticated:
        services.choose_screen(request.user, theme=theme)
    response = _back(request)
    _keep(response, THEME_COOKIE, theme)
    return response


def _back(request: HttpRequest) -> HttpResponseRedirect:
    """To the page the switch was on; never to another site."""
    target = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(target if is_ours else "/")


def _keep(response: HttpResponse, name: str, value: str) -> None:
    secure = settings.SESSION_COOKIE_SECURE
    response.set_cookie(name, value, max_age=_COOKIE_AGE, secure=secure, httponly=True, samesite="Lax")
