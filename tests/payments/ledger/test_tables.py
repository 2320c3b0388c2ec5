"""Arrays as PostgreSQL writes them, and events as their rows keep them: what is read back is what was written."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from django.db import DataError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from payments.facts import AttemptResult, EventKind, Instrument, NeutralEvent
from payments.ledger.history import keep, restore
from payments.ledger.services.tables import array

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12)
SEOUL = timezone(timedelta(hours=9))


def read_back(kind: str, values: list[Any]) -> list[Any]:
    """What the server understands."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT unnest(%s::{kind}[])", [array(kind, values)])
        return [row[0] for row in cursor.fetchall()]


@pytest.mark.django_db
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.none() | TEXTS | st.sampled_from(['"', "\\", "NULL", "", ",", "{}", "\\x00", "it's", "%s"])))
def test_texts(values: list[str | None]) -> None:
    """Quotation marks, backslashes, commas, words that mean something, and nothing at all."""
    assert read_back("text", values) == values


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("bigint", [0, -1, 2**63 - 1, None]),
        ("smallint", []),
        ("boolean", [True, False, None]),
        ("timestamptz", [datetime(2026, 7, 1, 12, 0, 0, 123456, tzinfo=UTC), datetime(1, 1, 2, tzinfo=UTC), None]),
        ("timestamptz", [datetime(2026, 7, 1, 12, tzinfo=SEOUL)]),
        ("date", [date(2026, 2, 28), date(9999, 12, 31), None]),
    ],
)
def test_other_types(kind: str, values: list[Any]) -> None:
    """To the last digit."""
    assert read_back(kind, values) == values


@pytest.mark.django_db
def test_bytes() -> None:
    """Every byte there is."""
    values = [bytes(range(256)), b"", None]
    assert [None if each is None else bytes(each) for each in read_back("bytea", values)] == values


@pytest.mark.django_db
def test_a_zero_byte_is_an_error_and_cuts_nothing_off() -> None:
    """No text of PostgreSQL holds one."""
    with pytest.raises(DataError), transaction.atomic():
        read_back("text", ["a", "b\x00c"])


EVENTS = st.builds(
    NeutralEvent,
    source=st.sampled_from(["shop", "provider:stripe"]),
    source_event_id=st.just("e-1"),
    kind=st.sampled_from(EventKind),
    occurred_at=st.datetimes(timezones=st.sampled_from([UTC, SEOUL])),
    merchant_reference=TEXTS,
    amount=st.none() | st.integers(0, 2**63 - 1),
    currency=st.sampled_from(["", "KRW"]),
    result=st.none() | st.sampled_from(AttemptResult),
    instrument=st.none()
    | st.builds(Instrument, brand=st.just("visa"), last4=TEXTS, installment_months=st.integers(0, 12)),
    requested_at=st.none() | st.just(datetime(2026, 1, 1, tzinfo=UTC)),
    references=st.sampled_from([(), ("a",), ("b", "a")]),
    extra=st.sampled_from([{}, {"b": [1, {"a": None}]}, {"z": 0, "a": ""}]),
)


@given(EVENTS)
def test_an_event_is_read_back_as_it_was_told(event: NeutralEvent) -> None:
    """So that it does not matter whether a fold has it from memory or from its row."""
    kept = keep(event)
    found = restore(event.source, event.source_event_id, str(event.kind), event.occurred_at, json.loads(kept.body))
    assert found == event


def test_the_digest_of_an_event_never_changes() -> None:
    """Histories hold it: another one would make contradictions of all that is told again."""
    event = NeutralEvent(
        "provider:stripe", "evt_1", EventKind.CAPTURED, datetime(2026, 7, 1, 12, tzinfo=UTC), provider="stripe",
        merchant_reference="A-1", amount=0, currency="KRW", instrument=Instrument(brand="visa", last4="4242"),
        references=("ch_1", "pi_1"), extra={"livemode": True},
    )  # fmt: skip
    assert keep(event).digest.hex() == "5b70d039edbdc9517c92f42e6c39951b"
    assert json.loads(keep(event).body) == {
        "amount": 0, "currency": "KRW", "extra": {"livemode": True}, "instrument": {"brand": "visa", "last4": "4242"},
        "merchant_reference": "A-1", "provider": "stripe", "references": ["ch_1", "pi_1"],
    }  # fmt: skip
