"""The link by which a person sets the first, or a forgotten, password."""

from __future__ import annotations

from allauth.account.adapter import get_adapter
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import translation

from config.staff.models import User


def invitation_link(person: User, request: HttpRequest) -> str:
    """An absolute address that works once and for `PASSWORD_RESET_TIMEOUT` seconds; whoever has it is the person."""
    uid, key = user_pk_to_url_str(person), default_token_generator.make_token(person)
    return request.build_absolute_uri(reverse("account_reset_password_from_key", kwargs={"uidb36": uid, "key": key}))


def is_mail_configured() -> bool:
    """False while mail only goes to files on this machine: then the link must be handed over by a person."""
    return bool(settings.EMAIL_HOST)


def send_invitation(person: User, link: str) -> None:
    """Mail the link, in the person's own language."""
    with translation.override(person.language):
        context = {"person": person, "password_reset_url": link, "user": person}
        get_adapter().send_mail("account/email/invitation", person.email, context)
