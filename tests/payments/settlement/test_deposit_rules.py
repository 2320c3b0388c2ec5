"""The rules of deposits, without a database: keys of several providers, sums, returns, and that order never matters."""

from __future__ import annotations

import itertools
import random
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from payments.settlement.reconciliation.deposit_parties import Claim, Credit, Outcome
from payments.settlement.reconciliation.deposit_rules import pair

DAY = date(2026, 11, 20)
TOSS, NAVER = 1, 2
MARKS = {TOSS: ["toss", "토스페이먼츠"], NAVER: ["naver", "네이버정산"]}
_serial = itertools.count(1)


def claim(amount: int, key: str = "2026-11-20", *, by: int = TOSS, day: int = 0, currency: str = "KRW") -> Claim:
    paid_on = DAY + timedelta(days=day)
    return Claim(next(_serial), by, key, amount, currency, paid_on, paid_on + timedelta(days=1))


def line(amount: int, text: str = "", *, day: int = 0, party: str = "", currency: str = "KRW") -> Credit:
    return Credit(next(_serial), amount, currency, DAY + timedelta(days=day), text, party)


def told(outcome: Outcome) -> list[tuple[str, tuple[int, ...], tuple[int, ...]]]:
    return sorted((found.rule, found.claim_ids, found.credit_ids) for found in outcome.pairings)


def test_two_providers_may_use_the_same_key_on_the_same_day() -> None:
    ours, theirs = claim(10_000), claim(20_000, by=NAVER)
    mine, other = line(10_000), line(20_000)
    assert told(pair([ours, theirs], [mine, other], MARKS)) == [
        ("amount_and_date", (ours.id,), (mine.id,)),
        ("amount_and_date", (theirs.id,), (other.id,)),
    ]


def test_equal_payouts_under_one_key_are_told_apart_by_whom_the_line_names() -> None:
    ours, theirs = claim(10_000), claim(10_000, by=NAVER)
    mine, other = line(10_000, "토스페이먼츠정산금"), line(10_000, "입금")
    assert told(pair([ours, theirs], [mine, other], MARKS)) == [
        ("amount_and_date", (ours.id,), (mine.id,)),
        ("amount_and_date", (theirs.id,), (other.id,)),
    ]


def test_equal_payouts_under_one_key_and_silent_lines_are_left_to_a_person() -> None:
    ours, theirs = claim(10_000), claim(10_000, by=NAVER)
    found = pair([ours, theirs], [line(10_000), line(10_000)], MARKS)
    assert (found.pairings, set(found.ambiguous)) == ([], {ours.id, theirs.id})


def test_a_reference_that_two_providers_use_means_the_one_the_line_names() -> None:
    ours, theirs = claim(10_000, "20261120-1"), claim(20_000, "20261120-1", by=NAVER)
    short = line(9_700, "NAVER 20261120-1")
    found = pair([ours, theirs], [short], MARKS)
    assert told(found) == [("reference", (theirs.id,), (short.id,))]
    assert found.ambiguous == set()


def test_a_reference_that_two_providers_use_means_the_one_with_the_amount_of_the_line() -> None:
    ours, theirs = claim(10_000, "20261120-1"), claim(20_000, "20261120-1", by=NAVER)
    mine, other = line(10_000, "20261120-1"), line(20_000, "20261120-1")
    assert told(pair([ours, theirs], [mine, other], MARKS)) == [
        ("reference", (ours.id,), (mine.id,)),
        ("reference", (theirs.id,), (other.id,)),
    ]


def test_a_reference_that_two_providers_use_and_no_other_sign_is_left_to_a_person() -> None:
    ours, theirs = claim(10_000, "20261120-1"), claim(20_000, "20261120-1", by=NAVER)
    found = pair([ours, theirs], [line(9_999, "20261120-1")], MARKS)
    assert (found.pairings, set(found.ambiguous)) == ([], {ours.id, theirs.id})


def test_several_payouts_of_several_days_in_one_line() -> None:
    days = [claim(1_000, "a1"), claim(2_000, "a2", day=1), claim(4_000, "a3", day=2)]
    credit = line(7_000, day=3)
    assert told(pair(days, [credit])) == [("amount_and_date", tuple(one.id for one in days), (credit.id,))]


def test_an_old_missing_payout_is_no_part_of_a_new_line() -> None:
    assert pair([claim(1_000, "a1", day=-46), claim(2_000, "a2")], [line(3_000)]).pairings == []


def test_one_payout_in_several_lines_of_one_party() -> None:
    whole = claim(10_000)
    parts = [line(4_000, day=1, party="Bank A"), line(6_000, day=2, party="Bank A"), line(6_000, day=2, party="Rent")]
    assert told(pair([whole], parts)) == [("amount_and_date", (whole.id,), (parts[0].id, parts[1].id))]


def test_a_provider_that_collects_and_one_that_pays_the_same_are_two_deposits() -> None:
    paid, collected = claim(10_000), claim(-10_000, day=1)
    credit, debit = line(10_000, party="Toss"), line(-10_000, day=1, party="Toss")
    assert told(pair([paid, collected], [credit, debit])) == [
        ("amount_and_date", (paid.id,), (credit.id,)),
        ("amount_and_date", (collected.id,), (debit.id,)),
    ]


def test_a_credit_that_goes_back_and_comes_again_is_paid_by_the_second() -> None:
    paid = claim(10_000)
    first, back, again = (line(amount, day=day, party="Toss") for day, amount in enumerate((10_000, -10_000, 10_000)))
    assert told(pair([paid], [first, back, again])) == [("amount_and_date", (paid.id,), (again.id,))]


def test_a_credit_that_goes_back_has_paid_nothing() -> None:
    found = pair([claim(10_000)], [line(10_000, party="Toss"), line(-10_000, day=1, party="Toss")])
    assert (found.pairings, set(found.ambiguous)) == ([], set())


def test_a_credit_that_goes_back_on_its_own_day_has_paid_nothing() -> None:
    assert pair([claim(10_000)], [line(-10_000, party="Toss"), line(10_000, party="Toss")]).pairings == []


def test_what_goes_back_to_another_party_is_no_return() -> None:
    paid, credit = claim(10_000), line(10_000, party="Toss")
    found = pair([paid], [credit, line(-10_000, day=1, party="Landlord")])
    assert told(found) == [("amount_and_date", (paid.id,), (credit.id,))]


def test_a_named_payout_that_goes_back_without_its_name_is_short_by_all_of_it() -> None:
    paid = claim(10_000, "payout-7")
    credit, back = line(10_000, "payout-7", party="Toss"), line(-10_000, "RETURN", day=1, party="Toss")
    (found,) = pair([paid], [credit, back]).pairings
    assert (found.rule, found.expected, found.received) == ("reference", 10_000, 0)


def test_a_payout_that_the_bank_changed_into_another_currency_is_named_with_its_line() -> None:
    paid = claim(10_000, "payout-7", currency="USD")
    credit = line(13_600_000, "payout-7")
    found = pair([paid], [credit])
    assert (found.pairings, found.foreign) == ([], {paid.id: credit.id})


KEYS = st.sampled_from(["2026-11-20", "payout-1", "payout-2", "7"])
TEXTS = st.sampled_from(["", "payout-1", "toss payout-2", "naver", "batch 7", "payout-1 payout-2"])
AMOUNTS = st.sampled_from([-1_000, 1_000, 2_000, 3_000, 5_000])
CLAIMS = st.tuples(st.sampled_from([TOSS, NAVER]), KEYS, AMOUNTS, st.integers(0, 12))
LINES = st.tuples(AMOUNTS, TEXTS, st.integers(0, 20), st.sampled_from(["", "Toss", "Bank"]))


def _content(outcome: Outcome, claims: list[Claim], lines: list[Credit]) -> object:
    """What was paired, by content: ids are only the order in which things came."""
    by_claim = {one.id: (one.provider_id, one.key) for one in claims}
    by_line = {one.id: (one.booked_on, one.amount, one.text, one.counterparty) for one in lines}
    pairings = sorted(
        (found.rule, sorted(by_claim[i] for i in found.claim_ids), sorted(by_line[i] for i in found.credit_ids))
        for found in outcome.pairings
    )
    return (
        pairings,
        sorted(by_claim[i] for i in outcome.ambiguous),
        sorted((by_claim[i], by_line[j]) for i, j in outcome.foreign.items()),
    )


@settings(max_examples=300)
@given(
    st.lists(CLAIMS, max_size=7, unique_by=lambda row: row[:2]),
    st.lists(LINES, max_size=8),
    st.randoms(use_true_random=False),
)
def test_neither_order_nor_ids_matter(
    claims: list[tuple[int, str, int, int]], lines: list[tuple[int, str, int, str]], dice: random.Random
) -> None:
    contents = []
    for _ in range(2):
        dice.shuffle(claims)
        dice.shuffle(lines)
        ours = [claim(amount, key, by=by, day=day) for by, key, amount, day in claims]
        theirs = [line(amount, text, day=day, party=party) for amount, text, day, party in lines]
        contents.append(_content(pair(ours, theirs, MARKS), ours, theirs))
    assert contents[0] == contents[1]
