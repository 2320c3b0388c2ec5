"""Every address of the site, read from the resolver, so that a sweep can't forget one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from payments.web import Access

_FILLERS: dict[str, Any] = {
    "IntConverter": 999_999_999,
    "StringConverter": "nothing",
    "SlugConverter": "nothing",
    "UUIDConverter": "00000000-0000-4000-8000-000000000000",
    "PathConverter": "nothing",
    "ReferenceConverter": "nothing",
}


@dataclass(frozen=True)
class Address:
    """One named pattern: its full name, what its view says about access, and its parameters."""

    name: str
    access: Access | None
    fillers: dict[str, Any]
    view: Callable[..., Any]

    def url(self, **kwargs: Any) -> str:
        """The path, with parameters that lead to nothing where none are given."""
        return reverse(self.name, kwargs={**self.fillers, **kwargs})


def all_addresses() -> list[Address]:
    """Every pattern; AssertionError for one without a name, since nothing can refer to it."""
    return list(_walk(get_resolver().url_patterns, ()))


def _walk(patterns: list[URLPattern | URLResolver], spaces: tuple[str, ...]) -> Iterator[Address]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = (*spaces, pattern.namespace) if pattern.namespace else spaces
            yield from _walk(pattern.url_patterns, inner)
            continue
        assert pattern.name, f"{pattern.pattern} has no name"
        name = ":".join((*spaces, pattern.name))
        fillers = {key: _FILLERS[type(each).__name__] for key, each in pattern.pattern.converters.items()}
        if name == "account_reset_password_from_key":  # a regular expression, which names no converters
            fillers = {"uidb36": "1", "key": "nothing"}
        yield Address(name, getattr(pattern.callback, "access", None), fillers, pattern.callback)
