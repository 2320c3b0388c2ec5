"""Keeps and forgets the views of lists that people save for themselves."""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.http import QueryDict

from payments.cards import holds_card_data
from payments.web.keyset import without_place
from payments.web.models import SavedView

MOST_VIEWS = 30
"""Of one person on one list: they are shown side by side."""


class ViewRefused(ValueError):
    """A view without a name, with too much in it, or one too many."""


class CardDataToldByView(ViewRefused):
    """Its name or its filters hold a card number or a security code."""


@transaction.atomic
def keep_view(list_name: str, name: str, query: str, *, by: AbstractBaseUser) -> SavedView:
    """Keep a state of a list under a name; the same name again replaces what it stood for. Raises ViewRefused."""
    name = " ".join(name.split())
    asked = without_place(QueryDict(query))
    asked.pop("format", None)
    kept = "&".join(part for part in asked.urlencode().split("&") if not part.endswith("="))
    if holds_card_data(name) or holds_card_data(kept):
        raise CardDataToldByView("card data is kept nowhere")
    if not 0 < len(name) <= 60 or len(kept) > 2000:
        raise ViewRefused("a view needs a name of at most 60 characters and at most 2000 characters of filters")
    own = SavedView.objects.filter(person_id=by.pk, list_name=list_name)
    if own.exclude(name=name).count() >= MOST_VIEWS:
        raise ViewRefused(f"nobody keeps more than {MOST_VIEWS} views of one list")
    view, _is_new = SavedView.objects.update_or_create(
        person_id=by.pk, list_name=list_name, name=name, defaults={"query": kept}
    )
    return view


def forget_view(pk: int, *, by: AbstractBaseUser) -> bool:
    """Forget one of one's own views; False when there is none of this id."""
    deleted, _each = SavedView.objects.filter(pk=pk, person_id=by.pk).delete()
    return bool(deleted)
