"""The texts and amounts of one object of Square, each read strictly and refused by its name."""

from collections.abc import Mapping
from typing import Any, Final

from payments.facts import Problem
from payments.money import LARGEST_MINOR
from payments.providers.fields import BAD_TEXT, MISSING, NO_TEXT, is_storable
from payments.tabular.amounts import shown
from payments.tabular.refusals import RowRefused
from payments.wording import translatable

NO_MINOR: Final = translatable("“%(text)s” is not a whole number of the smallest unit of its currency.")


def minor(value: Any, field: str) -> int:
    """A whole number of minor units as JSON writes it. Raises RowRefused."""
    if type(value) is not int:
        written = str(value) if isinstance(value, str) else ""
        digits = written[1:] if written[:1] == "-" else written
        if not (digits.isascii() and digits.isdigit() and len(digits) < 20):
            raise RowRefused(Problem(NO_MINOR, {"text": shown(written)}, field=field))
        value = int(written)
    if not -LARGEST_MINOR <= value <= LARGEST_MINOR:
        raise RowRefused(Problem(NO_MINOR, {"text": shown(str(value))}, field=field))
    return int(value)


def text(record: Mapping[str, Any], name: str, *, is_required: bool = True) -> str:
    """A text of a record, trimmed. Raises RowRefused."""
    value = record.get(name)
    if type(value) is str and value.isascii() and "\0" not in value and (plain := value.strip()):
        return plain
    if type(value) is int:
        return str(value)
    if value is None or (isinstance(value, str) and not value.strip()):
        if is_required:
            raise RowRefused(Problem(MISSING, {"field": name}, field=name))
        return ""
    if not isinstance(value, str):
        raise RowRefused(Problem(NO_TEXT, {"field": name}, field=name))
    if "\0" in value or not is_storable(value):
        raise RowRefused(Problem(BAD_TEXT, {"field": name}, field=name))
    return value.strip()
