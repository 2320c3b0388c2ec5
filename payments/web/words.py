"""Looks at what people write in their own words, before it is kept."""

from __future__ import annotations

from typing import Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from payments.cards import holds_card_data

CARD_DATA: Final = _("This looks like a card number or a security code. Never write one here; nothing was kept.")


def without_card_data(value: str) -> None:
    """The validator of free text in forms. Raises ValidationError for card data."""
    if holds_card_data(value):
        raise ValidationError(CARD_DATA, code="card_data")
