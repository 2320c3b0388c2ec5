"""Money told twice, by two names, by shop and provider, before and after a change of configuration: posted once."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.facts import AttemptResult, EventKind, MovementKind, NeutralEvent
from payments.ledger.due import due
from payments.ledger.fold import PaymentState, fold
from payments.ledger.models import Attempt, Movement, Payment, Refund
from payments.ledger.money import FoldedMovement, MovementName
from payments.ledger.states import ConflictCode
from tests.payments.ledger.telling import make_provider, tell, tell_all

SPEAKING = frozenset({"stripe"})

CAPTURED = tell(EventKind.CAPTURED, 2, attempt_reference="pi_1", provider_key="ch_1", amount=10_000)
REFUNDED = tell(EventKind.REFUNDED, 60, provider_key="re_1", object_key="rf_1", amount=4_000)
BY_ANOTHER_KEY = tell(EventKind.REFUNDED, 50, provider_key="re_2", object_key="rf_1", amount=4_000)
RETURNED = tell(EventKind.REFUND_RETURNED, 90, provider_key="rr_1", object_key="rf_1", amount=4_000)


class Books:
    """Movements as the ledger posts them: once, and never taken back."""

    def __init__(self) -> None:
        self.posted: dict[tuple[str, MovementKind, MovementName], FoldedMovement] = {}

    def post(self, state: PaymentState) -> None:
        """As `post_movements` does."""
        for movement in due(state.movements, self.posted):
            self.posted.setdefault((movement.provider, movement.kind, movement.name), movement)

    def total(self, kind: MovementKind) -> int:
        """Minor units, signed."""
        return sum(each.amount for each in self.posted.values() if each.kind is kind)


def deliver(*parts: tuple[Sequence[NeutralEvent], frozenset[str]]) -> Books:
    """Tell part after part, each under its own configuration."""
    books, told = Books(), list[NeutralEvent]()
    for part, speaking in parts:
        told += part
        books.post(fold(told, speaking=speaking, currency="KRW"))
    return books


def codes(state: PaymentState) -> set[ConflictCode]:
    """What stands in conflict."""
    return {conflict.code for conflict in state.conflicts}


@st.composite
def refunds(draw: st.DrawFn) -> NeutralEvent:
    """A telling of one of few refunds, by few names of which any may be missing."""
    kind = draw(st.sampled_from([EventKind.REFUND_REQUESTED, EventKind.REFUNDED, EventKind.REFUND_RETURNED]))
    name = draw(st.integers(0, 9))
    return tell(
        kind,
        draw(st.integers(3, 9)),
        source_event_id=f"r-{kind}-{name}",
        provider_key=draw(st.sampled_from(["", "k_1", "k_2"])),
        object_key=draw(st.sampled_from(["", "o_1", "o_2"])),
        amount=draw(st.sampled_from([100, 250])),
    )


UNSURE = {ConflictCode.KEYS_DIFFER, ConflictCode.AMOUNTS_DIFFER}


@given(st.lists(refunds(), min_size=1, max_size=7), st.randoms(use_true_random=False))
def test_a_refund_is_posted_once_however_it_is_told_or_is_a_conflict(
    told: list[NeutralEvent], chance: random.Random
) -> None:
    """One movement for each refund that was paid, whatever came first, unless somebody has to look."""
    unique = list({(event.source, event.source_event_id): event for event in told}.values())
    chance.shuffle(unique)
    one_by_one = deliver(*(([event], SPEAKING) for event in unique))
    at_once = deliver((unique, SPEAKING))
    if not codes(fold(unique, speaking=SPEAKING)) & UNSURE:
        for kind in (MovementKind.REFUND, MovementKind.REFUND_FAILURE):
            assert one_by_one.total(kind) == at_once.total(kind)


@pytest.mark.django_db
@pytest.mark.parametrize("is_backwards", [False, True])
def test_a_refund_told_under_two_keys_is_one_movement_and_seen(is_backwards: bool) -> None:
    """By webhook and by reading back, or because the provider gave it another key."""
    make_provider()
    told = [REFUNDED, BY_ANOTHER_KEY, RETURNED, replace(RETURNED, source_event_id="again", provider_key="rr_2")]
    tell_all([CAPTURED])
    for event in reversed(told) if is_backwards else told:
        tell_all([event])
    assert sorted(Movement.objects.values_list("kind", "amount")) == [(1, 10_000), (2, -4_000), (5, 4_000)]
    payment = Payment.objects.get()
    assert {each["code"] for each in payment.conflicts} == {"keys_differ"}
    assert payment.refunds.count() == 1


@pytest.mark.django_db
def test_a_refund_told_with_two_amounts_under_two_keys_is_a_conflict() -> None:
    """Which of the two is true nobody can say: the first that came stands, the other is seen."""
    make_provider()
    for event in (CAPTURED, REFUNDED, replace(BY_ANOTHER_KEY, amount=3_000)):
        tell_all([event])
    assert sorted(Movement.objects.values_list("amount", flat=True)) == [-4_000, 10_000]
    codes = {each["code"] for each in Payment.objects.get().conflicts}
    assert codes == {"keys_differ", "amounts_differ"}


@pytest.mark.django_db
def test_a_refund_keeps_its_row_and_its_reference_whoever_tells_of_it_when() -> None:
    """The provider, then the shop with an earlier instant; or an act, whose key gives way to the provider's."""
    make_provider()
    tell_all([CAPTURED, REFUNDED])
    first = Refund.objects.get()
    tell_all([replace(REFUNDED, source="shop", source_event_id="s", provider_key="", occurred_at=CAPTURED.occurred_at)])
    again = Refund.objects.get()
    assert (again.pk, again.provider_reference) == (first.pk, REFUNDED.provider_key)
    assert again.requested_at == CAPTURED.occurred_at
    asked = tell(EventKind.REFUND_REQUESTED, 80, by_shop=True, object_key="act-1", amount=500)
    tell_all([asked])
    act = Refund.objects.get(amount=500)
    tell_all([
        tell(EventKind.REFUNDED, 81, provider_key="re_act", amount=500),
        replace(asked, source_event_id="taken", provider_key="re_act"),
    ])  # fmt: skip
    done = Refund.objects.get(amount=500)
    assert (done.pk, done.refund_key, done.status) == (act.pk, "stripe/re_act", "succeeded")


@pytest.mark.django_db
def test_an_attempt_keeps_its_row_when_the_provider_names_it() -> None:
    make_provider()
    begun = tell(EventKind.ATTEMPT_STARTED, 0, by_shop=True, shop_attempt="try-1", amount=10_000)
    other = tell(EventKind.ATTEMPT_STARTED, 1, by_shop=True, shop_attempt="try-2", amount=10_000)
    tell_all([begun, other])
    before = dict(Attempt.objects.values_list("shop_reference", "pk"))
    tell_all([tell(EventKind.AUTHORIZED, 2, attempt_reference="pi_2", shop_attempt="try-2", amount=10_000)])
    tell_all([tell(EventKind.FAILED, 3, attempt_reference="pi_1", result=AttemptResult.DECLINED_SOFT)])
    after = Attempt.objects.values_list("shop_reference", "pk", "attempt_key")
    assert sorted(after) == [("try-1", before["try-1"], "stripe/pi_1"), ("try-2", before["try-2"], "stripe/pi_2")]


@pytest.mark.django_db
def test_a_refund_that_first_has_no_key_is_posted_once() -> None:
    """Its key is not known yet when it is first told of, and what is told later happened before."""
    make_provider()
    for event in (CAPTURED, replace(REFUNDED, provider_key=""), BY_ANOTHER_KEY):
        tell_all([event])
    assert sorted(Movement.objects.values_list("amount", flat=True)) == [-4_000, 10_000]
    assert Payment.objects.get().conflicts == []


@pytest.mark.django_db
def test_two_refunds_of_one_amount_are_two() -> None:
    make_provider()
    for event in (CAPTURED, REFUNDED, replace(BY_ANOTHER_KEY, object_key="rf_2")):
        tell_all([event])
    assert sorted(Movement.objects.values_list("amount", flat=True)) == [-4_000, -4_000, 10_000]
    assert (Payment.objects.get().refunded, Payment.objects.get().conflicts) == (8_000, [])


def by_shop(event: NeutralEvent, name: str) -> NeutralEvent:
    """The shop's word of the same money: without a key."""
    return replace(event, source="shop", source_event_id=name, provider_key="", object_key="", attempt_reference="",
                   shop_attempt="try-1")  # fmt: skip


WORD = by_shop(CAPTURED, "s-1")
WORD_OF_REFUND = by_shop(REFUNDED, "s-2")


def parts(whole: NeutralEvent) -> st.SearchStrategy[NeutralEvent]:
    """Parts of some money, told by the provider or by the shop."""
    proofs = st.builds(
        lambda number, amount: replace(
            whole, source_event_id=f"k-{number}", provider_key=f"k_{number}", object_key="", amount=amount
        ),
        st.integers(0, 3),
        st.sampled_from([100, 250, 350]),
    )
    return proofs | st.builds(
        lambda number, proof: by_shop(proof, f"s-{number}"),
        st.integers(0, 3),
        proofs,
    )


def deliveries(whole: NeutralEvent) -> st.SearchStrategy[list[tuple[NeutralEvent, frozenset[str]]]]:
    """Parts in any order, each with the providers that speak at that time."""
    return st.lists(
        st.tuples(parts(whole), st.sampled_from([SPEAKING, frozenset[str]()])),
        min_size=1,
        max_size=7,
        unique_by=lambda each: each[0].source_event_id,
    )


def sums(told: Sequence[NeutralEvent]) -> tuple[int, int]:
    """What the provider told, and what the shop did."""
    proved = sum(event.amount or 0 for event in told if event.provider_key)
    return proved, sum(event.amount or 0 for event in told) - proved


@given(deliveries(CAPTURED))
def test_when_a_provider_begins_or_ends_to_speak_no_capture_is_posted_twice(
    delivered: list[tuple[NeutralEvent, frozenset[str]]],
) -> None:
    """What the provider tells is posted, by its name or the shop's, and of one word never two movements."""
    books = deliver(*(([event], speaking) for event, speaking in delivered))
    told = [event for event, _ in delivered]
    state = fold(told, speaking=SPEAKING)
    assert state.captured == fold(told).captured
    if ConflictCode.AMOUNTS_DIFFER not in codes(state):
        proved, words = sums(told)
        assert proved <= books.total(MovementKind.CAPTURE) <= max(proved, words)


@given(deliveries(REFUNDED))
def test_when_a_provider_begins_or_ends_to_speak_no_refund_is_posted_twice(
    delivered: list[tuple[NeutralEvent, frozenset[str]]],
) -> None:
    """The same of refunds, which meet by their amounts alone."""
    books = deliver(*(([event], speaking) for event, speaking in delivered))
    told = [event for event, _ in delivered]
    state = fold(told, speaking=SPEAKING)
    assert state.refunded == fold(told).refunded
    assert sums(told)[0] <= -books.total(MovementKind.REFUND) <= state.refunded


@pytest.mark.django_db
@pytest.mark.parametrize("before", ["", "stripe"])
@pytest.mark.parametrize("is_shop_first", [True, False])
def test_shop_and_provider_meet_whatever_is_configured_when(before: str, is_shop_first: bool) -> None:
    """Movements of what was told before the change stand, and what the other tells of the same money adds none."""
    provider = make_provider(event_adapter=before)
    words, proofs = [WORD, WORD_OF_REFUND], [CAPTURED, REFUNDED]
    first, second = (words, proofs) if is_shop_first else (proofs, words)
    tell_all(first)
    stood = list(Movement.objects.order_by("pk").values())
    provider.event_adapter = "" if before else "stripe"
    provider.save()
    for told in (second, first, [tell(EventKind.ATTEMPT_STARTED, 0, attempt_reference="pi_1")]):
        tell_all(told)
    assert sorted(Movement.objects.values_list("amount", flat=True)) == [-4_000, 10_000]
    assert list(Movement.objects.order_by("pk").values())[: len(stood)] == stood
    payment = Payment.objects.get()
    assert (payment.captured, payment.refunded, payment.attempt_count, payment.conflicts) == (10_000, 4_000, 1, [])


@pytest.mark.django_db
@pytest.mark.parametrize("parts", [(4_000, 6_000), (9_000,)])
def test_a_provider_that_speaks_later_and_of_other_amounts(parts: tuple[int, ...]) -> None:
    """The shop's movement stands; where the provider's come to another sum, that is seen."""
    provider = make_provider(event_adapter="")
    tell_all([WORD, tell(EventKind.AUTHORIZED, 1, attempt_reference="pi_1", amount=10_000)])
    provider.event_adapter = "stripe"
    provider.save()
    for amount in parts:
        tell_all([replace(CAPTURED, provider_key=f"ch_{amount}", source_event_id=f"c-{amount}", amount=amount)])
    assert [each.amount for each in Movement.objects.all()] == [10_000]
    payment = Payment.objects.get()
    assert payment.captured == sum(parts)
    assert [each["code"] for each in payment.conflicts] == ([] if sum(parts) == 10_000 else ["amounts_differ"])
