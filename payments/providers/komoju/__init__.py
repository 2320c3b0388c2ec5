"""KOMOJU: the settlement CSV that a merchant downloads for each transfer."""

from payments.providers.komoju.reader import KomojuAdapter

__all__ = ["KomojuAdapter"]
