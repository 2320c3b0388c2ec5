"""The doors of all pages: every view says who may enter, in a form that a test can read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Final, Literal

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase

View = Callable[..., HttpResponseBase]


@dataclass(frozen=True)
class Access:
    """Who may enter: everybody, anybody signed in, people with one capability, or machines that show a key.

    Stored on the view as `access`.
    """

    kind: Literal["public", "signed_in", "capability", "api_key"]
    capability: str = ""


PUBLIC: Final = Access("public")
SIGNED_IN: Final = Access("signed_in")


def public_page(view: View) -> View:
    """Open the view to everybody, signed in or not."""

    @wraps(view)
    def open_door(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return view(request, *args, **kwargs)

    return login_not_required(_marked(open_door, PUBLIC))


def any_signed_in(view: View) -> View:
    """Open the view to every active person; others are sent to sign in and come back."""

    @wraps(view)
    def door(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return to_sign_in(request)
        return view(request, *args, **kwargs)

    return _marked(door, SIGNED_IN)


def capability_required(name: str) -> Callable[[View], View]:
    """Open the view to people with the capability, for example `settlement.view`.

    Others get 403 before the view looks anything up, so that a refusal doesn't tell whether the thing exists.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def door(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return to_sign_in(request)
            if not request.user.has_perm(name):
                raise PermissionDenied(name)
            return view(request, *args, **kwargs)

        return _marked(door, Access("capability", name))

    return decorate


def actor(request: HttpRequest) -> AbstractBaseUser:
    """The signed-in person, as services take it in `by=`; TypeError behind a public door."""
    if not isinstance(request.user, AbstractBaseUser):
        raise TypeError("this view must stand behind any_signed_in or capability_required")
    return request.user


def _marked(view: View, access: Access) -> View:
    view.access = access  # type: ignore[attr-defined]
    return view


def to_sign_in(request: HttpRequest) -> HttpResponseBase:
    """Send to the sign-in page; a partial request moves the whole page there, not the fragment it asked for."""
    if request.headers.get("HX-Request") != "true":
        return redirect_to_login(request.get_full_path())
    back_to = request.headers.get("HX-Current-URL", "")
    path = "/" + back_to.split("://", 1)[-1].partition("/")[2] if back_to else request.get_full_path()
    return HttpResponse(headers={"HX-Redirect": redirect_to_login(path).headers["Location"]})
