"""Pages of models: what one learned from and how well it does; a second person makes it live and takes it back."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from config.staff.models import User
from config.staff.roles import Role
from fraud.scoring.models import ModelState, ScoringModel
from fraud.scoring.services.promotion import promote
from tests.cast import person
from tests.fraud.scoring.models import kept
from tests.payments.valid_rows import row

pytestmark = pytest.mark.django_db
METRICS = {"auc": 901_000, "ap": 682_000, "cp100": 296_000, "value_at_1pct": 853_000, "recall_at_1pct": 700_000}


@pytest.fixture
def lead() -> Client:
    client = Client()
    client.force_login(person(Role.FRAUD_LEAD))
    return client


def shown(client: Client, model: ScoringModel) -> str:
    return client.get(reverse("scores:model", args=[model.pk])).content.decode()


def done(client: Client, act: str, model: ScoringModel) -> str:
    return client.post(reverse(f"scores:{act}", args=[model.pk]), follow=True).content.decode()


def test_the_list_says_how_well_each_does_and_what_it_learned_from(lead: Client) -> None:
    kept(metrics=METRICS)
    kept(2.0, is_simulated=False)
    page = lead.get(reverse("scores:models")).content.decode()
    for words in ("85.3%", "Simulated", "Real", "Candidate"):
        assert words in page
    only_live = lead.get(reverse("scores:models"), {"state": ModelState.LIVE}).content.decode()
    assert "85.3%" not in only_live


def test_a_model_says_everything_and_that_its_data_are_simulated(lead: Client) -> None:
    page = shown(lead, kept(metrics=METRICS))
    for words in (
        "Trained on simulated data: expect far less of real payments.", "68.2%", "20.0%",
        "never by the score alone", "Device new for the customer", "Make it score",
    ):  # fmt: skip
        assert words in page
    assert "simulated" not in shown(lead, kept(2.0, is_simulated=False))


def test_a_model_is_made_live_and_taken_back(lead: Client) -> None:
    first, second = kept(1.0), kept(2.0)
    assert "The model scores from now on." in done(lead, "promote", first)
    assert "leaves the decision to the rules alone" in shown(lead, first)
    done(lead, "promote", second)
    assert f"Going back makes {first.sha256[:12]} score again." in shown(lead, second)
    assert "Somebody was faster: the model scores already." in done(lead, "promote", second)
    assert "The model before scores again." in done(lead, "roll_back", second)
    assert "Somebody was faster: the model does not score any more." in done(lead, "roll_back", second)
    assert "The rules decide alone from now on." in done(lead, "roll_back", first)


def test_nobody_promotes_their_own_and_nothing_broken_is_promoted() -> None:
    trainer = person(Role.FRAUD_LEAD)
    client = Client()
    client.force_login(trainer)
    own, broken = kept(trained_by=trainer), kept(2.0, schema_hash="0" * 64)
    assert "Make it score" not in shown(client, own)
    assert "Nobody promotes their own model. Ask another person." in done(client, "promote", own)
    assert "Make it score" not in shown(client, broken)
    assert "The features have changed since it was trained" in done(client, "promote", broken)
    assert not ScoringModel.objects.filter(state=ModelState.LIVE).exists()


def test_an_analyst_only_looks(lead: Client) -> None:
    client = Client()
    client.force_login(person(Role.FRAUD_ANALYST))
    model = kept()
    assert "Make it score" not in shown(client, model)
    for act in ("promote", "roll_back"):
        assert client.post(reverse(f"scores:{act}", args=[model.pk])).status_code == 403
    assert client.get(reverse("scores:model", args=[10**9])).status_code == 404


def test_the_list_asks_as_much_for_many_as_for_few(
    lead: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    def asked() -> int:
        with django_assert_max_num_queries(30) as context:
            lead.get(reverse("scores:models"))
        return len(context)

    by = row(User)
    kept(1.0)
    lead.get(reverse("scores:models"))
    few = asked()
    for weight in range(2, 12):
        promote(kept(float(weight)).pk, by=by)
    assert asked() == few
