"""The fold: any order, any repetition, one state; and what cannot be is seen."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.facts import AttemptResult, EventKind, Instrument, NeutralEvent
from payments.ledger.fold import fold
from payments.ledger.states import AttemptStatus, ConflictCode, PaymentStatus
from tests.payments.ledger.telling import tell

SPEAKING = frozenset({"stripe"})


@st.composite
def events(draw: st.DrawFn) -> NeutralEvent:
    """Any event of one payment, possible or not, by the provider or the shop, with few names so that they collide."""
    by_shop = draw(st.booleans())
    kind = draw(st.sampled_from(list(EventKind)))
    return tell(
        kind,
        draw(st.integers(0, 5)),
        by_shop=by_shop,
        source_event_id=f"e-{draw(st.integers(0, 40))}-{kind}-{by_shop}",
        provider=draw(st.sampled_from(["stripe", "", "toss"])) if by_shop else "stripe",
        attempt_reference=draw(st.sampled_from(["", "pi_1", "pi_2"])),
        shop_attempt=draw(st.sampled_from(["", "try-1", "try-2"])) if by_shop else "",
        provider_key="" if by_shop else draw(st.sampled_from(["", "k_1", "k_2"])),
        object_key=draw(st.sampled_from(["", "", "k_1"])),
        amount=draw(st.sampled_from([None, 0, 100, 250])),
        result=draw(st.sampled_from([None, *AttemptResult])) if kind is EventKind.FAILED else None,
        instrument=draw(st.sampled_from([None, Instrument(brand="visa"), Instrument(brand="mc", last4="4242")])),
    )


@given(st.lists(events(), min_size=1, max_size=9), st.randoms(use_true_random=False))
def test_any_order_and_any_repetition_is_one_state(told: list[NeutralEvent], chance: random.Random) -> None:
    """Whatever is told, possible or not."""
    unique = list({(event.source, event.source_event_id): event for event in told}.values())
    again = unique + chance.sample(unique, chance.randint(0, len(unique)))
    chance.shuffle(again)
    assert fold(again, speaking=SPEAKING) == fold(unique, speaking=SPEAKING)


@given(st.lists(events(), min_size=1, max_size=9), st.integers(1, 8))
def test_a_movement_once_told_is_never_taken_back(told: list[NeutralEvent], part: int) -> None:
    """What the first deliveries post is, by one of its names, among what all of them post."""
    unique = list({(event.source, event.source_event_id): event for event in told}.values())
    early = {movement.name for movement in fold(unique[:part], speaking=SPEAKING, currency="KRW").movements}
    late = fold(unique, speaking=SPEAKING, currency="KRW").movements
    assert early <= {name for movement in late for name in (movement.name, *movement.others)}


@given(st.lists(events(), min_size=1, max_size=9))
def test_no_two_rows_of_a_payment_have_one_name(told: list[NeutralEvent]) -> None:
    """They are written by their names, a batch in one statement."""
    state = fold(told, speaking=SPEAKING)
    for names in (
        [attempt.key for attempt in state.attempts],
        [refund.key for refund in state.refunds],
        [(dispute.provider, dispute.key) for dispute in state.disputes],
    ):
        assert len(set(names)) == len(names)


def test_an_id_whose_provider_another_event_names_is_the_same_attempt() -> None:
    told = [
        tell(EventKind.AUTHORIZED, 1, by_shop=True, provider="", attempt_reference="pi_1", amount=10_000),
        tell(EventKind.AUTHORIZED, 2, attempt_reference="pi_1", amount=10_000),
    ]
    assert [attempt.key for attempt in fold(told, speaking=SPEAKING).attempts] == ["stripe/pi_1"]


AUTHORIZED = tell(EventKind.AUTHORIZED, 1, attempt_reference="pi_1", amount=10_000)
CAPTURED = tell(EventKind.CAPTURED, 2, attempt_reference="pi_1", provider_key="ch_1", amount=10_000)
DECLINED = tell(
    EventKind.FAILED, 0, attempt_reference="pi_0", result=AttemptResult.DECLINED_SOFT, decline_code="no_funds"
)


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ([tell(EventKind.ATTEMPT_STARTED, 0, attempt_reference="pi_1")], PaymentStatus.PENDING),
        ([tell(EventKind.ATTEMPT_WAITING, 0, attempt_reference="pi_1")], PaymentStatus.PENDING),
        ([DECLINED], PaymentStatus.FAILED),
        ([DECLINED, AUTHORIZED], PaymentStatus.AUTHORIZED),
        ([DECLINED, CAPTURED], PaymentStatus.CAPTURED),
        ([AUTHORIZED, tell(EventKind.CAPTURED, 2, attempt_reference="pi_1", provider_key="k", amount=1)],
         PaymentStatus.PARTIALLY_CAPTURED),
        ([AUTHORIZED, tell(EventKind.VOIDED, 2, attempt_reference="pi_1")], PaymentStatus.VOIDED),
        ([AUTHORIZED, tell(EventKind.EXPIRED, 2, attempt_reference="pi_1")], PaymentStatus.EXPIRED),
        ([CAPTURED, tell(EventKind.REFUNDED, 3, provider_key="re", amount=1)], PaymentStatus.PARTIALLY_REFUNDED),
        ([CAPTURED, tell(EventKind.REFUNDED, 3, provider_key="re", amount=10_000)], PaymentStatus.REFUNDED),
        ([CAPTURED, tell(EventKind.CHARGED_BACK, 3, provider_key="dp", amount=10_000)], PaymentStatus.CHARGED_BACK),
        ([tell(EventKind.FAILED, 0, attempt_reference="pi_1", result=AttemptResult.UNKNOWN)], PaymentStatus.UNKNOWN),
    ],
)  # fmt: skip
def test_the_status_of_a_payment(told: list[NeutralEvent], status: PaymentStatus) -> None:
    """The plain stories, without a conflict."""
    state = fold(told, speaking=SPEAKING)
    assert (state.status, state.conflicts) == (status, ())


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ([CAPTURED, tell(EventKind.FAILED, 5, attempt_reference="pi_1", result=AttemptResult.DECLINED_HARD)],
         ConflictCode.FAILED_AFTER_SUCCESS),
        ([tell(EventKind.FAILED, 0, attempt_reference="pi_1", result=AttemptResult.DECLINED_HARD), CAPTURED],
         ConflictCode.SUCCEEDED_AFTER_FAILURE),
        ([tell(EventKind.VOIDED, 0, attempt_reference="pi_1"), CAPTURED], ConflictCode.TAKEN_AFTER_VOID),
        ([CAPTURED, tell(EventKind.VOIDED, 5, attempt_reference="pi_1")], ConflictCode.VOIDED_AFTER_CAPTURE),
        ([CAPTURED, tell(EventKind.CAPTURED, 3, attempt_reference="pi_2", provider_key="ch_2", amount=10_000)],
         ConflictCode.PAID_TWICE),
        ([CAPTURED, tell(EventKind.REFUNDED, 3, provider_key="re", amount=10_001)], ConflictCode.REFUNDED_TOO_MUCH),
        ([AUTHORIZED, tell(EventKind.CAPTURED, 3, attempt_reference="pi_1", provider_key="ch", amount=10_001)],
         ConflictCode.CAPTURED_TOO_MUCH),
        ([CAPTURED, tell(EventKind.CAPTURED, 3, attempt_reference="pi_1", provider_key="ch_1", amount=9)],
         ConflictCode.AMOUNTS_DIFFER),
        ([CAPTURED, tell(EventKind.REFUNDED, 3, provider_key="re", amount=1, currency="JPY")],
         ConflictCode.CURRENCY_DIFFERS),
    ],
)  # fmt: skip
def test_what_cannot_be_is_a_conflict_and_money_taken_stays_taken(told: list[NeutralEvent], code: ConflictCode) -> None:
    """The conflict is named, and no story of a failure hides a capture."""
    state = fold(told, speaking=SPEAKING)
    assert code in {conflict.code for conflict in state.conflicts}
    assert state.captured >= 10_000


PART = tell(EventKind.CAPTURED, 2, attempt_reference="pi_1", provider_key="k", amount=4_000)
VOIDED = tell(EventKind.VOIDED, 3, attempt_reference="pi_1")
LAPSED = tell(EventKind.EXPIRED, 3, attempt_reference="pi_1")
SECOND = tell(EventKind.AUTHORIZED, 5, attempt_reference="pi_2", amount=6_000)


@pytest.mark.parametrize(
    ("told", "authorized", "captured"),
    [
        ([AUTHORIZED], 10_000, 0),
        ([AUTHORIZED, VOIDED], 0, 0),
        ([AUTHORIZED, LAPSED], 0, 0),
        ([AUTHORIZED, VOIDED, SECOND], 6_000, 0),
        ([AUTHORIZED, LAPSED, replace(AUTHORIZED, source_event_id="again", occurred_at=SECOND.occurred_at)], 10_000, 0),
        ([AUTHORIZED, PART], 10_000, 4_000),
        ([AUTHORIZED, PART, LAPSED], 4_000, 4_000),
        ([AUTHORIZED, PART, VOIDED], 4_000, 4_000),
        ([CAPTURED], 10_000, 10_000),
        ([tell(EventKind.ATTEMPT_WAITING, 0, attempt_reference="pi_1", amount=10_000), LAPSED], 0, 0),
        ([LAPSED, replace(CAPTURED, occurred_at=SECOND.occurred_at)], 10_000, 10_000),
        ([DECLINED], 0, 0),
    ],
)
def test_what_was_given_back_or_lapsed_is_no_longer_authorized(
    told: list[NeutralEvent], authorized: int, captured: int
) -> None:
    """What was taken of it is, and so is what another attempt holds."""
    state = fold(told, speaking=SPEAKING)
    assert (state.authorized, state.captured) == (authorized, captured)


def test_a_voucher_paid_after_it_lapsed_is_paid() -> None:
    """A fact, not an error."""
    told = [
        tell(EventKind.ATTEMPT_WAITING, 0, attempt_reference="v_1", amount=5_000),
        tell(EventKind.EXPIRED, 60, attempt_reference="v_1"),
        tell(EventKind.CAPTURED, 90, attempt_reference="v_1", provider_key="v_1", amount=5_000),
    ]
    assert fold(told[:2], speaking=SPEAKING).status is PaymentStatus.EXPIRED
    state = fold(told, speaking=SPEAKING)
    assert (state.status, state.captured, state.conflicts) == (PaymentStatus.CAPTURED, 5_000, ())


def test_a_capture_that_failed_after_all_is_not_counted_but_was_told() -> None:
    """The attempt is authorized again; the movement stays, for the statement to be missing it."""
    told = [AUTHORIZED, CAPTURED, tell(EventKind.CAPTURE_FAILED, 9, attempt_reference="pi_1", provider_key="ch_1")]
    state = fold(told, speaking=SPEAKING)
    assert (state.captured, state.status) == (0, PaymentStatus.AUTHORIZED)
    assert state.attempts[0].status is AttemptStatus.AUTHORIZED
    assert [movement.name.movement_key for movement in state.movements] == ["capture:ch_1"]


def test_a_refund_asked_by_the_shop_and_told_by_the_provider_is_one() -> None:
    """By amount, first to first."""
    told = [
        CAPTURED,
        tell(EventKind.REFUND_REQUESTED, 3, by_shop=True, amount=4_000),
        tell(EventKind.REFUNDED, 4, provider_key="re_1", amount=4_000),
        tell(EventKind.REFUNDED, 5, provider_key="re_2", amount=1_000),
    ]
    state = fold(told, speaking=SPEAKING)
    assert [(refund.key, refund.amount) for refund in state.refunds] == [("stripe/re_1", 4_000), ("stripe/re_2", 1_000)]
    assert state.refunds[0].requested_at == told[1].occurred_at
    assert state.refunded == 5_000


def test_a_refund_whose_money_came_back_is_no_refund() -> None:
    """And both movements stand, for the settlement will show both."""
    told = [
        CAPTURED,
        tell(EventKind.REFUNDED, 4, provider_key="re_1", amount=4_000),
        tell(EventKind.REFUND_RETURNED, 9, provider_key="re_1b", object_key="re_1", amount=4_000),
    ]
    state = fold(told, speaking=SPEAKING)
    assert (state.refunded, state.status) == (0, PaymentStatus.CAPTURED)
    assert [movement.amount for movement in state.movements] == [10_000, -4_000, 4_000]


def test_the_times_and_the_result_of_an_attempt() -> None:
    """Asked, answered, waited for the buyer, ended."""
    told = [
        tell(EventKind.ATTEMPT_STARTED, 0, attempt_reference="pi_1", amount=100),
        tell(EventKind.ATTEMPT_WAITING, 1, attempt_reference="pi_1"),
        tell(EventKind.FAILED, 3.5, attempt_reference="pi_1", result=AttemptResult.AUTHENTICATION_FAILED),
    ]
    attempt = fold(told, speaking=SPEAKING).attempts[0]
    assert (attempt.requested_at, attempt.responded_at, attempt.finished_at) == tuple(e.occurred_at for e in told)
    assert attempt.waiting_for_customer_seconds == timedelta(minutes=2.5).total_seconds()
    assert attempt.result is AttemptResult.AUTHENTICATION_FAILED


def test_two_tries_of_the_shop_are_the_provider_s_two() -> None:
    """The declined one is the declined one, the paid one the paid one, though no id is shared."""
    told = [
        tell(EventKind.FAILED, 0, by_shop=True, shop_attempt="a", result=AttemptResult.DECLINED_SOFT),
        tell(EventKind.AUTHORIZED, 1.1, by_shop=True, shop_attempt="b", amount=10_000),
        DECLINED,
        AUTHORIZED,
    ]
    attempts = fold(told, speaking=SPEAKING).attempts
    assert [(each.provider_reference, each.shop_reference) for each in attempts] == [("pi_0", "a"), ("pi_1", "b")]


def test_no_events_have_no_state() -> None:
    """A payment without events is a mistake of the caller."""
    with pytest.raises(ValueError, match="no state"):
        fold([])


def _status_and_captured(*told: NeutralEvent) -> tuple[PaymentStatus, int]:
    state = fold(told, speaking=SPEAKING)
    return state.status, state.captured


def test_the_shops_word_of_a_capture_that_failed_takes_nothing() -> None:
    """Adyen tells of the failure days later, with or without having told of the capture before."""
    by_shop = tell(EventKind.CAPTURED, 2, by_shop=True, attempt_reference="pi_1", amount=10_000)
    failed = tell(EventKind.CAPTURE_FAILED, 9, attempt_reference="pi_1", provider_key="ch_1", amount=10_000)
    again = replace(failed, source_event_id="told twice")
    assert _status_and_captured(AUTHORIZED, by_shop) == (PaymentStatus.CAPTURED, 10_000)
    assert _status_and_captured(AUTHORIZED, by_shop, failed) == (PaymentStatus.AUTHORIZED, 0)
    assert _status_and_captured(AUTHORIZED, CAPTURED, by_shop, failed, again) == (PaymentStatus.AUTHORIZED, 0)


def test_one_of_two_captures_without_keys_fails() -> None:
    parts = [
        tell(EventKind.CAPTURED, minute, by_shop=True, provider="toss", shop_attempt="try-1", amount=amount)
        for minute, amount in ((1, 4_000), (2, 6_000))
    ]
    failed = tell(EventKind.CAPTURE_FAILED, 3, by_shop=True, provider="toss", shop_attempt="try-1", amount=6_000)
    assert _status_and_captured(*parts, failed) == (PaymentStatus.CAPTURED, 4_000)
    assert _status_and_captured(*parts, replace(failed, amount=None, currency="")) == (PaymentStatus.AUTHORIZED, 0)
