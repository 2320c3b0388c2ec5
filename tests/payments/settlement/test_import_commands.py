"""The import commands, as scripts see them: one JSON object, an exit code, nothing else."""

from __future__ import annotations

import hashlib
import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from payments.methods.models import BankAccount, Provider
from payments.settlement.models import BankLine, Statement, StatementLine
from tests.payments.providers.test_toss import PAYMENT
from tests.payments.settlement.arrivals import Desk, adyen, bank_account, batch
from tests.payments.settlement.test_posting_bank import COFFEE, booked

pytestmark = pytest.mark.django_db

MOVEMENTS = (
    "movement_key,provider_key,payment_reference,merchant_reference,kind,amount,currency,occurred_at,method\n"
    "m1,881,88,order-1,capture,12.34,EUR,2026-07-01T23:30:00+02:00,visa\n"
)
CONFIGURATION = """
[[bank_account]]
code = "ing"
name = "ING"
currency = "EUR"
zone = "Europe/Amsterdam"
country = "NL"

[[provider]]
code = "adyen"
name = "Adyen"
adapter = "adyen"
zone = "Europe/Amsterdam"
country = "NL"
currencies = ["EUR"]
bank_account = "ing"
"""


def run(command: str, *arguments: Any) -> tuple[int, dict[str, Any]]:
    """Exit code and the object printed."""
    out = io.StringIO()
    code = 0
    try:
        call_command(command, *map(str, arguments), "--json", stdout=out)
    except SystemExit as ended:
        code = int(str(ended.code))
    printed = json.loads(out.getvalue())
    assert isinstance(printed, dict)
    return code, printed


def test_a_statement_is_posted_and_its_object_has_every_key(desk: Desk) -> None:
    adyen()
    path = desk.file(batch(1000, 2000), "r_v3.csv")
    code, printed = run("import_statement", "--provider", "adyen", path)

    assert code == 0
    assert {name: printed[name] for name in ("file", "sha256", "adapter", "state", "version", "lines")} == {
        "file": str(path), "sha256": hashlib.sha256(path.read_bytes()).hexdigest(), "adapter": "adyen",
        "state": "posted", "version": 1, "lines": 3,
    }  # fmt: skip
    assert (printed["currencies"], printed["period"]) == (["EUR"], {"from": "2026-07-01", "to": "2026-07-02"})
    assert printed["statements"] == [{"statement_key": "Shop/7", "version": 1, "is_current": True}]
    assert [(check["expected"], check["found"], check["is_met"]) for check in printed["checks"]] == [
        (0, 0, True),
        (1, 1, True),
    ]
    assert printed["problems"] == []


def test_the_same_file_again_is_a_duplicate_and_no_failure(desk: Desk) -> None:
    adyen()
    path = desk.file(batch(1000), "r.csv")
    run("import_statement", "--provider", "adyen", path)
    code, printed = run("import_statement", "--provider", "adyen", path)
    assert (code, printed["state"], printed["version"], printed["lines"]) == (0, "duplicate", 1, 2)
    assert StatementLine.objects.count() == 2


def test_a_rejected_file_exits_1_and_names_line_and_field(desk: Desk) -> None:
    adyen()
    code, printed = run(
        "import_statement", "--provider", "adyen", desk.file(batch(1000).replace("10.00", "1x"), "r.csv")
    )
    assert (code, printed["state"], printed["version"]) == (1, "rejected", None)
    assert printed["problems"] == [{"line": 2, "field": "Gross Credit (GC)", "message": "“1x” is not an amount."}]


def test_a_rejected_answer_of_one_line_names_the_record(desk: Desk) -> None:
    adyen("toss", adapter="toss", currencies=["KRW"], zone="Asia/Seoul")
    path = desk.file(json.dumps([PAYMENT, PAYMENT | {"transactionKey": "tk2", "amount": "abc"}]), "s.json")
    code, printed = run("import_statement", "--provider", "toss", path)
    assert code == 1
    assert printed["problems"] == [{"line": 1, "record": 2, "field": "amount", "message": "“abc” is not an amount."}]
    out = io.StringIO()
    with pytest.raises(SystemExit):
        call_command("import_statement", "--provider", "toss", str(path), stdout=out)
    assert "  line 1, record 2: amount: “abc” is not an amount.\n" in out.getvalue()


def test_several_files_are_one_object_with_a_list(desk: Desk) -> None:
    adyen()
    good, bad = desk.file(batch(1000), "a.csv"), desk.file("", "b.csv")
    code, printed = run("import_statement", "--provider", "adyen", good, bad)
    assert code == 1
    assert [(each["state"], each["lines"]) for each in printed["files"]] == [("posted", 2), ("rejected", 0)]
    assert printed["files"][1]["problems"][0]["message"].startswith("The file is empty.")


def test_a_later_version_is_counted(desk: Desk) -> None:
    adyen()
    run("import_statement", "--provider", "adyen", desk.file(batch(1000), "a.csv"))
    _, printed = run("import_statement", "--provider", "adyen", desk.file(batch(1100), "a_v2.csv"))
    assert printed["version"] == 2


def test_a_mapping_file_reads_a_file_of_no_known_format(desk: Desk) -> None:
    adyen("naver", adapter="mapped", currencies=["KRW"], zone="Asia/Seoul")
    mapping = desk.file(
        json.dumps({"columns": {"merchant_reference": "주문", "gross": "금액", "sold_on": "일자"}}), "m.json"
    )
    path = desk.file("주문,금액,일자\no1,10000,2026-07-01\n".encode("cp949"), "n.csv")
    code, printed = run("import_statement", "--provider", "naver", "--mapping", mapping, path)
    assert (code, printed["state"], printed["adapter"], printed["currencies"]) == (0, "posted", "mapped", ["KRW"])


def test_movements_and_bank_statements_are_imported_by_their_commands(desk: Desk) -> None:
    adyen()
    bank_account()
    code, printed = run("import_movements", "--provider", "adyen", desk.file(MOVEMENTS, "m.csv"))
    assert (code, printed["state"], printed["lines"], printed["adapter"]) == (0, "posted", 1, "movements")
    code, printed = run(
        "import_bank_statement", "--account", "ing", desk.file(booked(COFFEE, closing="110,00"), "b.sta")
    )
    assert (code, printed["state"], printed["lines"], printed["version"]) == (0, "posted", 1, 1)


@pytest.mark.parametrize(
    "arguments",
    [
        ("import_statement", "--provider", "nobody", "x.csv"),
        ("import_statement", "--provider", "adyen", "/nowhere/x.csv"),
        ("import_statement", "--provider", "adyen", "--mapping", "/nowhere/m.json", "x.csv"),
        ("import_statement", "--provider", "adyen"),
        ("import_statement", "x.csv"),
        ("import_bank_statement", "--account", "nobody", "x.csv"),
        ("import_movements", "--provider", "nobody", "x.csv"),
        ("import_folder", "/nowhere"),
    ],
)
def test_misuse_exits_2(desk: Desk, arguments: tuple[str, ...]) -> None:
    adyen()
    with pytest.raises(CommandError) as caught:
        call_command(*arguments)
    # Wrong arguments are argparse's to refuse: it exits with 2 by itself when a shell started the command.
    assert caught.value.returncode == 2 or "the following arguments are required" in str(caught.value)
    assert Statement.objects.count() == 0


def test_nothing_is_imported_when_one_file_cannot_be_opened(desk: Desk) -> None:
    adyen()
    out = io.StringIO()
    with pytest.raises(CommandError) as caught:
        call_command(
            "import_statement", "--provider", "adyen", str(desk.file(batch(1000), "good.csv")), "/nowhere/x.csv", "--json",
            stdout=out,
        )  # fmt: skip
    assert caught.value.returncode == 2
    assert json.loads(out.getvalue()) == {
        "problems": [{"line": None, "field": "", "message": "/nowhere/x.csv: No such file or directory"}]
    }
    assert Statement.objects.count() == 0


def folder(desk: Desk) -> Path:
    """A folder with a configuration and one file of each kind, in the layout of the simulator."""
    root = desk.folder / "data"
    for place, content in {
        "configuration.toml": CONFIGURATION,
        "truth.json": "{}",
        "movements/adyen/2026-07-01.csv": MOVEMENTS,
        "statements/adyen/batch_7.csv": batch(1000, 2000),
        "bank/ing/july.sta": booked(COFFEE, closing="110,00"),
    }.items():
        (root / place).parent.mkdir(parents=True, exist_ok=True)
        (root / place).write_text(content, encoding="utf-8")
    return root


def test_a_folder_is_configured_and_imported(desk: Desk) -> None:
    code, printed = run("import_folder", folder(desk))

    assert code == 0
    assert printed["configuration"] == {"created": 2, "changed": 0, "unchanged": 0}
    assert [(Path(each["file"]).name, each["state"]) for each in printed["files"]] == [
        ("2026-07-01.csv", "posted"),
        ("batch_7.csv", "posted"),
        ("july.sta", "posted"),
    ]
    assert (Provider.objects.get().code, BankAccount.objects.get().code) == ("adyen", "ing")
    assert (StatementLine.objects.count(), BankLine.objects.count()) == (3, 1)


def test_a_folder_again_changes_nothing(desk: Desk) -> None:
    root = folder(desk)
    run("import_folder", root)
    code, printed = run("import_folder", root)
    assert code == 0
    assert printed["configuration"] == {"created": 0, "changed": 0, "unchanged": 2}
    assert {each["state"] for each in printed["files"]} == {"duplicate"}


def test_files_outside_the_layout_are_told_by_content_and_name(desk: Desk) -> None:
    root = folder(desk)
    loose = {
        "statement.csv": batch(500, number="8"),
        "export.csv": MOVEMENTS.replace("m1", "m2"),
        "x/ing.sta": booked(COFFEE, closing="110,00", day="260702"),
        "note.txt": "hello",
    }
    for place, content in loose.items():
        (root / place).parent.mkdir(exist_ok=True)
        (root / place).write_text(content, encoding="utf-8")
    code, printed = run("import_folder", root)

    assert code == 1
    states = {str(Path(each["file"]).relative_to(root)): (each["adapter"], each["state"]) for each in printed["files"]}
    assert states["statement.csv"] == ("adyen", "posted")
    assert states["export.csv"] == ("movements", "posted")
    assert states["x/ing.sta"] == ("mt940", "posted")
    assert states["note.txt"] == ("", "rejected")


def test_a_statement_that_could_be_two_providers_is_not_guessed(desk: Desk) -> None:
    root = folder(desk)
    second = CONFIGURATION[CONFIGURATION.index("[[provider]]") :].replace('code = "adyen"', 'code = "second"')
    (root / "configuration.toml").write_text(CONFIGURATION + second, encoding="utf-8")
    (root / "statement.csv").write_text(batch(500, number="8"), encoding="utf-8")
    (root / "second_july.csv").write_text(batch(500, number="9"), encoding="utf-8")
    code, printed = run("import_folder", root)

    states = {Path(each["file"]).name: each["state"] for each in printed["files"]}
    assert (code, states["statement.csv"], states["second_july.csv"]) == (1, "rejected", "posted")
    assert Statement.objects.get(statement_key="Shop/9").provider.code == "second"


def test_a_folder_with_a_wrong_configuration_imports_nothing(desk: Desk) -> None:
    root = folder(desk)
    (root / "configuration.toml").write_text(CONFIGURATION.replace("EUR", "EURO"), encoding="utf-8")
    with pytest.raises(CommandError) as caught:
        call_command("import_folder", str(root))
    assert caught.value.returncode == 1
    assert "[[bank_account]] ing, currency: “EURO” is no currency" in str(caught.value)
    assert Statement.objects.count() == Provider.objects.count() == 0

    code, printed = run("import_folder", root)
    assert (code, printed["configuration"], printed["files"]) == (1, None, [])
    assert ("bank_account", "ing", "currency") in {
        (each["table"], each["key"], each["field"]) for each in printed["problems"]
    }
