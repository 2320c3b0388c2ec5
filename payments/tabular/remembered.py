"""What was worked out for cells that repeat, bounded, so that no file makes a reader grow."""

from typing import Final, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")

_MOST: Final = 20_000


class Remembered(dict[Key, Value]):
    """A dictionary that forgets all of it once it is full: what repeats in a file is soon worked out again."""

    __slots__ = ()

    def keep(self, key: Key, value: Value) -> Value:
        """Remember a value; the value itself."""
        if len(self) >= _MOST:
            self.clear()
        self[key] = value
        return value
