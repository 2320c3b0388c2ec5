"""Statements in several files (pitfall 3): parts in any order and twice, one missing, corrected, and a whole instead."""

from __future__ import annotations

import itertools
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.facts import MovementKind
from payments.methods.models import Provider
from payments.settlement.models import Break, Deposit, Payout, Statement
from payments.settlement.selectors import snapshot
from payments.settlement.services.reconcile import reconcile_everything
from payments.settlement.versions import Parts, Version, current_of, parts_of, ranked
from tests.payments.settlement.arrivals import Desk, adyen, bank_account, problems
from tests.payments.settlement.split_reports import part_of_batch, read_parts

AS_OF = date(2026, 7, 31)

versions = st.lists(
    st.builds(
        Version,
        sequence=st.sampled_from(["", "1", "2"]),
        sha256=st.text("ab", min_size=3, max_size=3),
        part=st.integers(0, 3),
        part_count=st.sampled_from([None, 3]),
    ),
    unique_by=lambda version: (version.sequence, version.sha256),
    max_size=6,
)


@given(versions, st.randoms(use_true_random=False))
def test_which_parts_are_current_does_not_depend_on_the_order(found: list[Version], chance: object) -> None:
    mixed = list(found)
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    assert current_of(mixed) == current_of(found)


@given(versions)
def test_a_whole_and_parts_never_count_at_once_and_each_part_once(found: list[Version]) -> None:
    parts = [version.part for version in current_of(found)]
    assert len(parts) == len(set(parts))
    assert parts == [0] or 0 not in parts
    assert bool(parts) == bool(found)


def test_fewer_parts_of_a_later_sequence_leave_none_of_the_earlier_over() -> None:
    old = [Version("1", f"a{number}", number, number, 3) for number in (1, 2, 3)]
    new = [Version("2", f"b{number}", 10 + number, number, 2) for number in (1, 2)]
    assert [version.row_id for version in current_of([*old, *new])] == [11, 12]


def test_a_part_beyond_what_another_told_is_not_lost() -> None:
    found = [Version("1", "a", 1, 1, 2), Version("1", "b", 2, 3)]
    assert [version.row_id for version in current_of(found)] == [1, 2]
    assert parts_of(found) == Parts((1, 3), 3)


def test_a_whole_replaces_parts_of_its_sequence_and_later_parts_the_whole() -> None:
    part, whole, later = Version("1", "z", 1, 1, 2), Version("1", "a", 2), Version("2", "a", 3, 2, 2)
    assert [version.row_id for version in current_of([part, whole])] == [2]
    assert [version.row_id for version in current_of([part, whole, later])] == [3]


@pytest.mark.parametrize(
    ("here", "count", "missing", "is_complete"),
    [
        ((1, 2), 2, (), True),
        ((1, 3), 3, (2,), False),
        ((2,), None, (1,), False),
        ((1, 2), None, (), False),
    ],
)
def test_what_is_missing(here: tuple[int, ...], count: int | None, missing: tuple[int, ...], is_complete: bool) -> None:
    parts = Parts(here, count)
    assert (parts.missing, parts.is_complete) == (missing, is_complete)


def test_a_whole_statement_has_no_parts() -> None:
    assert parts_of([Version("1", "a", 1)]) is None


PARTS = [
    ("r.1ofunknown.csv", part_of_batch(1, 2)),
    ("r.2ofunknown.csv", part_of_batch(3, 4)),
    ("r.3of3.csv", part_of_batch(5, paid=4950)),
]


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Provider:
    read_parts(monkeypatch)
    return adyen(bank_account=bank_account())


def run() -> None:
    reconcile_everything(as_of=AS_OF)


def open_breaks() -> list[str]:
    return sorted(
        Break.objects.exclude(state="resolved").exclude(kind="missing_in_ledger").values_list("kind", flat=True)
    )


@pytest.mark.django_db
def test_any_order_gives_the_same_and_closes_by_itself(provider: Provider, desk: Desk) -> None:
    for story, order in enumerate(itertools.permutations((1, 2, 3))):
        # One batch each, so that one database tells all six stories.
        first = story * 10
        files = {
            1: ("r.1ofunknown.csv", part_of_batch(first + 1, first + 2, batch=f"{story}")),
            2: ("r.2ofunknown.csv", part_of_batch(first + 3, first + 4, batch=f"{story}")),
            3: ("r.3of3.csv", part_of_batch(first + 5, batch=f"{story}", paid=4950)),
        }
        for place, part in enumerate(order, start=1):
            file_import = desk.take(provider, files[part][1], files[part][0])
            assert (file_import.state, file_import.summary["statements"][0]["part"]) == ("posted", part)
            run()
            assert {"residual"}.isdisjoint(open_breaks())
            payout = Payout.objects.filter(payout_key=f"{story}").first()
            if payout is not None:
                assert payout.is_complete == (place == 3)
        assert payout is not None
        assert (payout.amount, payout.line_net, payout.line_count, payout.is_stated) == (4950, 4950, 5, True)


@pytest.mark.django_db
def test_a_payout_with_a_missing_part_is_incomplete_and_no_break(provider: Provider, desk: Desk) -> None:
    for name, content in (PARTS[2], PARTS[0]):
        desk.take(provider, content, name)
    run()
    payout = Payout.objects.get()
    assert (payout.is_complete, payout.amount, payout.line_net, payout.residual) == (False, 4950, 2970, 1980)
    # Neither the residual nor the money that the bank does not show is a break yet.
    assert open_breaks() == []
    desk.take(provider, PARTS[1][1], PARTS[1][0])
    run()
    payout.refresh_from_db()
    assert (payout.is_complete, payout.line_net, payout.residual) == (True, 4950, 0)
    # Now the bank's silence is one.
    assert open_breaks() == ["missing_deposit"]


@pytest.mark.django_db
def test_a_residual_that_is_left_when_all_parts_are_here_is_a_break(provider: Provider, desk: Desk) -> None:
    desk.take(provider, part_of_batch(1), "r.1of2.csv")
    run()
    assert "residual" not in open_breaks()
    desk.take(provider, part_of_batch(2, paid=1970), "r.2of2.csv")
    run()
    found = Break.objects.get(kind="residual")
    assert (found.expected, found.found, found.amount_at_risk) == (1980, 1970, 10)


@pytest.mark.django_db
def test_the_bank_pays_a_payout_before_its_last_part_is_here(provider: Provider, desk: Desk) -> None:
    account = provider.bank_account
    assert account is not None
    statement = (
        ":20:1\n:25:NL01\n:28C:1/1\n:60F:C260702EUR0,00\n"
        ":61:2607020702C49,50NTRF7//X\n:86:Adyen batch 7\n:62F:C260702EUR49,50\n-\n"
    )
    assert desk.take(account, statement, "bank.sta").state == "posted"
    for name, content in PARTS[:2]:
        desk.take(provider, content, name)
    run()
    assert (Deposit.objects.count(), open_breaks()) == (0, [])
    desk.take(provider, PARTS[2][1], PARTS[2][0])
    run()
    deposit = Deposit.objects.get()
    assert (deposit.expected, deposit.received, open_breaks()) == (4950, 4950, [])


@pytest.mark.django_db
def test_the_same_part_twice_changes_nothing(provider: Provider, desk: Desk) -> None:
    states = [desk.take(provider, content, name).state for name, content in [*PARTS, *PARTS]]
    assert states == ["posted"] * 3 + ["duplicate"] * 3
    assert Statement.objects.filter(is_current=True).count() == 3


@pytest.mark.django_db
def test_a_corrected_part_replaces_that_part_alone_whatever_comes_first(provider: Provider, desk: Desk) -> None:
    corrected = ("r.2of3_v2.csv", part_of_batch(3, 9))
    found = []
    for number, order in enumerate([[*PARTS, corrected], [corrected, *reversed(PARTS)]]):
        for name, content in order:
            desk.take(provider, content.replace("Shop", f"Shop{number}"), name)
        rows = Statement.objects.filter(statement_key=f"Shop{number}/7").order_by("part", "version")
        found.append([(row.part, row.version, row.is_current, row.line_count) for row in rows])
    assert found[0] == found[1] == [(1, 1, True, 2), (2, 1, False, 2), (2, 2, True, 2), (3, 1, True, 2)]


@pytest.mark.django_db
def test_a_whole_report_takes_over_the_matches_of_its_parts(provider: Provider, desk: Desk) -> None:
    header = "movement_key,provider_key,payment_reference,merchant_reference,kind,amount,currency,occurred_at,method\n"
    rows = "".join(
        f"m{number},{8815000000000000 + number},,order-{number},capture,10.00,EUR,2026-07-01T10:00:00+02:00,visa\n"
        for number in range(1, 6)
    )
    assert desk.take(provider, header + rows, "ledger.csv", kind="movements").state == "posted"
    for name, content in PARTS:
        desk.take(provider, content, name)
    run()
    before = snapshot.take()
    assert len(before.matches) == 5
    assert {row.kind for row in before.matches} == {MovementKind.CAPTURE}
    # The same lines, two of them in another order, in one file of a later sequence.
    whole = desk.take(provider, part_of_batch(2, 1, 3, 4, 5, paid=4950), "r_v2.csv")
    assert whole.state == "posted"
    assert [(row.part, row.is_current) for row in Statement.objects.order_by("part")] == [
        (0, True),
        (1, False),
        (2, False),
        (3, False),
    ]
    run()
    assert snapshot.take() == before
    assert Payout.objects.get().is_complete


@pytest.mark.django_db
def test_a_file_that_is_part_three_of_two_is_refused(provider: Provider, desk: Desk) -> None:
    refused = desk.take(provider, PARTS[0][1], "r.3of2.csv")
    assert refused.state == "rejected"
    [(_, _, message)] = problems(refused)
    assert message == "The file says it is part 3 of 2 of the statement “Shop/7”."


def test_a_choice_ranks_behind_a_later_sequence_and_before_a_hash() -> None:
    first, second, chosen = Version("1", "b"), Version("2", "c"), Version("1", "a", choice=1, chosen_over="2")
    assert ranked([chosen, second, first]) == [first, second, chosen]
    assert ranked([chosen, later := Version("3", "0")]) == [chosen, later]
    assert current_of([first, second, chosen]) == [chosen]


def test_a_chosen_part_comes_back_from_behind_the_whole() -> None:
    whole, part = Version("2", "a"), Version("1", "b", None, 1, 2)
    assert current_of([whole, part]) == [whole]
    chosen = Version("1", "b", None, 1, 2, choice=1, chosen_over="2")
    assert current_of([whole, chosen]) == [chosen]
    assert current_of([Version("2", "a", choice=2, chosen_over="2"), chosen]) == [
        Version("2", "a", choice=2, chosen_over="2")
    ]
