"""The filters that are set, as words with a way to take each one off."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Model, QuerySet
from django.forms import Field
from django.http import QueryDict
from django_filters import FilterSet

from payments.web.keyset import without_place


@dataclass(frozen=True)
class Chip:
    """One filter in force: what it is, its value in words, and the query that remains without it."""

    label: str
    value: str
    remove_query: str


def chips_of(filterset: FilterSet, query: QueryDict) -> tuple[Chip, ...]:
    """A chip per filter value in force, in the order of the filter form; unusable values have none."""
    return tuple(_each_chip(filterset, query))


def _each_chip(filterset: FilterSet, query: QueryDict) -> Iterator[Chip]:
    if not filterset.is_bound:
        return
    cleaned = filterset.form.cleaned_data if filterset.form.is_valid() else {}
    for name, form_field in filterset.form.fields.items():
        value = cleaned.get(name)
        keys = [key for key in query if key == name or _is_part_of(key, name, form_field)]
        if not keys or value in (None, "", []) or (isinstance(value, QuerySet) and not value):
            continue
        label = str(form_field.label or name)
        if isinstance(value, (list, QuerySet)):
            for one in value:
                yield Chip(label, _words(one, form_field), _without(query, name, _raw(one)))
        else:
            yield Chip(label, _words(value, form_field), _without_keys(query, keys))


def _is_part_of(key: str, name: str, form_field: Field) -> bool:
    """A range filter spreads over several keys, such as `booked_after` and `booked_before`."""
    suffixes = getattr(form_field.widget, "suffixes", ())
    return any(key == f"{name}_{suffix}" for suffix in suffixes)


def _words(value: Any, form_field: Field) -> str:
    if isinstance(value, slice):
        return f"{_plain(value.start)} – {_plain(value.stop)}".strip()
    choices = dict(_flat(getattr(form_field, "choices", ())))
    if not isinstance(value, Model) and str(value) in choices:
        return choices[str(value)]
    return _plain(value)


def _flat(choices: Any) -> Iterator[tuple[str, str]]:
    for key, label in choices:
        if isinstance(label, (list, tuple)):
            yield from _flat(label)
        else:
            yield str(key), str(label)


def _plain(value: Any) -> str:
    if value is None:
        return ""
    return value.isoformat()[:10] if isinstance(value, date) else str(value)


def _raw(value: Any) -> str:
    return str(value.pk) if isinstance(value, Model) else str(value)


def _without_keys(query: QueryDict, keys: list[str]) -> str:
    copy = without_place(query)
    for key in keys:
        copy.pop(key, None)
    return copy.urlencode()


def _without(query: QueryDict, name: str, raw: str) -> str:
    copy = without_place(query)
    copy.setlist(name, [each for each in copy.getlist(name) if each != raw])
    return copy.urlencode()
