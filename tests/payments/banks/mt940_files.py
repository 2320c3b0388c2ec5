"""Small MT940 statements for tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from payments.banks.mt940 import Mt940Adapter
from payments.facts import FileRefused, ReadingTerms
from tests.payments.files import BankRead, read_bank, stored

TERMS = ReadingTerms("Europe/Amsterdam", ("EUR",))


def read(folder: Path, content: bytes | str) -> BankRead:
    return read_bank(Mt940Adapter(), stored(folder, content, "x.sta"), TERMS)


def refusal(folder: Path, content: bytes | str) -> FileRefused:
    with pytest.raises(FileRefused) as caught:
        read(folder, content)
    return caught.value


def statement(*lines: str, opening: str = "C260701EUR100,00", closing: str, number: str = "1/1") -> str:
    return "\n".join(
        [":20:X", ":25:NL01BANK0123456789", f":28C:{number}", f":60F:{opening}", *lines, f":62F:{closing}", "-\n"]
    )
