"""Whatever is wrong with a body, translating it says so or tells nothing, and no card number gets out of it."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.facts import NeutralEvent
from payments.intake.masking import masked
from payments.providers.adyen.event_codes import READINGS
from payments.providers.event_fields import EventFields
from payments.providers.events import EVENT_ADAPTERS, Untranslatable
from payments.providers.portone.payments import payment_events as portone_events
from payments.providers.toss.payments import payment_events as toss_events
from tests.payments.providers.events.bodies import (
    CARD,
    ERROR,
    TERMS,
    TOSS,
    VOUCHER,
    adyen,
    charge,
    dispute,
    intent,
    portone,
    refund,
    standard,
    stripe,
)


def with_card(value: Any, path: tuple[Any, ...]) -> Any:
    """The same with a card number at one place."""
    if not path:
        return CARD
    copied = dict(value) if isinstance(value, dict) else list(value)
    copied[path[0]] = with_card(value[path[0]], path[1:])
    return copied


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    if inner is None:
        return [path]
    return [found for key, each in inner for found in places(each, (*path, key))]


REFERENCES = {"id", "payment_intent", "charge", "pgTxId", "transactionId", "approveNo"}


@pytest.mark.parametrize(
    "path",
    [
        path
        for path in places(charge(status="failed", failure_message="x", failure_code="y"))
        if path[-1] not in REFERENCES
    ],
)
def test_no_card_number_gets_out_of_a_stripe_charge(path: tuple[Any, ...]) -> None:
    subject = with_card(charge(status="failed", failure_message="x", failure_code="y"), path)
    with contextlib.suppress(Untranslatable):
        assert CARD not in repr(stripe("charge.failed", subject))


@pytest.mark.parametrize("path", [path for path in places(portone()) if path[-1] not in REFERENCES])
def test_no_card_number_gets_out_of_a_portone_payment(path: tuple[Any, ...]) -> None:
    with contextlib.suppress(Untranslatable):
        assert CARD not in repr(portone_events(EventFields(with_card(portone(), path)), TERMS))


SHOPS_OWN: tuple[Callable[[str], object], ...] = (
    lambda own: adyen("AUTHORISATION", merchantReference=own),
    lambda own: adyen("AUTHORISATION", additionalData={"shopperReference": own}),
    lambda own: standard(data={"merchant_reference": own, "amount": 1, "currency": "KRW"}),
    lambda own: standard(data={"merchant_reference": "A", "customer": own, "amount": 1, "currency": "KRW"}),
    lambda own: stripe("charge.succeeded", charge(metadata={"order_id": own})),
    lambda own: portone_events(EventFields(portone(id=own)), TERMS),
    lambda own: read_toss(EventFields.of(json.dumps({**TOSS, "orderId": own}).encode())),
)


@pytest.mark.parametrize("tell", SHOPS_OWN)
def test_an_id_of_the_shop_is_judged_like_any_text(tell: Callable[[str], object]) -> None:
    for own, why in ((CARD, "looks like a card number"), ("[card …1111]", "was blotted out when it came")):
        with pytest.raises(Untranslatable, match=why):
            tell(own)
    assert "A" + CARD in repr(tell("A" + CARD))


def test_an_id_of_the_provider_may_be_sixteen_digits() -> None:
    assert CARD in repr(adyen("CAPTURE", pspReference=CARD, originalReference=CARD))
    item = json.dumps({"pspReference": CARD, "merchantReference": CARD}).encode()
    kept = json.loads(masked(item, EVENT_ADAPTERS["adyen"].reference_fields))
    assert kept == {"pspReference": CARD, "merchantReference": "[card …1111]"}


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text()
    | st.sampled_from(["ch_1", "EUR", CARD]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
SUBJECTS: dict[str, Any] = {
    "charge.succeeded": charge(), "charge.captured": charge(), "charge.refunded": charge(refunds={"data": [refund()]}),
    "payment_intent.succeeded": intent(), "payment_intent.payment_failed": intent(status="requires_payment_method", last_payment_error=ERROR),
    "payment_intent.requires_action": intent(status="requires_action", next_action=VOUCHER),
    "refund.failed": refund(status="failed", failure_balance_transaction="t"), "charge.dispute.closed": dispute(),
}  # fmt: skip


def damaged(value: Any, path: tuple[Any, ...], junk: Any) -> Any:
    if not path:
        return junk
    copied = dict(value) if isinstance(value, dict) else list(value)
    copied[path[0]] = damaged(value[path[0]], path[1:], junk)
    return copied


@given(data=st.data(), junk=JSON)
def test_only_untranslatable_comes_out_of_a_damaged_event(data: st.DataObject, junk: Any) -> None:
    name = data.draw(st.sampled_from(sorted(SUBJECTS)))
    paths = places(SUBJECTS[name])
    path = data.draw(
        st.sampled_from(sorted({path[:length] for path in paths for length in range(1, len(path) + 1)}, key=repr))
    )
    with contextlib.suppress(Untranslatable):
        stripe(name, damaged(SUBJECTS[name], path, junk))


ADYEN_ITEM = {"pspReference": "M1", "originalReference": "P1", "merchantReference": "A", "amount": {"currency": "EUR", "value": 1},
              "eventDate": "2026-07-31T05:00:00+02:00", "success": "true", "reason": "x", "operations": ["CAPTURE"],
              "additionalData": {"installments.value": "3", "cardSummary": "1111", "authCode": "1"}}  # fmt: skip


@given(code=st.sampled_from(sorted(READINGS)), field=st.sampled_from(sorted(ADYEN_ITEM)), junk=JSON)
def test_only_untranslatable_comes_out_of_a_damaged_item(code: str, field: str, junk: Any) -> None:
    with contextlib.suppress(Untranslatable):
        adyen(code, **{**ADYEN_ITEM, field: junk})


def read_toss(fields: EventFields) -> tuple[NeutralEvent, ...]:
    return toss_events(fields, TERMS, "t1")


def read_portone(fields: EventFields) -> tuple[NeutralEvent, ...]:
    return portone_events(fields, TERMS)


READ_BACK: tuple[tuple[dict[str, Any], Callable[[EventFields], tuple[NeutralEvent, ...]]], ...] = (
    (TOSS, read_toss),
    (portone(), read_portone),
)


@given(data=st.data(), junk=JSON)
def test_only_untranslatable_comes_out_of_a_damaged_payment(data: st.DataObject, junk: Any) -> None:
    for whole, read in READ_BACK:
        path = data.draw(st.sampled_from(sorted(places(whole), key=repr)))
        with contextlib.suppress(Untranslatable):
            read(EventFields.of(json.dumps(damaged(whole, path, junk)).encode()))


@pytest.mark.parametrize("code", EVENT_ADAPTERS)
@pytest.mark.parametrize(
    "body",
    [
        b"", b"null", b"[]", b"{", b"\xff\xfe", b'"x"', b"[" * 100_000, b'{"a":' * 100_000, b'{"type":"x","type":"y"}',
        b'{"type":"refund.created","id":"e","created":NaN}', b'{"id":' + b"9" * 5000 + b"}", b'{"id":1e999999999}',
        b'{"type":1}', b'{"eventType":[]}', b'{"eventCode":{}}', b"{}\x00",
    ],
)  # fmt: skip
def test_hostile_bodies_are_untranslatable_or_tell_nothing(code: str, body: bytes) -> None:
    adapter = EVENT_ADAPTERS[code]
    for read in (lambda: adapter.translate(body, TERMS), lambda: adapter.reference_to_read(body)):
        with contextlib.suppress(Untranslatable):
            assert read() in ((), "")
