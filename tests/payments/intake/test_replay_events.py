"""`manage.py replay_events`: what was set aside waits again, as much of it as was asked for, with a trace."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from payments.intake.models import InboxDelivery
from payments.records.models import AuditEvent
from tests.payments.intake.doors import states
from tests.payments.valid_rows import row

pytestmark = pytest.mark.django_db


@pytest.fixture
def deliveries() -> list[InboxDelivery]:
    """Two set aside at one provider, one at another, one done."""
    from payments.methods.models import Provider

    stripe, toss = (row(Provider, code=code, event_adapter=code) for code in ("stripe", "toss"))
    return [
        InboxDelivery.objects.create(
            provider=provider, event_id=f"e{n}", body=b"{}", state=state, tries=5, error="old",
            is_verified=provider is stripe, needs_read_back=provider is toss,
        )
        for n, (provider, state) in enumerate(
            [(stripe, "set_aside"), (stripe, "set_aside"), (toss, "set_aside"), (stripe, "done")]
        )
    ]  # fmt: skip


def run(*arguments: Any) -> str:
    out = io.StringIO()
    call_command("replay_events", *map(str, arguments), stdout=out)
    return out.getvalue().strip()


def test_all_that_was_set_aside(deliveries: list[InboxDelivery]) -> None:
    assert run() == "3 deliveries wait again"
    assert states() == ["waiting", "waiting", "unverified", "done"]
    assert set(InboxDelivery.objects.exclude(state="done").values_list("tries", "error")) == {(0, "")}
    trail = AuditEvent.objects.get(verb="delivery.replayed")
    assert (trail.reason, trail.detail["count"]) == ("replay_events", 3)


@pytest.mark.parametrize(
    ("arguments", "count"),
    [
        (["--provider", "stripe"], 2),
        (["--provider", "toss"], 1),
        (["--since", "2000-01-01"], 3),
        (["--since", "2999-01-01T09:00+09:00"], 0),
        (["--state", "parked"], 0),
    ],
)
def test_a_part_of_it(deliveries: list[InboxDelivery], arguments: list[str], count: int) -> None:
    assert json.loads(run(*arguments, "--json")) == {"replayed": count}
    assert states().count("set_aside") == 3 - count
    assert AuditEvent.objects.filter(verb="delivery.replayed").count() == (1 if count else 0)


def test_single_ones(deliveries: list[InboxDelivery]) -> None:
    assert run("--id", deliveries[1].pk, "--id", deliveries[3].pk) == "1 deliveries wait again"
    assert states() == ["set_aside", "waiting", "set_aside", "done"]


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["--provider", "nobody"], "nobody"),
        (["--since", "yesterday"], "yesterday"),
        (["--state", "done"], r"invalid choice: 'done' \(choose from '?ignored'?, '?parked'?, '?set_aside'?\)"),
        (["--id", "one"], "one"),
    ],
)
def test_what_is_meant_by_nothing_is_refused(deliveries: list[InboxDelivery], arguments: list[str], word: str) -> None:
    with pytest.raises(CommandError, match=word):
        run(*arguments)
    assert states().count("set_aside") == 3
