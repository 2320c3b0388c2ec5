"""Addresses of signing in, of people, and of one's own screen.

allauth's own list of addresses is not included whole: it lets people add and change e-mail addresses, which are
the names of accounts here.
"""

from __future__ import annotations

from allauth.account import views as account
from django.urls import URLPattern, URLResolver, include, path, re_path

from config.staff import own_views, views
from payments.web import any_signed_in, public_page

_people = [
    path("people/", views.people, name="people"),
    path("people/invite/", views.invite, name="invite"),
    path("people/<int:pk>/", views.person, name="person"),
    path("people/<int:pk>/roles/", views.change_roles, name="change_roles"),
    path("people/<int:pk>/link/", views.send_link, name="send_link"),
    path("people/<int:pk>/disable/", views.disable, name="disable"),
    path("people/<int:pk>/enable/", views.enable, name="enable"),
    path("account/", own_views.profile, name="profile"),
    path("language/", own_views.choose_language, name="language"),
    path("theme/", own_views.choose_theme, name="theme"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include((_people, "staff"))),
    path("account/login/", public_page(account.login), name="account_login"),
    path("account/logout/", public_page(account.logout), name="account_logout"),
    path("account/inactive/", public_page(account.account_inactive), name="account_inactive"),
    path("account/reauthenticate/", any_signed_in(account.reauthenticate), name="account_reauthenticate"),
    path("account/password/", any_signed_in(account.password_change), name="account_change_password"),
    path("account/password/reset/", public_page(account.password_reset), name="account_reset_password"),
    path("account/password/reset/sent/", public_page(account.password_reset_done), name="account_reset_password_done"),
    re_path(
        r"^account/password/set/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        public_page(account.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    path(
        "account/password/set/done/",
        public_page(account.password_reset_from_key_done),
        name="account_reset_password_from_key_done",
    ),
]
