"""Export and read back: for anything that can be configured, the exported file changes nothing and says the same."""

from __future__ import annotations

import io
import json
import string
from datetime import date, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from payments.methods.configuration.export import written
from payments.methods.configuration.stored import stored_entries
from payments.methods.models import BankAccount, FeeContract, Offering, PaymentMethod, PayoutSchedule, Provider
from payments.methods.services.configuration import apply_configuration, counts
from tests.payments.methods.configurations import RULES, WHOLE

TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30).filter(
    lambda text: text.strip()
)
CODE = st.text(string.ascii_letters + string.digits + "-_", min_size=1, max_size=10)
CURRENCIES = st.lists(st.sampled_from(["KRW", "JPY", "EUR", "USD", "KWD"]), min_size=1, max_size=3, unique=True)
PLACE = st.sampled_from([("Asia/Seoul", "KR"), ("Asia/Tokyo", "JP"), ("Europe/Amsterdam", "NL")])
RATE = st.decimals(0, 10_000, places=3)
MINOR = st.integers(0, 2**63 - 1)
PLAIN = (
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | TEXT | st.floats(allow_nan=False, allow_infinity=False)
)
MAPPING = st.none() | st.dictionaries(
    TEXT, PLAIN | st.lists(PLAIN, max_size=3) | st.dictionaries(TEXT, PLAIN, max_size=3)
).map(lambda mapping: {"columns": {"gross": "금액"}} | mapping)


@st.composite
def contracts(draw: st.DrawFn) -> dict[str, Any]:
    start = draw(st.dates(date(2000, 1, 1), date(2030, 1, 1)))
    end = draw(st.none() | st.dates(date(2030, 1, 2), date(2040, 1, 1)))
    amounts = ("fixed_minor", "minimum_minor", "monthly_fee_minor", "transfer_fee_minor", "payout_threshold_minor")
    flags = ("is_vat_included", "is_returned_on_refund", "has_pass_through")
    return {
        "effective_from": start,
        "effective_to": end,
        "rate_basis_points": draw(RATE),
        "installment_basis_points": draw(RATE),
        "vat_rate_basis_points": draw(st.integers(0, 10_000)),
        "fee_rounding": draw(st.sampled_from(["half_up", "down"])),
        "chargeback_fee_minor": draw(st.none() | MINOR),
        **{name: draw(MINOR) for name in amounts},
        **{name: draw(st.booleans()) for name in flags},
    }


@st.composite
def schedules(draw: st.DrawFn) -> dict[str, Any]:
    cycle = draw(st.sampled_from(["daily", "weekly", "monthly"]))
    return {
        "cycle": cycle,
        "lag_business_days": draw(st.integers(0, 60)),
        "weekday": draw(st.integers(0, 6)) if cycle == "weekly" else None,
        "month_day": draw(st.integers(1, 31)) if cycle == "monthly" else None,
        "cut_off": draw(st.none() | st.builds(time, st.integers(0, 23), st.integers(0, 59))),
    }


class TestRoundTrip(TestCase):
    """One provider with everything, drawn anew each time; the class lets hypothesis roll every example back."""

    @given(st.data())
    @settings(max_examples=60)
    def test_reading_an_export_changes_nothing(self, data: st.DataObject) -> None:
        zone, country = data.draw(PLACE)
        account = BankAccount.objects.create(
            code=data.draw(CODE), name=data.draw(TEXT), account_reference=data.draw(CODE), currency="KRW", zone=zone,
            country=country, mapping=data.draw(MAPPING),
        )  # fmt: skip
        method = PaymentMethod.objects.create(
            code=data.draw(CODE), family="wallet", name_ko=data.draw(TEXT), name_ja=data.draw(TEXT), name_en=data.draw(TEXT),
            is_enabled=data.draw(st.booleans()), display_order=data.draw(st.integers(0, 32_767)),
        )  # fmt: skip
        method.limits.create(currency="KRW", maximum=data.draw(st.none() | MINOR))
        provider = Provider.objects.create(
            code=data.draw(CODE), name=data.draw(TEXT), adapter="toss", zone=zone, country=country,
            currencies=data.draw(CURRENCIES), bank_account=data.draw(st.sampled_from([None, account])),
            mapping=data.draw(MAPPING), is_enabled=data.draw(st.booleans()),
        )  # fmt: skip
        Offering.objects.create(
            provider=provider, method=method, provider_names=data.draw(st.lists(TEXT, max_size=3, unique=True))
        )
        for each in (method, None):
            FeeContract.objects.create(provider=provider, method=each, currency="KRW", **data.draw(contracts()))
        PayoutSchedule.objects.create(provider=provider, currency="KRW", country=country, **data.draw(schedules()))

        exported = written(stored_entries(RULES))
        assert counts(apply_configuration(exported.encode(), RULES, name="x", by=None)) == {
            "created": 0, "changed": 0, "unchanged": 8,
        }  # fmt: skip
        assert written(stored_entries(RULES)) == exported

        for model in (PayoutSchedule, FeeContract, Offering, Provider, PaymentMethod, BankAccount):
            model.objects.all().delete()
        assert counts(apply_configuration(exported.encode(), RULES, name="x", by=None))["created"] == 8
        assert written(stored_entries(RULES)) == exported


def run(*arguments: str) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command("configure", *arguments, stdout=out, stderr=err)
    except SystemExit as ended:
        return int(str(ended.code)), out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "c.toml"
    path.write_text(WHOLE, encoding="utf-8")
    return path


@pytest.mark.django_db
def test_the_command_plans_configures_and_exports(path: Path, tmp_path: Path) -> None:
    assert run(str(path), "--dry-run")[1].endswith("Would be: 8 created, 0 changed, 0 unchanged\n")
    assert Provider.objects.count() == 0
    assert run(str(path))[1].endswith("8 created, 0 changed, 0 unchanged\n")

    target = tmp_path / "out.toml"
    assert run("--export", str(target)) == (0, "", "")
    assert run("--export", "-")[1] == target.read_text(encoding="utf-8")
    assert run(str(target))[1] == "0 created, 0 changed, 8 unchanged\n"


@pytest.mark.django_db
def test_the_command_prints_one_object(path: Path) -> None:
    run(str(path))
    path.write_text(WHOLE.replace("295.125", "300"), encoding="utf-8")
    printed = json.loads(run(str(path), "--json")[1])

    assert {name: printed[name] for name in ("created", "changed", "unchanged", "is_dry_run", "problems")} == {
        "created": 0, "changed": 1, "unchanged": 7, "is_dry_run": False, "problems": [],
    }  # fmt: skip
    [change] = [each for each in printed["changes"] if each["action"] == "changed"]
    assert change == {
        "table": "provider.fee_contract",
        "key": "toss / card / KRW / 2026-01-01",
        "action": "changed",
        "fields": {"rate_basis_points": {"from": "295.125", "to": "300.000"}},
    }
    assert FeeContract.objects.filter(rate_basis_points=Decimal(300)).count() == 1


@pytest.mark.django_db
def test_an_export_prints_one_object_too(path: Path, tmp_path: Path) -> None:
    run(str(path))
    target = tmp_path / "out.toml"
    told = {"file": str(target), "entries": 8, "problems": []}
    assert json.loads(run("--export", str(target), "--json")[1]) == told
    content = target.read_text(encoding="utf-8")
    assert json.loads(run("--export", "-", "--json")[1]) == told | {"file": "-", "content": content}


@pytest.mark.django_db
def test_misuse_prints_one_object_too() -> None:
    out = io.StringIO()
    with pytest.raises(CommandError):
        call_command("configure", "/nowhere/a.toml", "--json", stdout=out)
    assert json.loads(out.getvalue()) == {
        "problems": [{"line": None, "field": "", "message": "/nowhere/a.toml: No such file or directory"}]
    }


@pytest.mark.django_db
def test_a_wrong_file_exits_1_and_says_what_to_do(path: Path) -> None:
    path.write_text(WHOLE.replace('zone = "Asia/Seoul"', 'zone = "Seoul"', 1), encoding="utf-8")
    code, out, err = run(str(path))
    assert (code, out) == (1, "")
    assert "[[bank_account]] kb, zone: “Seoul” is no time zone: write an IANA name such as Asia/Seoul" in err

    code, out, _ = run(str(path), "--json")
    [problem] = json.loads(out)["problems"]
    assert (code, problem["table"], problem["key"], problem["field"]) == (1, "bank_account", "kb", "zone")


@pytest.mark.parametrize(
    "arguments", [[], ["a.toml", "--export", "-"], ["/nowhere/a.toml"], ["--export", "/nowhere/a"]]
)
@pytest.mark.django_db
def test_misuse_exits_2(arguments: list[str]) -> None:
    with pytest.raises(CommandError) as caught:
        call_command("configure", *arguments)
    assert caught.value.returncode == 2
