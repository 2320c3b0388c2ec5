"""Sightings and sums stay in step with the facts: told in parts, twice, corrected, moved and taken back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db.models import Sum

from fraud.features.keys import key_of, network_of
from fraud.features.models import KeyHour, KeyKind, Sighting
from fraud.features.services.backfilling import count_what_was_told
from fraud.features.services.sightings import keep
from fraud.labels.models import LabelSource
from fraud.labels.services.telling import Told
from fraud.labels.services.telling import tell as tell_labels
from payments.facts import AttemptResult, CheckoutFact, CustomerFact, EventKind, Instrument
from payments.ledger.models import Attempt, Payment
from payments.ledger.pipeline import Changed
from payments.ledger.services.record import record
from tests.payments.ledger.telling import NOON, make_provider, tell, tell_all

pytestmark = pytest.mark.django_db
CARD = Instrument(brand="visa", last4="1111", bin="411111", fingerprint="f-1")
CHECKOUT = CheckoutFact(
    "A-1", 10_000, "KRW", NOON, customer=CustomerFact("c-1", email="A@example.com"), country="KR", channel="app",
    shipping_address="Seoul 1",
)  # fmt: skip


def started(minute: float = 0, **values: Any) -> Any:
    """The shop begins an attempt."""
    told = {"shop_attempt": "try-1", "amount": 10_000, "ip": "203.0.113.9", "device": "d-1", "instrument": CARD}
    return tell(EventKind.ATTEMPT_STARTED, minute, by_shop=True, **(told | values))


def failed(minute: float, **values: Any) -> Any:
    """The provider declines it."""
    told = {"shop_attempt": "try-1", "result": AttemptResult.DECLINED_HARD}
    return tell(EventKind.FAILED, minute, by_shop=True, **(told | values))


def sums() -> dict[tuple[int, int | None, int], tuple[int, ...]]:
    """Attempts, failed and refunds by kind, key and hours after noon."""
    found: dict[tuple[int, int | None, int], tuple[int, ...]] = {}
    for each in KeyHour.objects.order_by("pk"):
        name = (each.kind, each.key, (each.hour_at - NOON) // timedelta(hours=1))
        before = found.get(name, (0, 0, 0))
        added = (each.attempts, each.failed, each.refunds)
        found[name] = tuple(a + b for a, b in zip(before, added, strict=True))
    return {name: counts for name, counts in found.items() if any(counts)}


def test_everything_a_payment_is_known_by_is_seen() -> None:
    make_provider()
    record([started(), failed(61)], checkouts=[CHECKOUT])
    seen = Sighting.objects.get()
    attempt = Attempt.objects.get()
    assert (seen.attempt_id, seen.payment_id, seen.at) == (attempt.pk, attempt.payment_id, NOON)
    assert seen.customer_id == Payment.objects.get().customer_id == key_of(KeyKind.CUSTOMER, "c-1")
    assert seen.instrument == key_of(KeyKind.INSTRUMENT, "f-1")
    assert seen.device == key_of(KeyKind.DEVICE, "d-1")
    assert seen.ip == key_of(KeyKind.IP, "203.0.113.9")
    assert seen.network == network_of("203.0.113.77")
    assert seen.email == key_of(KeyKind.EMAIL, " a@EXAMPLE.com")
    assert seen.address == key_of(KeyKind.ADDRESS, "seoul  1")
    assert seen.shop == key_of(KeyKind.SHOP, "app")
    assert (seen.amount, seen.currency, seen.bin) == (10_000, "KRW", "411111")
    assert seen.failed_at == NOON + timedelta(minutes=61)
    assert seen.refunded_at is None
    assert sums() == {
        (KeyKind.IP, seen.ip, 0): (1, 0, 0), (KeyKind.IP, seen.ip, 1): (0, 1, 0),
        (KeyKind.SHOP, seen.shop, 0): (1, 0, 0), (KeyKind.SHOP, seen.shop, 1): (0, 1, 0),
    }  # fmt: skip


def test_what_is_not_told_is_no_key() -> None:
    make_provider()
    record([started(ip="", device="", instrument=None)])
    seen = Sighting.objects.get()
    assert (seen.customer_id, seen.instrument, seen.device, seen.ip, seen.network) == (None,) * 5
    assert (seen.email, seen.address, seen.bin) == (None, None, "")
    assert seen.shop == key_of(KeyKind.SHOP, "stripe")


def test_a_card_without_a_fingerprint_is_known_by_its_digits() -> None:
    make_provider()
    record([started(instrument=replace(CARD, brand="Visa", fingerprint=""))])
    assert Sighting.objects.get().instrument == key_of(KeyKind.INSTRUMENT, "visa|411111|1111")


def test_extras_name_the_shop_and_the_first_telling_stands() -> None:
    make_provider()
    record([started(extra={"shop": "kiosk 7"})], checkouts=[CHECKOUT])
    record([failed(1, extra={"shop": "kiosk 8"})])
    assert Sighting.objects.get().shop == key_of(KeyKind.SHOP, "kiosk 7")


@pytest.mark.parametrize("ip", ["2001:db8::1", "::ffff:203.0.113.9", "2001:db8:0:0:1::1"])
def test_addresses_have_one_key_however_they_are_written(ip: str) -> None:
    make_provider()
    record([started(ip=ip)])
    seen = Sighting.objects.get()
    assert seen.ip == key_of(KeyKind.IP, ip)
    assert seen.network == network_of(ip)


def test_telling_it_in_parts_twice_or_at_once_is_the_same() -> None:
    make_provider()
    refund = tell(EventKind.REFUNDED, 200, by_shop=True, provider_key="re_1", amount=4_000)
    events = [
        started(instrument=None), failed(1), started(61, shop_attempt="try-2"),
        tell(EventKind.CAPTURED, 62, by_shop=True, shop_attempt="try-2", amount=10_000, provider_key="ch_1"), refund,
    ]  # fmt: skip
    for event in reversed(events):
        record([event, event])
    record([], checkouts=[CHECKOUT])
    in_parts = (list(Sighting.objects.order_by("at").values()), sums())
    customer = in_parts[0][0]["customer_id"]
    assert in_parts[1][KeyKind.CUSTOMER, customer, 3] == (0, 0, 1)
    assert [each["refunded_at"] for each in in_parts[0]] == [NOON + timedelta(minutes=200)] * 2

    Sighting.objects.all().delete()
    KeyHour.objects.all().delete()
    keep(Changed(payments=(Payment.objects.get().pk,)))
    assert (list(Sighting.objects.order_by("at").values()), sums()) == in_parts


def test_an_attempt_that_is_gone_is_seen_no_longer() -> None:
    make_provider()
    record([started(), started(5, shop_attempt="try-2")])
    assert Sighting.objects.count() == 2
    Attempt.objects.filter(shop_reference="try-2").delete()
    keep(Changed(payments=(Payment.objects.get().pk,)))
    assert Sighting.objects.count() == 1
    assert set(sums().values()) == {(1, 0, 0)}


def test_an_attempt_keeps_the_address_that_its_customer_had_then() -> None:
    make_provider()
    record([started()], checkouts=[CHECKOUT])
    then = key_of(KeyKind.EMAIL, "a@example.com")
    moved = replace(CHECKOUT, merchant_reference="A-2", customer=CustomerFact("c-1", email="thief@example.com"))
    record([started(9, merchant_reference="A-2")], checkouts=[moved])
    record([tell(EventKind.CAPTURED, 62, by_shop=True, shop_attempt="try-1", amount=10_000, provider_key="ch_1")])
    found = Sighting.objects.order_by("at").values_list("email", flat=True)
    assert list(found) == [then, key_of(KeyKind.EMAIL, "thief@example.com")]


def test_what_was_told_counts_for_keys_that_become_known_later() -> None:
    """A statement tells of a dispute before the provider tells of the card."""
    make_provider()
    record([started(instrument=replace(CARD, fingerprint=""), device="")])
    payment = Payment.objects.get().pk
    told = [
        Told(payment, source, True, NOON, f"by/{source}") for source in (LabelSource.CHARGEBACK, LabelSource.CUSTOMER)
    ]
    tell_labels(told, by=None)
    weak, strong = key_of(KeyKind.INSTRUMENT, "visa|411111|1111"), key_of(KeyKind.INSTRUMENT, "f-1")
    assert frauds()[KeyKind.INSTRUMENT, weak] == (1, 1)
    for _ in range(2):
        record([started(5)], checkouts=[CHECKOUT])
        record([failed(6)])
    found = frauds()
    assert (KeyKind.INSTRUMENT, weak) not in found
    assert set(found.values()) == {(1, 1)}
    assert {kind for kind, _ in found} == set(KeyKind)
    assert found[KeyKind.INSTRUMENT, strong] == (1, 1)
    assert count_what_was_told() == 0


def test_sums_that_lack_what_was_told_are_brought_in_line_once() -> None:
    make_provider()
    record([started()], checkouts=[CHECKOUT])
    tell_labels([Told(Payment.objects.get().pk, LabelSource.CUSTOMER, True, NOON, "by/1")], by=None)
    right = frauds()
    KeyHour.objects.filter(kind=KeyKind.DEVICE).update(frauds=0)
    KeyHour.objects.create(kind=KeyKind.DEVICE, key=7, hour_at=NOON, frauds=3)
    assert (count_what_was_told(), count_what_was_told()) == (2, 0)
    assert frauds() == right


def frauds() -> dict[tuple[int, int | None], tuple[int, int]]:
    """Frauds and disputes by kind and key."""
    found = KeyHour.objects.values_list("kind", "key").annotate(Sum("frauds"), Sum("disputes")).order_by("kind", "key")
    return {(kind, key): told for kind, key, *told_ in found if any(told := (told_[0], told_[1]))}


def test_nothing_is_written_when_nothing_differs() -> None:
    make_provider()
    tell_all([started()])
    rows = KeyHour.objects.count()
    keep(Changed(payments=(Payment.objects.get().pk,)))
    assert KeyHour.objects.count() == rows


@pytest.mark.parametrize("count", [1, 40])
def test_a_batch_is_one_statement(count: int, django_assert_num_queries: Any) -> None:
    make_provider()
    record([started(each, merchant_reference=f"A-{each}") for each in range(count)])
    ids = tuple(Payment.objects.values_list("pk", flat=True))
    Sighting.objects.all().delete()
    with django_assert_num_queries(1):
        keep(Changed(payments=ids))
    assert Sighting.objects.count() == count


def test_it_is_kept_in_the_transaction_that_records() -> None:
    assert "fraud.features.services.sightings.keep" in settings.LEDGER_PIPELINE
