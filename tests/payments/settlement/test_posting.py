"""Posting statements: whole or not at all, once, and every version in the file's own order."""

from __future__ import annotations

from datetime import date
from hashlib import sha256

import pytest

from payments.facts import LineKind
from payments.intake.models import FileImport, ImportState
from payments.ledger.models import Movement
from payments.records.models import AuditEvent
from payments.settlement.models import LineTotal, OpenLine, Statement, StatementLine, StatementPayout
from payments.settlement.services.reconcile import reconcile_everything
from tests.payments.providers.adyen_files import about_batch, payment, report
from tests.payments.settlement.arrivals import Desk, adyen, batch, posted_lines, problems, staged_rows

pytestmark = pytest.mark.django_db


def versions(key: str = "Shop/7") -> list[tuple[str, int, bool]]:
    """Sequence, rank and whether current, by rank."""
    rows = Statement.objects.filter(statement_key=key).order_by("version")
    return [(row.sequence, row.version, row.is_current) for row in rows]


def test_a_file_becomes_a_statement_with_lines_totals_and_payout(desk: Desk) -> None:
    provider = adyen()
    taken = desk.take(provider, batch(1000, 2000, 3050))

    assert (taken.state, taken.line_count, problems(taken)) == ("posted", 4, [])
    statement = Statement.objects.get()
    assert (statement.statement_key, statement.version, statement.is_current) == ("Shop/7", 1, True)
    assert (statement.line_count, statement.reconciled_at) == (4, None)
    assert statement.booked_on == date(2026, 7, 2)
    lines = StatementLine.objects.order_by("line_number").values_list("kind", "gross", "fee", "net", "booked_on")
    assert list(lines) == [
        (LineKind.SALE, 1000, 10, 990, date(2026, 7, 2)),
        (LineKind.SALE, 2000, 10, 1990, date(2026, 7, 2)),
        (LineKind.SALE, 3050, 10, 3040, date(2026, 7, 2)),
        (LineKind.PAYOUT, -6020, 0, -6020, date(2026, 7, 2)),
    ]
    totals = LineTotal.objects.order_by("kind").values_list(
        "kind", "currency", "payout_key", "line_count", "gross", "fee", "net"
    )
    assert list(totals) == [
        (LineKind.SALE, "EUR", "7", 3, 6050, 30, 6020),
        (LineKind.PAYOUT, "EUR", "7", 1, -6020, 0, -6020),
    ]
    payout = StatementPayout.objects.get()
    assert (payout.payout_key, payout.currency, payout.amount, payout.is_stated) == ("7", "EUR", 6020, True)
    assert staged_rows() == 0
    assert list(AuditEvent.objects.order_by("pk").values_list("verb", flat=True)) == [
        "import.received",
        "import.posted",
    ]


def test_match_keys_are_those_of_the_movements(desk: Desk) -> None:
    provider = adyen()
    desk.take(provider, batch(1000))
    csv = (
        "movement_key,provider_key,payment_reference,merchant_reference,kind,amount,currency,occurred_at,method\n"
        "m1,8815000000000001,,order-1,capture,10.00,EUR,2026-07-01T10:00:00+02:00,visa\n"
    )
    desk.take(provider, csv, "m.csv", kind="movements")

    line = StatementLine.objects.get(kind=LineKind.SALE)
    assert line.provider_key == "8815000000000001"
    movement = Movement.objects.get()
    assert (line.match_key, line.group_key) == (movement.match_key, movement.group_key)


def test_the_same_bytes_again_change_nothing(desk: Desk) -> None:
    provider = adyen()
    desk.take(provider, batch(1000, 2000))
    before = posted_lines(provider)
    again = desk.take(provider, batch(1000, 2000), "renamed.csv")

    assert (again.state, again.line_count, again.adapter) == ("duplicate", 3, "adyen")
    assert posted_lines(provider) == before
    assert Statement.objects.count() == 1
    assert staged_rows() == 0


def test_the_same_bytes_for_another_provider_are_another_file(desk: Desk) -> None:
    first, second = adyen("first"), adyen("second")
    assert desk.take(first, batch(1000)).state == "posted"
    assert desk.take(second, batch(1000)).state == "posted"
    assert posted_lines(first) == posted_lines(second)


def test_a_corrected_file_is_the_next_version(desk: Desk) -> None:
    provider = adyen()
    desk.take(provider, batch(1000, 2000))
    corrected = desk.take(provider, batch(1000, 2500), "report_v2.csv")

    assert corrected.state == "posted"
    assert versions() == [("", 1, False), ("000002", 2, True)]
    assert [row[9] for row in posted_lines(provider, current_only=True)] == [1000, 2500, -3480]
    assert [row[9] for row in posted_lines(provider)] == [1000, 1000, 2000, 2500, -2980, -3480]


def test_an_older_version_that_arrives_late_is_posted_but_not_current(desk: Desk) -> None:
    provider = adyen()
    desk.take(provider, batch(1000, 2500), "report_v2.csv")
    late = desk.take(provider, batch(1000, 2000))

    assert late.state == "posted"
    assert late.summary["posted"]["versions"] == {"Shop/7": {"version": 1, "is_current": False}}
    assert versions() == [("", 1, False), ("000002", 2, True)]
    assert [row[9] for row in posted_lines(provider, current_only=True)] == [1000, 2500, -3480]
    old = Statement.objects.get(version=1)
    assert old.reconciled_at is not None


@pytest.mark.parametrize("order", [(0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0)])
def test_the_order_of_arrival_decides_nothing(desk: Desk, order: tuple[int, ...]) -> None:
    provider = adyen()
    files = [(batch(1000, 2000), "r.csv"), (batch(1000, 2100), "r_v2.csv"), (batch(1000, 2200), "r_v3.csv")]
    for place in order:
        desk.take(provider, *files[place])

    assert versions() == [("", 1, False), ("000002", 2, False), ("000003", 3, True)]
    assert [row[9] for row in posted_lines(provider, current_only=True)] == [1000, 2200, -3180]


def test_versions_without_a_sequence_are_ordered_by_hash(desk: Desk) -> None:
    provider = adyen()
    files = [batch(1000), batch(1100), batch(1200)]
    for content in files:
        desk.take(provider, content)

    ranked = Statement.objects.order_by("version")
    assert [row.sha256 for row in ranked] == sorted(row.sha256 for row in ranked)
    assert [row.is_current for row in ranked] == [False, False, True]


@pytest.mark.parametrize("amounts", [(1000, 1100), (1100, 1000)])
def test_a_correction_that_lost_by_its_hash_counts_once_its_name_says_that_it_is_one(
    desk: Desk, amounts: tuple[int, int]
) -> None:
    provider = adyen()
    first, second = (batch(2000, amount) for amount in amounts)
    desk.take(provider, first)
    desk.take(provider, second)
    for content, amount, name in ((first, amounts[0], "r_v2.csv"), (second, amounts[1], "r_v3.csv")):
        again = desk.take(provider, content, name)
        assert again.state == "duplicate"
        assert [row[9] for row in posted_lines(provider, current_only=True)] == [2000, amount, -1980 - amount]
    assert versions() == [("000002", 1, False), ("000003", 2, True)]
    assert [row.reconciled_at is None for row in Statement.objects.order_by("version")] == [False, True]
    # An earlier name of the same bytes takes nothing back.
    assert desk.take(provider, second, "r_v1.csv").summary["counts_now"] == []
    assert desk.take(provider, second, "r.csv").summary["counts_now"] == []
    assert versions() == [("000002", 1, False), ("000003", 2, True)]


def test_matches_follow_the_version_that_counts_by_its_name(desk: Desk) -> None:
    provider = adyen()
    older, newer = sorted((batch(2000, 1000), batch(2000, 1100)), key=lambda text: sha256(text.encode()).hexdigest())
    desk.take(provider, newer)
    desk.take(provider, older)
    reconcile_everything()
    again = desk.take(provider, older, "r_v2.csv")
    assert again.summary["counts_now"] == ["Shop/7"]
    posted = FileImport.objects.get(state="posted", stored_file__sha256=sha256(older.encode()).hexdigest())
    assert posted.summary["posted"]["versions"] == {"Shop/7": {"version": 2, "is_current": True}}
    assert AuditEvent.objects.get(verb="import.ranked").detail["statements"] == ["Shop/7"]
    reconcile_everything()
    current = Statement.objects.get(is_current=True)
    open_lines = set(OpenLine.objects.values_list("line__statement", flat=True))
    assert open_lines == {current.pk}
    assert current.sha256 == sha256(older.encode()).hexdigest()


def test_one_file_with_two_batches_supersedes_one_of_them(desk: Desk) -> None:
    provider = adyen()
    desk.take(provider, batch(1000, number="8"))
    rows = [
        payment("Settled", "20.00", "20.00", batch="8"), about_batch("MerchantPayout", "-20.00", batch="8"),
        payment("Settled", "30.00", "30.00", batch="9"), about_batch("MerchantPayout", "-30.00", batch="9"),
    ]  # fmt: skip
    taken = desk.take(provider, report(rows), "both_v2.csv")

    assert taken.state == "posted"
    assert versions("Shop/8") == [("", 1, False), ("000002", 2, True)]
    assert versions("Shop/9") == [("000002", 1, True)]
    assert [row[9] for row in posted_lines(provider, current_only=True)] == [2000, -2000, 3000, -3000]


def test_a_bad_row_refuses_the_whole_file(desk: Desk) -> None:
    provider = adyen()
    content = batch(1000, 2000, 3000).replace("20.00", "2x.00").replace("29.90", "30.90")
    taken = desk.take(provider, content)

    assert taken.state == "rejected"
    assert [(line, field) for line, field, _ in problems(taken)] == [(3, "Gross Credit (GC)"), (4, "Net Credit (NC)")]
    assert taken.problem_count == 2
    assert Statement.objects.count() == StatementLine.objects.count() == LineTotal.objects.count() == 0
    assert staged_rows() == 0
    assert AuditEvent.objects.filter(verb="import.rejected").count() == 1


def test_a_rejected_file_may_come_again(desk: Desk) -> None:
    provider = adyen()
    bad = batch(1000).replace("10.00", "1x.00")
    assert [desk.take(provider, bad).state, desk.take(provider, bad).state] == ["rejected", "rejected"]


def test_lines_that_do_not_sum_to_their_payout_are_posted(desk: Desk) -> None:
    provider = adyen()
    rows = [payment("Settled", "20.00", "19.90", commission="0.10"), about_batch("MerchantPayout", "-18.00")]
    taken = desk.take(provider, report(rows))

    assert taken.state == "posted"
    unmet = [check for check in taken.summary["checks"] if not check["is_met"]]
    assert [(check["found"], check["currency"], check["is_refusing"]) for check in unmet] == [(190, "EUR", False)]


def test_a_currency_that_the_provider_does_not_settle_in_is_refused(desk: Desk) -> None:
    provider = adyen(currencies=["USD"])
    taken = desk.take(provider, batch(1000))

    assert taken.state == "rejected"
    assert problems(taken) == [
        (None, "", "The file settles in EUR, but “adyen” is configured for USD. Choose the right provider or bank account,"
         " or add the currency to it.")
    ]  # fmt: skip
    assert StatementLine.objects.count() == 0


def test_a_text_that_no_column_would_take_is_refused_with_its_line(desk: Desk) -> None:
    provider = adyen()
    content = batch(1000, 2000).replace("order-2", "주" * 121)
    taken = desk.take(provider, content)

    assert taken.state == "rejected"
    assert problems(taken) == [(3, "Merchant Reference", "“Merchant Reference” is longer than 120 characters.")]
    accepted = desk.take(provider, batch(1000, 2000).replace("order-2", "주" * 120))
    assert accepted.state == "posted"


def test_conservation_every_line_is_posted_or_refused(desk: Desk) -> None:
    provider = adyen()
    offered = posted = refused = 0
    for place, content in enumerate(
        [batch(*range(100, 160)), batch(500).replace("5.00", "x"), batch(700, 800, number="8")]
    ):
        taken = desk.take(provider, content, f"{place}.csv")
        lines = content.count("\n") - 1
        offered += lines
        posted += taken.line_count if taken.state == ImportState.POSTED else 0
        refused += lines if taken.state == ImportState.REJECTED else 0
    assert (offered, posted, refused) == (66, 64, 2)
    assert StatementLine.objects.count() == posted
    assert sum(LineTotal.objects.values_list("line_count", flat=True)) == posted
    assert set(FileImport.objects.values_list("state", flat=True)) == {"posted", "rejected"}
