"""What is learned from: payments that went through, by the truth about them; and the handbook's, of which nothing stays."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from config.staff.models import User
from fraud.assessments.models import Assessment
from fraud.features.catalogue import BY_NAME
from fraud.features.models import Sighting
from fraud.labels.models import Label
from fraud.scoring import history
from fraud.scoring.models import ScoringModel
from fraud.scoring.services import handbook
from fraud.scoring.services.promotion import promote
from tests.fraud.scoring.models import kept, values
from tests.payments.valid_rows import row

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def paid(number: int, **changes: Any) -> int:
    """A payment of one attempt, seen; customer 7."""
    values = {"attempt_id": number, "payment_id": number, "customer_id": 7, "amount": 500, "currency": "USD"}
    row(Sighting, **(values | {"at": NOON + timedelta(minutes=number)} | changes))
    return number


def fraud(payment: int, **changes: Any) -> None:
    row(Label, **({"payment_id": payment, "observed_at": NOON + 2 * DAY} | changes))


def test_stored_features_are_learned_from_by_the_truth_without_what_says_nothing() -> None:
    for number in range(1, 7):
        paid(number, **({"failed_at": NOON + DAY} if number == 3 else {}))
        told = {"payment_id": number, "attempt_id": number, "as_of": NOON, "features": values(amount=number)}
        row(Assessment, **told, outcome=3 if number in (4, 5) else 0)
    fraud(2)
    fraud(5)
    fraud(6, source=4)
    fraud(6, source=1, is_fraud=False, reference="dispute/6/won")
    found = {one.amount: one.is_fraud for one in history.assessed(NOON - DAY, NOON + DAY)}
    assert found == {1: False, 2: True, 5: True, 6: False}
    assert list(history.assessed(NOON + DAY, NOON + 2 * DAY)) == []


def test_computed_features_are_of_the_last_attempt_that_was_not_refused() -> None:
    paid(1)
    paid(2, payment_id=2, failed_at=NOON + DAY)
    paid(3, payment_id=2, amount=900)
    paid(4, failed_at=NOON + DAY)
    paid(5, customer_id=None)
    fraud(2)
    found = list(history.computed(NOON - DAY, NOON + DAY))
    assert [(one.amount, one.is_fraud, one.group) for one in found] == [
        (500, False, 7),
        (900, True, 7),
        (500, False, -5),
    ]
    assert found[1].values[BY_NAME["own_attempts"].position - 1] == 1
    assert history.span(NOON + 9 * DAY) == (NOON + timedelta(minutes=1), NOON + timedelta(minutes=5))
    assert history.span(NOON) == (None, None)


def book(folder: Path) -> Path:
    """Five weeks like the handbook's: shop 3 is tapped from the beginning, two weeks before what is learned from."""
    chance = np.random.default_rng(5)
    first = (handbook.TRAIN_FROM - 14) * 86_400
    count = 4_000
    second = np.sort(chance.integers(first, first + 35 * 86_400, count))
    terminal = chance.integers(0, 12, count)
    told = {
        "t": second, "customer": chance.integers(0, 300, count), "terminal": terminal,
        "cents": chance.integers(100, 9_000, count), "fraud": (terminal == 3) & (chance.random(count) < 0.9),
    }  # fmt: skip
    path = folder / "book.npz"
    np.savez(path, **told)
    return path


def test_the_handbook_s_payments_are_ours_for_a_moment(tmp_path: Path) -> None:
    mine = paid(1)
    columns = handbook.read(book(tmp_path))
    week = handbook.week(columns)
    assert list(Sighting.objects.values_list("attempt_id", flat=True)) == [mine]
    assert not Label.objects.exists()
    days = range(handbook.TRAIN_FROM, handbook.TRAIN_FROM + 7)
    inside = [bool(bad) for t, bad in zip(columns["t"], columns["fraud"], strict=True) if t // 86_400 in days]
    assert sorted(row.is_fraud for row in week.learned) == sorted(inside)
    assert {row.as_of.date().isoformat() for row in week.learned} <= {f"2018-07-{day}" for day in range(25, 32)}
    assert {row.as_of.date().isoformat() for row in week.judged} <= {f"2018-08-{day:02d}" for day in range(8, 15)}
    shop_frauds = BY_NAME["shop_frauds_7d"].position - 1
    tapped = [row.values[shop_frauds] or 0 for row in week.judged if row.is_fraud]
    assert sum(tapped) / len(tapped) > 700_000


def test_customers_whose_fraud_was_known_are_not_judged(tmp_path: Path) -> None:
    columns = handbook.read(book(tmp_path))
    week = handbook.week(columns)
    told = zip(columns["t"], columns["customer"], columns["fraud"], strict=True)
    frauds = [(t // 86_400, customer) for t, customer, bad in told if bad and t >= handbook.TRAIN_FROM * 86_400]
    for judged in week.judged:
        day = (judged.as_of - handbook.START).days
        assert all(day - found < 8 for found, customer in frauds if customer == judged.group)
    assert len(week.judged) < sum(t >= (handbook.TRAIN_FROM + 14) * 86_400 for t in columns["t"])


def said(name: str, *arguments: str) -> Any:
    """What a command answers."""
    out = StringIO()
    call_command(name, *arguments, "--json", stdout=out)
    return json.loads(out.getvalue())


def test_the_benchmark_says_that_its_data_are_simulated_and_refuses_what_is_no_book(tmp_path: Path) -> None:
    answer = said("fraud_benchmark", "--handbook", str(book(tmp_path)), "--seeds", "2")
    assert (answer["is_simulated"], len(answer["seeds"])) == (True, 2)
    assert answer["mean"]["auc"] > 800_000
    out = StringIO()
    call_command("fraud_benchmark", "--handbook", str(book(tmp_path)), "--seeds", "1", stdout=out)
    assert out.getvalue().startswith("Simulated data")
    assert "Random forest (published)              0.867     0.658     0.287" in out.getvalue()
    for wrong in (("--handbook", str(tmp_path / "none.npz")), ("--handbook", str(book(tmp_path)), "--seeds", "0")):
        with pytest.raises(CommandError) as refusal:
            call_command("fraud_benchmark", *wrong)
        assert refusal.value.returncode == 2


def a_past(frauds: int) -> None:
    """Forty days: the large ones are fraud."""
    chance = np.random.default_rng(2)
    for number in range(1, 801):
        at = NOON + number * timedelta(hours=1)
        is_fraud = number % (800 // frauds) == 0
        amount = int(chance.integers(50_000, 90_000) if is_fraud else chance.integers(100, 9_000))
        paid(number, at=at, customer_id=number % 50, amount=amount)
        if is_fraud:
            fraud(number, observed_at=at + DAY)


def test_a_model_is_trained_measured_kept_once_and_found_good_again() -> None:
    a_past(80)
    arguments = ("--from-history", "--simulated", "--until", "2026-04-30")
    answer = said("fraud_train", *arguments)
    assert (answer["is_new"], answer["is_simulated"]) == (True, True)
    assert answer["auc"] > 950_000
    model = ScoringModel.objects.get()
    assert model.trained_until == NOON + timedelta(hours=640) - 7 * DAY
    assert said("fraud_train", *arguments)["is_new"] is False
    promote(model.pk, by=row(User))
    found = said("fraud_evaluate")
    assert (found["model"], found["payments"], found["frauds"]) == (model.pk, 800, 80)
    assert found["auc"] > 950_000
    assert said("fraud_evaluate", "--since", "2026-03-20", "--model", str(model.pk))["payments"] < 500


def test_with_too_few_frauds_nothing_is_kept_and_the_exit_says_so() -> None:
    a_past(10)
    with pytest.raises(CommandError, match="the rules decide alone") as refusal:
        call_command("fraud_train", "--from-history", "--until", "2026-04-30")
    assert refusal.value.returncode == 3
    assert not ScoringModel.objects.exists()


def test_nothing_to_learn_from_and_nobody_to_ask_are_misuse() -> None:
    for command, *arguments in (["fraud_train"], ["fraud_evaluate"]):
        with pytest.raises(CommandError, match="no payments") as refusal:
            call_command(command, *arguments)
        assert refusal.value.returncode == 2
    paid(1)
    kept()
    for arguments in ([], ["--model", "999999"]):
        with pytest.raises(CommandError, match="no model to ask") as refusal:
            call_command("fraud_evaluate", *arguments)
        assert refusal.value.returncode == 2
    with pytest.raises(CommandError, match="a beginning before"):
        call_command("fraud_train", "--from-history", "--until", "2026-04-30", "--measure-from", "2027-01-01")


def test_temporary_tables_do_not_outlive_their_transaction(tmp_path: Path) -> None:
    handbook.week(handbook.read(book(tmp_path)))
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('pg_temp.fraud_sighting')")
        assert cursor.fetchone() == (None,)
