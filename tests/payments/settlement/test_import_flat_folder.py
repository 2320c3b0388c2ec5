"""A folder in which nothing is sorted: the files themselves say whose they are, and what is no data is passed over."""

from __future__ import annotations

from pathlib import Path

import pytest

from payments.methods.models import BankAccount
from payments.settlement.models import BankStatement, Statement
from tests.payments.banks.camt_files import document, entry
from tests.payments.settlement.arrivals import Desk, adyen, bank_account, batch
from tests.payments.settlement.test_import_commands import CONFIGURATION, MOVEMENTS, run
from tests.payments.settlement.test_posting_bank import COFFEE, booked

pytestmark = pytest.mark.django_db

ACCOUNT = """
[[bank_account]]
code = "{code}"
name = "{code}"
currency = "EUR"
zone = "Europe/Amsterdam"
country = "NL"
account_reference = "{reference}"
"""
TWO = ACCOUNT.format(code="abn", reference="NL01 BANK 0123 4567 89") + ACCOUNT.format(
    code="deka", reference="DE89370400440532013000"
)
CAMT = document(entry("10"), closing="110")
MT940 = booked(COFFEE, closing="110,00")


def flat(desk: Desk, files: dict[str, str], configuration: str = CONFIGURATION + TWO) -> Path:
    root = desk.folder / "flat"
    root.mkdir()
    for name, content in {"configuration.toml": configuration, **files}.items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(content, encoding="utf-8")
    return root


def states(root: Path) -> tuple[int, dict[str, str]]:
    code, printed = run("import_folder", root)
    return code, {Path(each["file"]).name: each["state"] for each in printed["files"]}


def test_a_bank_file_goes_to_the_account_it_names(desk: Desk) -> None:
    root = flat(desk, {"july.sta": MT940, "july.xml": CAMT})
    assert states(root) == (0, {"july.sta": "posted", "july.xml": "posted"})
    found = BankStatement.objects.values_list("account__code", "statement_key")
    assert {(code, key.split("/")[0]) for code, key in found} == {
        ("abn", "NL01BANK0123456789"),
        ("deka", "DE89370400440532013000"),
    }


def test_a_bank_file_of_no_configured_account_is_not_guessed(desk: Desk) -> None:
    other = MT940.replace("0123456789", "9999999999")
    root = flat(desk, {"other.sta": other, "both.sta": MT940 + other})
    assert states(root) == (1, {"both.sta": "rejected", "other.sta": "rejected"})
    assert BankStatement.objects.count() == 0


def test_one_reference_of_two_accounts_is_not_guessed(desk: Desk) -> None:
    same = "".join(ACCOUNT.format(code=code, reference="NL01BANK0123456789") for code in ("one", "two"))
    assert states(flat(desk, {"july.sta": MT940}, CONFIGURATION + same)) == (1, {"july.sta": "rejected"})


def test_what_was_configured_elsewhere_makes_no_folder_ambiguous(desk: Desk) -> None:
    bank_account("before")
    adyen("before")
    root = flat(desk, {"a.csv": batch(1000), "m.csv": MOVEMENTS, "july.sta": MT940}, CONFIGURATION)
    assert states(root) == (0, {"a.csv": "posted", "m.csv": "posted", "july.sta": "posted"})
    assert Statement.objects.get().provider.code == "adyen"
    assert BankStatement.objects.get().account == BankAccount.objects.get(code="ing")


def test_what_is_plainly_no_data_is_skipped(desk: Desk) -> None:
    root = flat(
        desk, {"README.md": "# July", "ing_logo.png": "\x89PNG", "adyen/notes.pdf": "%PDF-1.4", "LICENSE": "Apache"}
    )
    code, printed = run("import_folder", root)
    assert code == 0
    assert [(Path(each["file"]).name, each["state"]) for each in printed["files"]] == [
        ("LICENSE", "skipped"), ("README.md", "skipped"), ("notes.pdf", "skipped"), ("ing_logo.png", "skipped"),
    ]  # fmt: skip
    assert printed["files"][0]["problems"] == [
        {
            "line": None,
            "field": "",
            "message": "This is no file of a provider, a bank or our own ledger: it is passed over.",
        }
    ]


def test_what_may_be_data_is_not_skipped(desk: Desk) -> None:
    root = flat(
        desk, {"a.xlsx": "PK\x03\x04xl/", "b.zip": "PK\x03\x04", "c.html": "<html>", "d.csv": "x", "e.log": MT940}
    )
    assert states(root) == (
        1, {"a.xlsx": "rejected", "b.zip": "rejected", "c.html": "rejected", "d.csv": "rejected", "e.log": "posted"},
    )  # fmt: skip
