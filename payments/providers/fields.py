"""The fields of one JSON record, each read strictly and refused by its name."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, Final

from payments.facts import Problem
from payments.money import UnreadableAmount
from payments.tabular.amounts import Amounts, amount_problem, shown
from payments.tabular.instants import iso_date, iso_local
from payments.tabular.refusals import RowRefused
from payments.wording import translatable

MISSING: Final = translatable("“%(field)s” is missing.")
NO_TEXT: Final = translatable("“%(field)s” is not text.")
BAD_TEXT: Final = translatable("“%(field)s” holds characters that are no text.")
BAD_TIME: Final = translatable("“%(text)s” is not a date and time with its distance to UTC.")
BAD_DATE: Final = translatable("“%(text)s” is not a date such as 2026-07-31.")


class Fields:
    """One record of a provider; `path` is the name of the object inside its record, for messages."""

    __slots__ = ("_path", "_record")

    def __init__(self, record: Mapping[str, Any], path: str = "") -> None:
        self._record = record
        self._path = path

    def name(self, key: str) -> str:
        """The field as messages call it: `cancel.canceledAt`."""
        return f"{self._path}.{key}" if self._path else key

    def has(self, key: str) -> bool:
        """Whether the field is there and not null."""
        return self._record.get(key) is not None

    @property
    def names(self) -> list[str]:
        """The names of the fields that are there and not null, in the order of the file."""
        return [key for key, value in self._record.items() if value is not None]

    def value(self, key: str) -> Any:
        """A field as it is, None where it is not there."""
        return self._record.get(key)

    def refused(self, template: str, key: str, text: str = "") -> RowRefused:
        """The refusal of this record because of one field."""
        return RowRefused(Problem(template, {"field": self.name(key), "text": shown(text)}, field=self.name(key)))

    def text(self, key: str, *, is_required: bool = True) -> str:
        """A text field, trimmed; '' where it may be missing. Raises RowRefused."""
        value = self._record.get(key)
        if isinstance(value, str) and value.isascii() and "\0" not in value:
            plain = value.strip()
            if plain:
                return plain
        if not isinstance(value, str | None):
            raise self.refused(NO_TEXT, key)
        if value is None or not value.strip():
            if is_required:
                raise self.refused(MISSING, key)
            return ""
        if (not value.isascii() and not is_storable(value)) or "\0" in value:
            raise self.refused(BAD_TEXT, key)
        return value.strip()

    def amount(self, key: str, amounts: Amounts, *, is_required: bool = True) -> int:
        """An amount in minor units, written as number or text. Raises RowRefused."""
        text = self.text(key, is_required=is_required)
        try:
            return amounts[text]
        except UnreadableAmount as refusal:
            raise RowRefused(amount_problem(refusal, field=self.name(key))) from None

    def date(self, key: str, *, is_required: bool = True) -> date | None:
        """A date such as 2026-07-31. Raises RowRefused."""
        text = self.text(key, is_required=is_required)
        try:
            return iso_date(text) if text else None
        except ValueError:
            raise self.refused(BAD_DATE, key, text) from None

    def instant(self, key: str) -> datetime:
        """A time with its distance to UTC, in UTC. Raises RowRefused."""
        text = self.text(key)
        try:
            moment = iso_local(text)
            if moment.tzinfo is None:
                raise self.refused(BAD_TIME, key, text)
            return moment.astimezone(UTC)
        except (ValueError, OverflowError):
            raise self.refused(BAD_TIME, key, text) from None

    def inner(self, key: str) -> "Fields | None":
        """An object inside the record; None where it is null or missing. Raises RowRefused."""
        value = self._record.get(key)
        if value is None:
            return None
        if not isinstance(value, dict):
            raise self.refused(NO_TEXT, key)
        return Fields(value, self.name(key))


def is_storable(text: str) -> bool:
    """Whether text can be kept: lone halves of surrogate pairs cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
