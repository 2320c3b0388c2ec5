"""From signed webhooks to matched days: what is told at the door and through the API, held against the same statements.

One simulated merchant, three ledgers: filled by exports, by events alone, and by both. The second and third are filled
through a real server, in any order and partly twice.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from pytest_django.live_server_helper import LiveServer

from payments.intake import doors
from payments.intake.configuration import configuration_rules
from payments.intake.models import DeliveryState, InboxDelivery
from payments.intake.routing import CONFIGURATION
from payments.intake.scopes import Scope
from payments.intake.services.drain import drain
from payments.intake.services.keys import NewKey, issue
from payments.intake.services.reading_back import read_back
from payments.ledger.models import Checkout, Movement, Payment
from payments.methods.models import Provider, SecretPurpose
from payments.methods.services import secrets
from payments.methods.services.configuration import apply_configuration
from payments.settlement.selectors import snapshot
from payments.settlement.services.reconcile import reconcile_everything
from payments.simulator.events.days import told_movements
from payments.simulator.expectations import truth_of
from payments.simulator.replay.reading import told_in
from payments.simulator.replay.toss_api import TossBooks, serving
from payments.simulator.score import score
from payments.simulator.simulation import Request, Simulation, World
from payments.simulator.truth import Ledger
from payments.simulator.writing import write

pytestmark = pytest.mark.django_db(transaction=True)

ADYEN_KEY = "44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056"


class _TakenBack(Exception):
    pass


@dataclass(frozen=True)
class Merchant:
    """A simulated merchant and the folder of its statements, without our ledger's exports."""

    world: World
    folder: Path
    statements: Path


@pytest.fixture
def merchant(tmp_path: Path, settings: Any) -> Merchant:
    settings.MEDIA_ROOT = tmp_path / "stored"
    world = Simulation(Request(6, date(2026, 7, 1), 7, 20)).run()
    write(world, tmp_path / "all")
    statements = tmp_path / "statements"
    statements.mkdir()
    for name in ("statements", "bank"):
        (tmp_path / "all" / name).rename(statements / name)
    return Merchant(world, tmp_path / "all", statements)


@pytest.fixture
def toss_api(merchant: Merchant) -> Iterator[str]:
    with serving(TossBooks(told_in(merchant.folder, providers=["toss"]))) as address:
        yield address


def configure(merchant: Merchant, toss_api: str) -> None:
    told = (merchant.folder / CONFIGURATION).read_text()
    if toss_api not in told:
        told = told.replace('event_adapter = "toss"', f'event_adapter = "toss"\napi_address = "{toss_api}"')
    for folder in (merchant.folder, merchant.statements):
        (folder / CONFIGURATION).write_text(told)
    apply_configuration(told.encode(), configuration_rules(), name=CONFIGURATION, by=None)


def import_folder(folder: Path) -> None:
    call_command("import_folder", str(folder), stdout=StringIO())


def pairs() -> set[tuple[str, str]]:
    """Which line of which provider is matched."""
    return {(match.provider, match.line_identity) for match in snapshot.take().matches}


def matched_by_exports(merchant: Merchant, toss_api: str) -> set[tuple[str, str]]:
    """What the exports alone come to; taken back."""
    found: set[tuple[str, str]] = set()
    try:
        with transaction.atomic():
            configure(merchant, toss_api)
            import_folder(merchant.folder)
            import_folder(merchant.statements)
            reconcile_everything(as_of=merchant.world.request.as_of)
            assert score(truth_of(merchant.world), snapshot.take()).is_perfect
            found = pairs()
            raise _TakenBack
    except _TakenBack:
        return found


def replay(merchant: Merchant, url: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    for provider in Provider.objects.filter(event_adapter="adyen"):
        secrets.add(provider, SecretPurpose.WEBHOOK, ADYEN_KEY, by=None)
        monkeypatch.setenv(f"WEBHOOK_SECRET_{provider.code.upper().replace('-', '_')}", ADYEN_KEY)
    secrets.add(Provider.objects.get(code="toss"), SecretPurpose.API, "test_sk_simulated", by=None)
    key = issue(NewKey("shop", [Scope.CHECKOUTS_WRITE, Scope.PAYMENTS_WRITE]), by=None)
    monkeypatch.setenv("SHOPS_KEY", key.secret)
    monkeypatch.setattr(doors, "_known", doors._Known({}, 0.0))
    output = StringIO()
    arguments = ["--url", url, "--rate", "0", "--shuffle", "--repeat", "--json"]
    call_command(
        "replay_simulation", str(merchant.folder), *arguments, "--api-key-from-environment", "SHOPS_KEY", stdout=output
    )
    told: dict[str, Any] = json.loads(output.getvalue())
    return told


def drain_everything() -> None:
    drain()
    read_back()
    drain()


def test_the_days_match_whoever_fills_the_ledger(
    merchant: Merchant, toss_api: str, live_server: LiveServer, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.API_REQUESTS_PER_MINUTE = 0
    as_of = merchant.world.request.as_of
    by_exports = matched_by_exports(merchant, toss_api)

    configure(merchant, toss_api)
    sent = replay(merchant, live_server.url, monkeypatch)
    drain_everything()
    assert (sent["refused"], sent["items_refused"]) == ({}, 0)
    assert set(InboxDelivery.objects.values_list("state", flat=True)) == {DeliveryState.DONE}
    assert Counter(sent["taken"]).total() > InboxDelivery.objects.count() + Checkout.objects.count()

    # Statements and bank, and no export: every line finds its movement, but those whose telling was lost.
    import_folder(merchant.statements)
    reconcile_everything(as_of=as_of)
    by_events = truth_of(merchant.world, Ledger.EVENTS)
    found = score(by_events, snapshot.take())
    assert (found.missed, found.invented) == ([], [])
    movements = [movement for movement in merchant.world.movements if movement.is_exported]
    world = merchant.world
    told = {each.movement_key for plan in world.merchant.providers for each in told_movements(world, plan)}
    lost = {(one.provider, one.provider_key) for one in movements if one.movement_key not in told}
    assert lost
    assert by_exports - pairs() <= lost
    assert pairs() - by_exports == set()
    assert len(pairs()) > 90

    # The exports of the same days add what was lost, and nothing twice.
    import_folder(merchant.folder)
    reconcile_everything(as_of=as_of)
    found = score(truth_of(merchant.world, Ledger.BOTH), snapshot.take())
    assert (found.missed, found.invented) == ([], [])
    assert pairs() == by_exports
    assert Movement.objects.count() == len(movements)
    assert Payment.objects.filter(status="captured").exists()
