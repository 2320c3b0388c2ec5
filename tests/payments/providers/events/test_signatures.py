"""Signatures are checked against those of the providers' own libraries, and nothing altered gets through."""

from __future__ import annotations

import contextlib
import copy
import json
from datetime import UTC, datetime, timedelta

import Adyen.util
import portone_server_sdk.webhook
import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.providers.events import (
    EVENT_ADAPTERS,
    BadSignature,
    DeliveryRefused,
    Item,
    RawDelivery,
    Stale,
    Unreadable,
)
from payments.providers.signing import TOLERANCE
from tests.payments.providers.events.signed import (
    ADYEN_KEY,
    ITEM,
    NOW,
    PAYOUT,
    SIGNED,
    STANDARD_SECRET,
    STRIPE_BODY,
    STRIPE_SECRET,
    TOSS_KEY,
    adyen_delivery,
    adyen_item,
    standard_delivery,
    stripe_delivery,
    toss_delivery,
)


def open_(code: str, delivery: RawDelivery, *secrets: str) -> tuple[Item, ...]:
    return EVENT_ADAPTERS[code].open(delivery, secrets, NOW)


@pytest.mark.parametrize("code", SIGNED)
def test_what_the_official_library_signs_is_taken(code: str) -> None:
    make, secret = SIGNED[code]
    delivery = make()
    (item,) = open_(code, delivery, secret)
    assert item.is_verified
    assert item.body == delivery.body


def test_names_of_what_is_taken() -> None:
    assert open_("stripe", stripe_delivery(), STRIPE_SECRET) == (
        Item("evt_1", "charge.succeeded", STRIPE_BODY, is_verified=True),
    )
    (item,) = open_("standard_webhooks", standard_delivery(), STANDARD_SECRET)
    assert (item.event_id, item.event_type) == ("msg_1", "capture.succeeded")
    (item,) = open_("portone", SIGNED["portone"][0](), STANDARD_SECRET)
    assert (item.event_id, item.event_type, item.needs_read_back) == ("msg_1", "Transaction.Paid", True)


def test_portones_library_takes_what_ours_takes() -> None:
    body = '{"type":"Transaction.Paid","timestamp":"2026-07-31T03:00:00Z","data":{"storeId":"s","paymentId":"p","transactionId":"t"}}'
    now = datetime.now(UTC)
    delivery = standard_delivery(body, at=now)
    assert portone_server_sdk.webhook.verify(STANDARD_SECRET, body, delivery.headers)
    (item,) = EVENT_ADAPTERS["portone"].open(delivery, [STANDARD_SECRET], now)
    assert EVENT_ADAPTERS["portone"].reference_to_read(item.body) == "p"


@pytest.mark.parametrize("code", SIGNED)
def test_any_secret_that_holds_may_have_signed(code: str) -> None:
    make, secret = SIGNED[code]
    assert open_(code, make(), "whsec_b2xkIG9sZCBvbGQgb2xkIG9sZA==", "", "no base64!", secret)
    for others in ((), ("",), ("whsec_b2xkIG9sZCBvbGQgb2xkIG9sZA==",)):
        with pytest.raises(BadSignature):
            open_(code, make(), *others)


def test_one_of_several_signatures_of_a_header_is_enough() -> None:
    old = stripe_delivery(secret="whsec_other").headers["stripe-signature"]
    new = stripe_delivery().headers["stripe-signature"].split(",")[1]
    assert open_("stripe", RawDelivery({"stripe-signature": f"{old},v0=abc,{new}"}, STRIPE_BODY), STRIPE_SECRET)
    delivery = standard_delivery()
    other = standard_delivery(secret="whsec_b2xkIG9sZCBvbGQgb2xkIG9sZA==").headers["webhook-signature"]
    both = {**delivery.headers, "webhook-signature": f"{other} v1a,x {delivery.headers['webhook-signature']}"}
    assert open_("standard_webhooks", RawDelivery(both, delivery.body), STANDARD_SECRET)


@pytest.mark.parametrize("code", SIGNED)
@pytest.mark.parametrize("way", [1, -1])
def test_recordings_are_stale_in_both_directions(code: str, way: int) -> None:
    make, secret = SIGNED[code]
    assert open_(code, make(at=NOW + way * timedelta(seconds=TOLERANCE)), secret)
    with pytest.raises(Stale):
        open_(code, make(at=NOW + way * timedelta(seconds=TOLERANCE + 1)), secret)


@pytest.mark.parametrize("code", SIGNED)
def test_a_forged_old_delivery_is_forged_before_it_is_old(code: str) -> None:
    make, _ = SIGNED[code]
    with pytest.raises(BadSignature):
        open_(code, make(at=NOW - timedelta(days=1)), "whsec_b2xkIG9sZCBvbGQgb2xkIG9sZA==")


def flipped(data: bytes, place: int, bit: int) -> bytes:
    place %= len(data)
    return data[:place] + bytes([data[place] ^ (1 << bit)]) + data[place + 1 :]


@pytest.mark.parametrize("code", SIGNED)
@given(place=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_a_flipped_bit_of_the_body_is_refused(code: str, place: int, bit: int) -> None:
    make, secret = SIGNED[code]
    delivery = make()
    with pytest.raises(BadSignature):
        open_(code, RawDelivery(delivery.headers, flipped(delivery.body, place, bit)), secret)


@pytest.mark.parametrize("code", SIGNED)
@given(data=st.data())
def test_an_altered_character_of_a_header_is_refused(code: str, data: st.DataObject) -> None:
    make, secret = SIGNED[code]
    delivery = make()
    name = data.draw(st.sampled_from(sorted(delivery.headers)))
    value = delivery.headers[name]
    # Toss's first value is a wrong one by design, and the last character of base64 has bits that say nothing.
    first = value.rindex(",v1:") + 4 if name == "tosspayments-webhook-signature" else 0
    place = data.draw(st.integers(first, len(value) - (3 if "signature" in name else 1)))
    other = data.draw(st.characters(codec="ascii").filter(lambda character: character != value[place]))
    altered = value[:place] + other + value[place + 1 :]
    with pytest.raises((BadSignature, Stale)):
        open_(code, RawDelivery({**delivery.headers, name: altered}, delivery.body), secret)


@pytest.mark.parametrize("code", SIGNED)
@given(place=st.integers(0, 1000), letter=st.sampled_from("ABCxyz019"))
def test_another_secret_is_refused(code: str, place: int, letter: str) -> None:
    make, secret = SIGNED[code]
    head = len("whsec_")
    place = head + place % (len(secret) - head - 1)
    if secret[place] == letter:
        return
    with pytest.raises(BadSignature):
        open_(code, make(), secret[:place] + letter + secret[place + 1 :])


@pytest.mark.parametrize("missing", ["stripe-signature", "webhook-id", "webhook-timestamp", "webhook-signature"])
def test_missing_headers_are_refused(missing: str) -> None:
    code = "stripe" if missing.startswith("stripe") else "standard_webhooks"
    make, secret = SIGNED[code]
    delivery = make()
    with pytest.raises(BadSignature):
        open_(code, RawDelivery({k: v for k, v in delivery.headers.items() if k != missing}, delivery.body), secret)


def test_adyen_takes_what_its_library_signs() -> None:
    second = {
        **ITEM,
        "pspReference": "8515131751004934",
        "eventCode": "CAPTURE",
        "originalReference": "8515131751004933",
    }
    first, other = open_("adyen", adyen_delivery(adyen_item(), adyen_item(second)), "zz", ADYEN_KEY)
    assert (first.event_id, first.event_type) == ("AUTHORISATION:8515131751004933:true", "AUTHORISATION")
    assert other.event_id == "CAPTURE:8515131751004934:true"
    assert first.is_verified
    assert Adyen.util.is_valid_hmac_notification(json.loads(first.body), ADYEN_KEY)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("pspReference", "8515131751004934"),
        ("originalReference", "8515131751004934"),
        ("merchantAccountCode", "Other"),
        ("merchantReference", "A:2"),
        ("amount", {"currency": "EUR", "value": 1131}),
        ("amount", {"currency": "USD", "value": 1130}),
        ("eventCode", "REFUND"),
        ("success", "false"),
    ],
)
def test_adyen_refuses_every_altered_field_of_a_signed_item(field: str, value: object) -> None:
    with pytest.raises(BadSignature):
        open_("adyen", adyen_delivery(adyen_item(), {**adyen_item(), field: value}), ADYEN_KEY)


def test_adyen_refuses_an_item_whose_signed_text_is_divided_otherwise() -> None:
    # 8515131751004933::TestMerchant:A:1:1130:EUR:AUTHORISATION:true, with the account ending later.
    moved = {**adyen_item(), "merchantAccountCode": "TestMerchant:A", "merchantReference": "1"}
    assert Adyen.util.is_valid_hmac_notification(copy.deepcopy(moved), ADYEN_KEY)
    with pytest.raises(Unreadable):
        open_("adyen", adyen_delivery(moved), ADYEN_KEY)


@pytest.mark.parametrize("extra", [None, {}, {"hmacSignature": ""}, {"hmacSignature": "é"}])
def test_adyen_refuses_unsigned_items(extra: dict[str, str] | None) -> None:
    with pytest.raises(BadSignature):
        open_("adyen", adyen_delivery({**ITEM, "additionalData": extra}), ADYEN_KEY)


@pytest.mark.parametrize("body", [b"{}", b"[]", b'{"notificationItems":[]}', b'{"notificationItems":[{}]}', b"\xff"])
def test_adyen_refuses_what_is_no_batch(body: bytes) -> None:
    with pytest.raises(Unreadable):
        open_("adyen", RawDelivery({}, body), ADYEN_KEY)


def test_toss_leaves_unsigned_events_unverified_and_to_be_read_back() -> None:
    body = b'{"eventType":"PAYMENT_STATUS_CHANGED","createdAt":"x","data":{"paymentKey":"pk1","status":"DONE"}}'
    (item,) = open_("toss", RawDelivery({}, body), TOSS_KEY)
    assert (item.is_verified, item.needs_read_back) == (False, True)
    assert EVENT_ADAPTERS["toss"].reference_to_read(item.body) == "pk1"
    assert open_("toss", RawDelivery({}, body))[0].event_id == item.event_id


def test_toss_is_asked_about_a_payment_whose_event_came_signed_too() -> None:
    """What a payment event says is never taken as it stands, so it must not be passed over either."""
    body = b'{"eventType":"PAYMENT_STATUS_CHANGED","createdAt":"x","data":{"paymentKey":"pk1","status":"DONE"}}'
    (item,) = open_("toss", toss_delivery(body), TOSS_KEY)
    assert (item.is_verified, item.needs_read_back) == (True, True)
    (payout,) = open_("toss", toss_delivery(), TOSS_KEY)
    assert (payout.is_verified, payout.needs_read_back) == (True, False)


@pytest.mark.parametrize(
    ("body", "reference"),
    [
        (b'{"createdAt":"x","secret":"s","status":"DONE","transactionKey":"t","orderId":"o1"}', "order:o1"),
        (b'{"eventType":"DEPOSIT_CALLBACK","data":{"orderId":"o1","secret":"s"}}', "order:o1"),
        (b'{"eventType":"CANCEL_STATUS_CHANGED","data":{"paymentKey":"pk","orderId":"o1"}}', "pk"),
        (b'{"eventType":"METHOD_UPDATED","data":{"customerKey":"c"}}', ""),
    ],
)
def test_toss_names_what_to_ask_for(body: bytes, reference: str) -> None:
    (item,) = open_("toss", RawDelivery({}, body))
    assert EVENT_ADAPTERS["toss"].reference_to_read(item.body) == reference


def test_toss_refuses_its_signed_types_without_a_signature() -> None:
    with pytest.raises(BadSignature):
        open_("toss", RawDelivery({}, PAYOUT), TOSS_KEY)


def test_signed_but_not_json_is_unreadable() -> None:
    for code, delivery in (("stripe", stripe_delivery(b"[1]")), ("standard_webhooks", standard_delivery("{"))):
        with pytest.raises(Unreadable):
            open_(code, delivery, STRIPE_SECRET, STANDARD_SECRET)


@pytest.mark.parametrize("code", EVENT_ADAPTERS)
@given(
    headers=st.dictionaries(
        st.sampled_from(
            ["stripe-signature", "webhook-id", "webhook-timestamp", "webhook-signature",
             "tosspayments-webhook-signature", "tosspayments-webhook-transmission-time"]
        ),
        st.text() | st.sampled_from(["t=1,v1=a", "1785466800", "v1,eA==", "v1:eA==", "2026-07-31T03:00:00Z"]),
    ),
    body=st.binary() | st.sampled_from([b"{}", b'{"notificationItems":[{"NotificationRequestItem":{}}]}']),
)  # fmt: skip
def test_nothing_but_refusals_comes_out_of_a_foreign_delivery(code: str, headers: dict[str, str], body: bytes) -> None:
    with contextlib.suppress(DeliveryRefused):
        open_(code, RawDelivery(headers, body), STRIPE_SECRET, ADYEN_KEY, STANDARD_SECRET)


def test_refusals_say_why_in_the_words_of_the_inbox() -> None:
    assert {each.reason for each in (BadSignature, Stale, Unreadable)} == {"bad_signature", "stale", "unreadable"}
