"""The demo: made once, continued on later days, left alone otherwise."""

from __future__ import annotations

import json
import stat
from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django.fixtures import Settings

from config.management.commands import demo
from config.staff.models import User
from config.staff.roles import Role
from fraud.assessments.models import Assessment
from fraud.review.models import Case, Decision, DecisionState
from fraud.rules.selectors import in_force
from fraud.rules.starters import STARTERS
from payments.intake.adapters import Owner
from payments.intake.models import FileImport, ImportKind, ImportState
from payments.ledger.models import Checkout, Movement, Payment, PaymentEvent
from payments.management.importing import import_file
from payments.methods.models import Provider
from payments.settlement.models import Match
from payments.settlement.services.imports import Terms
from payments.simulator.truth import Truth

pytestmark = pytest.mark.django_db

YESTERDAY = date(2026, 11, 20)


@pytest.fixture
def var(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A `var` of its own, a small merchant and a fixed calendar."""
    settings.JEONGSAN_VAR = tmp_path
    settings.MEDIA_ROOT = tmp_path / "files"
    monkeypatch.setattr(demo, "DAYS", 4)
    monkeypatch.setattr(demo, "PAYMENTS_PER_DAY", 8)
    monkeypatch.setattr(demo, "last_whole_day", lambda: YESTERDAY)
    return tmp_path


@pytest.fixture
def empty_shop(var: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A merchant nobody buys from: for tests that are about people."""
    monkeypatch.setattr(demo, "DAYS", 1)
    monkeypatch.setattr(demo, "PAYMENTS_PER_DAY", 0)
    return var


def run() -> str:
    output = StringIO()
    call_command("demo", stdout=output)
    return output.getvalue()


def posted() -> int:
    return FileImport.objects.filter(state=ImportState.POSTED).count()


def test_the_first_start_imports_and_reconciles_everything(var: Path) -> None:
    run()
    truth = Truth.load(var / "demo" / "truth.json")
    assert (truth.start, truth.as_of) == (YESTERDAY - timedelta(days=3), YESTERDAY)
    assert set(Provider.objects.values_list("code", flat=True)) == {"toss", "naver", "sbps", "adyen-jp", "adyen-eu"}
    assert FileImport.objects.exclude(state=ImportState.POSTED).count() == 0
    assert Match.objects.count() == len(told_truth(var).matches) > 0


def told_truth(var: Path) -> Truth:
    """The answers for a ledger that both events and exports fill."""
    return Truth.load(var / "demo" / "events" / "both" / "truth.json")


def test_rules_are_live_before_payments_are_told_so_that_they_decide(var: Path) -> None:
    assert f"{len(STARTERS)} fraud rules to start with are live" in run()
    rules = in_force(timezone.now())
    assert len(rules.live) == len(STARTERS)
    assert set(Assessment.objects.values_list("ruleset_id", flat=True)) == {rules.ruleset_id}
    assert Decision.objects.filter(state=DecisionState.PENDING, leaves_at__lte=timezone.now()).count() == 0
    before = Decision.objects.count(), Case.objects.count()
    assert "fraud" not in run().replace("fraud desk", "")
    assert (Decision.objects.count(), Case.objects.count()) == before


def test_payments_are_told_as_they_happened_and_counted_once(var: Path) -> None:
    run()
    assert set(Payment.objects.filter(captured__gt=0).values_list("attempts__status", flat=True)) >= {"captured"}
    assert Checkout.objects.filter(customer__isnull=False, is_from_shop=True).count() > 8
    movements = Movement.objects.exclude(provider_key="").values_list("provider__code", "kind", "provider_key")
    assert len(set(movements)) == len(movements)
    assert Movement.objects.filter(payment__isnull=False).count() > Movement.objects.count() // 2


def test_a_later_start_tells_only_the_days_that_are_missing(var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run()
    before = PaymentEvent.objects.count()
    assert "Telling" not in run()
    monkeypatch.setattr(demo, "last_whole_day", lambda: YESTERDAY + timedelta(days=2))
    told = run()
    # Seoul has seen some of Europe's evening already.
    assert any(f"Telling the payments since {YESTERDAY - timedelta(days=back)}" in told for back in (0, 1))
    assert PaymentEvent.objects.count() > before


def test_a_second_start_changes_nothing(var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run()
    before = posted(), Match.objects.count(), (var / "demo-logins.json").read_text()
    renamed = Provider.objects.get(code="toss")
    renamed.name = "Somebody's own name"
    renamed.save()
    monkeypatch.setattr(demo, "Simulation", None)
    told = run()
    assert (posted(), Match.objects.count(), (var / "demo-logins.json").read_text()) == before
    assert "Importing" not in told
    assert Provider.objects.get(code="toss").name == "Somebody's own name"


def test_a_later_start_adds_the_days_that_are_missing(var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run()
    first = posted()
    truth = Truth.load(var / "demo" / "truth.json")
    monkeypatch.setattr(demo, "last_whole_day", lambda: YESTERDAY + timedelta(days=2))
    told = run()
    longer = Truth.load(var / "demo" / "truth.json")
    assert (longer.start, longer.as_of) == (truth.start, YESTERDAY + timedelta(days=2))
    assert posted() > first
    assert f"Importing {posted() - first} files" in told
    assert Match.objects.count() == len(told_truth(var).matches) > len(truth.matches)


def test_there_is_a_login_for_each_role_which_only_the_owner_of_the_file_can_read(empty_shop: Path) -> None:
    run()
    path = empty_shop / "demo-logins.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    logins = json.loads(path.read_text())
    assert [login["role"] for login in logins] == list(Role.values)
    for login in logins:
        person = User.objects.get(email=login["email"])
        assert person.roles == {Role(login["role"])}
        assert person.check_password(login["password"])


def test_a_lost_file_of_logins_is_made_again_with_passwords_that_work(empty_shop: Path) -> None:
    run()
    path = empty_shop / "demo-logins.json"
    lost = json.loads(path.read_text())
    path.unlink()
    run()
    logins = json.loads(path.read_text())
    assert [login["email"] for login in logins] == [login["email"] for login in lost]
    for old, new in zip(lost, logins, strict=True):
        person = User.objects.get(email=new["email"])
        assert person.check_password(new["password"])
        assert not person.check_password(old["password"])


def test_a_password_somebody_changed_stays_changed(empty_shop: Path) -> None:
    run()
    person = User.objects.get(email="finance@demo.example")
    person.set_password("another one entirely")
    person.save()
    run()
    person.refresh_from_db()
    assert person.check_password("another one entirely")


def test_an_interrupted_start_is_taken_up_where_it_stopped(var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[Path] = []

    def stop_after_ten(kind: ImportKind, owner: Owner, path: Path, terms: Terms) -> dict[str, Any]:
        if len(done) == 10:
            raise KeyboardInterrupt
        done.append(path)
        return import_file(kind, owner, path, terms)

    with monkeypatch.context() as patch:
        patch.setattr(demo, "import_file", stop_after_ten)
        with pytest.raises(KeyboardInterrupt):
            run()
    assert posted() == 10
    run()
    assert Match.objects.count() == len(Truth.load(var / "demo" / "truth.json").matches)


def test_a_rejected_file_is_told(empty_shop: Path) -> None:
    folder = empty_shop / "demo" / "statements" / "toss"
    folder.mkdir(parents=True)
    (folder / "broken.json").write_text("[{]")
    with pytest.raises(CommandError, match=r"broken\.json was rejected"):
        run()
