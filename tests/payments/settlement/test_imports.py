"""The way in for people: preview, commit, discard, and what each of them leaves behind."""

from __future__ import annotations

from pathlib import Path

import pytest
from celery import current_app

from config.staff.models import User
from payments.intake.models import FileImport, StoredFile
from payments.intake.rows import Chunk
from payments.intake.services import staging
from payments.intake.services.storage import path_of
from payments.ledger.models import Movement
from payments.records.models import AuditEvent
from payments.settlement.models import BankLine, StatementLine
from payments.settlement.services import imports
from tests.payments.settlement.arrivals import Desk, adyen, bank_account, batch, problems, staged_rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def person() -> User:
    someone: User = User.objects.create(email="kim@example.com")
    return someone


def verbs() -> list[tuple[str, int | None]]:
    return list(AuditEvent.objects.order_by("pk").values_list("verb", "actor_id"))


def previewed(desk: Desk, content: str = "") -> FileImport:
    received = desk.receive(adyen(), content or batch(1000, 2000), "report.csv")
    assert received.state == "reading"
    return imports.advance(received.pk)


def test_a_preview_says_what_is_in_the_file_and_posts_nothing(desk: Desk) -> None:
    seen = previewed(desk)

    assert (seen.state, seen.line_count, seen.adapter, seen.bytes_read) == (
        "previewed",
        3,
        "adyen",
        seen.stored_file.size,
    )
    assert seen.evidence == "Header names of an Adyen settlement details report"
    summary = seen.summary
    assert (summary["lines"], summary["currencies"]) == (3, ["EUR"])
    assert summary["period"] == {"from": "2026-07-01", "to": "2026-07-02"}
    assert summary["totals"] == [
        {
            "kind": 1,
            "currency": "EUR",
            "line_count": 2,
            "gross": 3000,
            "fee": 20,
            "fee_vat": 0,
            "rounding": 0,
            "net": 2980,
        },
        {
            "kind": 13,
            "currency": "EUR",
            "line_count": 1,
            "gross": -2980,
            "fee": 0,
            "fee_vat": 0,
            "rounding": 0,
            "net": -2980,
        },
    ]
    assert [payout["amount"] for payout in summary["payouts"]] == [2980]
    assert all(check["is_met"] for check in summary["checks"])
    assert (StatementLine.objects.count(), staged_rows()) == (0, 3)


def test_committing_posts_what_was_previewed(desk: Desk, person: User) -> None:
    committed = imports.commit(previewed(desk), by=person)

    assert (committed.state, StatementLine.objects.count(), staged_rows()) == ("posted", 3, 0)
    assert verbs() == [("import.received", None), ("import.committed", person.pk), ("import.posted", None)]


def test_of_two_people_who_commit_a_large_file_one_has_committed_it(
    desk: Desk, person: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "POSTED_AT_ONCE_LINES", 0)
    seen = previewed(desk)
    imports.commit(seen, by=person)
    with pytest.raises(imports.NotCommittable):
        imports.commit(seen, by=User.objects.create(email="lee@example.com"))
    assert verbs() == [("import.received", None), ("import.committed", person.pk)]
    imports.resume_all()
    assert StatementLine.objects.count() == 3


def test_what_is_not_previewed_cannot_be_committed(desk: Desk, person: User) -> None:
    seen = previewed(desk)
    imports.commit(seen, by=person)
    with pytest.raises(imports.NotCommittable, match="posted"):
        imports.commit(seen, by=person)
    rejected = desk.take(adyen("other"), batch(1000).replace("10.00", "x"))
    with pytest.raises(imports.NotCommittable, match="rejected"):
        imports.commit(rejected, by=person)


def test_discarding_leaves_no_trace_but_the_audit_row(desk: Desk, person: User) -> None:
    seen = previewed(desk)
    path = path_of(seen.stored_file)
    assert path.is_file()
    discarded = imports.discard(seen, by=person)

    assert (discarded.state, discarded.summary, discarded.problems) == ("discarded", {}, [])
    assert (StatementLine.objects.count(), staged_rows(), path.exists()) == (0, 0, False)
    assert verbs()[-1] == ("import.discarded", person.pk)
    with pytest.raises(imports.NotDiscardable, match="discarded"):
        imports.discard(seen, by=person)


def test_a_discarded_file_may_come_again(desk: Desk, person: User) -> None:
    provider = adyen()
    first = imports.advance(desk.receive(provider, batch(1000), "a.csv").pk)
    imports.discard(first, by=person)
    assert desk.take(provider, batch(1000), "a.csv").state == "posted"


def test_bytes_that_another_import_needs_survive_a_discard(desk: Desk, person: User) -> None:
    first = imports.advance(desk.receive(adyen("one"), batch(1000), "a.csv").pk)
    second = imports.advance(desk.receive(adyen("two"), batch(1000), "a.csv").pk)
    imports.discard(first, by=person)

    assert path_of(second.stored_file).is_file()
    assert imports.commit(second, by=person).state == "posted"


def test_a_committed_import_cannot_be_discarded_any_more(desk: Desk, person: User) -> None:
    seen = previewed(desk)
    FileImport.objects.filter(pk=seen.pk).update(must_post=True)
    with pytest.raises(imports.NotDiscardable):
        imports.discard(seen, by=person)


def test_an_import_that_is_discarded_while_it_is_read_stays_discarded(
    desk: Desk, person: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    received = desk.receive(adyen(), batch(*range(100, 200)), "a.csv")
    monkeypatch.setattr("payments.intake.services.reading.CHUNK_LINES", 10)

    def interrupted(file_import: FileImport, chunk: Chunk) -> None:
        staging.stage(file_import, chunk)
        if file_import.line_count == 30:
            imports.discard(file_import, by=person)

    monkeypatch.setattr("payments.intake.services.reading.stage", interrupted)
    assert imports.advance(received.pk).state == "discarded"
    assert staged_rows() == 0


def test_two_previews_of_one_file_post_once(desk: Desk, person: User) -> None:
    provider = adyen()
    first = imports.advance(desk.receive(provider, batch(1000), "a.csv").pk)
    second = imports.advance(desk.receive(provider, batch(1000), "b.csv").pk)
    assert (first.state, second.state) == ("previewed", "previewed")

    assert imports.commit(first, by=person).state == "posted"
    assert imports.commit(second, by=person).state == "duplicate"
    assert (StatementLine.objects.count(), staged_rows()) == (2, 0)


def test_card_numbers_refuse_the_file_and_delete_its_bytes(desk: Desk) -> None:
    content = batch(1000).replace("visa", "4111111111111111")
    taken = desk.take(adyen(), content)

    assert taken.state == "rejected"
    assert [(line, field) for line, field, _ in problems(taken)] == [(2, "Payment Method")]
    stored = StoredFile.objects.get()
    assert stored.deleted_at is not None
    assert not path_of(stored).exists()
    assert staged_rows() == 0
    assert "4111" not in str(list(FileImport.objects.values())) + str(list(AuditEvent.objects.values()))


def test_a_file_of_another_format_is_refused_with_what_it_looks_like(desk: Desk) -> None:
    toss = adyen("toss", adapter="toss", currencies=["KRW"])
    taken = desk.take(toss, batch(1000))

    assert taken.state == "rejected"
    [(_, _, message)] = problems(taken)
    assert message.startswith(
        "This looks like a file of the format “Adyen settlement details report”, but “toss” delivers the format “Toss "
        "Payments settlements”."
    )


def test_a_format_named_by_hand_wins_over_the_content(desk: Desk) -> None:
    toss = adyen("toss", adapter="toss")
    taken = desk.take(toss, batch(1000), adapter="adyen")
    assert (taken.state, taken.adapter, taken.evidence) == ("posted", "adyen", "")
    unknown = desk.take(toss, batch(2000), adapter="nonsense")
    assert unknown.state == "rejected"
    assert "There is no file format “nonsense”" in problems(unknown)[0][2]


def test_a_mapping_kept_with_the_provider_reads_its_files(desk: Desk) -> None:
    mapping = {"columns": {"merchant_reference": "order", "gross": "amount", "fee": "fee", "sold_on": "date"}}
    provider = adyen("naver", adapter="mapped", currencies=["KRW"], zone="Asia/Seoul", mapping=mapping)
    taken = desk.take(provider, "order,amount,fee,date\no1,10000,300,2026-07-01\no2,20000,600,2026-07-01\n")

    assert (taken.state, taken.adapter, problems(taken)) == ("posted", "mapped", [])
    assert list(StatementLine.objects.order_by("pk").values_list("merchant_reference", "net", "currency")) == [
        ("o1", 9700, "KRW"),
        ("o2", 19400, "KRW"),
    ]


def test_a_mapping_given_with_the_file_wins(desk: Desk) -> None:
    mapping = {"columns": {"merchant_reference": "주문", "gross": "금액", "sold_on": "일자"}}
    provider = adyen(
        "naver", adapter="mapped", currencies=["KRW"], zone="Asia/Seoul", mapping={"columns": {"gross": "x"}}
    )
    taken = desk.take(provider, "주문,금액,일자\no1,10000,2026-07-01\n", mapping=mapping)
    assert (taken.state, problems(taken), taken.mapping) == ("posted", [], mapping)


def test_a_bank_file_with_bytes_of_no_format_is_refused(desk: Desk) -> None:
    taken = desk.take(bank_account(), "hello\n", "x.txt")
    assert taken.state == "rejected"
    assert "of no format that is known here" in problems(taken)[0][2]
    assert BankLine.objects.count() == 0


def test_a_movements_export_without_rows_is_refused(desk: Desk) -> None:
    header = "movement_key,provider_key,payment_reference,merchant_reference,kind,amount,currency,occurred_at,method\n"
    taken = desk.take(adyen(), header, kind="movements")
    [(line, _, why)] = problems(taken)
    assert (taken.state, line) == ("rejected", 1)
    assert why.startswith("The file has a header but no rows. If nothing happened in its period")
    assert Movement.objects.count() == 0


def test_a_worker_is_woken_for_people_but_not_for_commands(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: object, tmp_path: Path
) -> None:
    woken: list[tuple[str, list[int]]] = []
    monkeypatch.setattr(current_app, "send_task", lambda name, args, retry: woken.append((name, args)))
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        received = desk.receive(adyen(), batch(1000), "a.csv")
        desk.receive(adyen("two"), batch(1000), "a.csv", must_post=True)
    assert woken == [("payments.settlement.tasks.read_import", [received.pk])]
