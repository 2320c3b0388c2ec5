"""Who puts what on a list, when it counts, and what is kept of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from config.staff.models import User
from fraud.assessments.models import Assessment
from fraud.features.keys import key_of
from fraud.features.models import KeyKind
from fraud.lists.hashed import hashed, key_in
from fraud.lists.labels import mask, state_of
from fraud.lists.models import ListEntry, ListName
from fraud.lists.selectors import hits
from fraud.lists.services.counting import count_hits
from fraud.lists.services.entries import (
    CardData,
    EntryRefused,
    KeyUnknown,
    MustExpire,
    NewEntry,
    NotOpen,
    OwnEntry,
    StandsAlready,
    add,
    approve,
    remove,
)
from fraud.lists.services.importing import ImportReport, NotAList, RowProblem, import_rows, read_rows
from payments.ledger.models import Customer
from payments.records.models import AuditEvent
from tests.payments.valid_rows import row

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
HEADER = "list,kind,value,reason,expires_on\n"


@pytest.fixture
def author() -> User:
    return row(User)  # type: ignore[no-any-return]


@pytest.fixture
def second() -> User:
    return row(User)  # type: ignore[no-any-return]


def of_email(list_name: ListName, expires_at: datetime | None = None, text: str = "Kim@Example.com") -> NewEntry:
    return NewEntry(list_name, KeyKind.EMAIL, text, "chargeback", expires_at)


def met(kind: KeyKind, text: str) -> list[int]:
    """The entries that a payment with this key stands on."""
    key = key_of(kind, text)
    assert key is not None
    return list(hits([{kind: key}], timezone.now())[0].entry_ids)


def test_a_blocked_address_counts_at_once_and_only_its_hash_is_kept(author: User) -> None:
    entry = add(of_email(ListName.BLOCK), by=author)
    assert met(KeyKind.EMAIL, "kim@example.com") == [entry.pk]
    assert met(KeyKind.EMAIL, "lee@example.com") == []
    stored = ListEntry.objects.values().get()
    assert (stored["hint"], "Kim@" in str(stored)) == ("K…@Example.com", False)
    assert AuditEvent.objects.get().detail == {"list": 2, "kind": 5, "hint": "K…@Example.com"}


def test_the_allow_list_needs_a_second_person_and_an_end(author: User, second: User) -> None:
    for end in (None, timezone.now() - DAY):
        with pytest.raises(MustExpire):
            add(of_email(ListName.ALLOW, end), by=author)
    entry = add(of_email(ListName.ALLOW, timezone.now() + DAY), by=author)
    assert (met(KeyKind.EMAIL, "kim@example.com"), state_of(entry, timezone.now())) == ([], "waiting")
    with pytest.raises(OwnEntry):
        approve(entry, by=author)
    entry = approve(entry, by=second)
    assert (met(KeyKind.EMAIL, "kim@example.com"), state_of(entry, timezone.now())) == ([entry.pk], "in_force")
    assert state_of(entry, timezone.now() + DAY) == "expired"
    with pytest.raises(NotOpen):
        approve(entry, by=second)


def test_only_what_waits_is_approved(author: User, second: User) -> None:
    with pytest.raises(NotOpen):
        approve(add(of_email(ListName.WATCH), by=author), by=second)
    entry = add(of_email(ListName.ALLOW, timezone.now() + DAY), by=author)
    ListEntry.objects.filter(pk=entry.pk).update(expires_at=timezone.now())
    with pytest.raises(NotOpen):
        approve(entry, by=second)


def test_what_is_removed_counts_no_more_and_may_come_back(author: User) -> None:
    entry = add(of_email(ListName.BLOCK), by=author)
    with pytest.raises(StandsAlready):
        add(of_email(ListName.BLOCK, text="kim@example.com "), by=author)
    add(of_email(ListName.WATCH), by=author)
    entry = remove(entry, by=author, reason="a mistake")
    assert state_of(entry, timezone.now()) == "removed"
    with pytest.raises(NotOpen):
        remove(entry, by=author)
    again = add(of_email(ListName.BLOCK), by=author)
    assert again.pk in met(KeyKind.EMAIL, "kim@example.com")
    assert AuditEvent.objects.get(verb="list_entry.removed").reason == "a mistake"


def test_what_has_expired_may_be_put_there_again(author: User) -> None:
    for again in (lambda: add(of_email(ListName.BLOCK), by=author), lambda: taken_from_a_file(author)):
        old = add(of_email(ListName.BLOCK, timezone.now() + DAY), by=author)
        ListEntry.objects.filter(pk=old.pk).update(expires_at=timezone.now() - DAY)
        assert met(KeyKind.EMAIL, "kim@example.com") == []
        again()
        assert met(KeyKind.EMAIL, "kim@example.com") == [ListEntry.objects.latest("pk").pk]
        assert ListEntry.objects.get(removed_at=None).added_by_id == author.pk
        ListEntry.objects.update(removed_at=timezone.now())


def taken_from_a_file(author: User) -> None:
    found = read_rows(f"{HEADER}block,email,kim@example.com,chargeback,\n".encode())
    assert import_rows(found, by=author, is_preview=True).problems == ()
    assert import_rows(found, by=author).is_done


@pytest.mark.parametrize(
    ("kind", "text", "reason", "refusal"),
    [
        (KeyKind.CUSTOMER, "nobody", "x", KeyUnknown),
        (KeyKind.IP, "203.0.113.300", "x", KeyUnknown),
        (KeyKind.DEVICE, "  ", "x", KeyUnknown),
        (KeyKind.INSTRUMENT, "4242 4242 4242 4242", "x", CardData),
        (KeyKind.DEVICE, "a1", "paid with 4242424242424242", CardData),
    ],
)
def test_what_cannot_stand_on_a_list(
    kind: KeyKind, text: str, reason: str, refusal: type[EntryRefused], author: User
) -> None:
    with pytest.raises(refusal):
        add(NewEntry(ListName.BLOCK, kind, text, reason), by=author)
    assert not ListEntry.objects.exists()


def test_a_customer_is_the_one_of_this_house(author: User) -> None:
    customer = row(Customer, merchant_customer_id="c-77")
    entry = add(NewEntry(ListName.WATCH, KeyKind.CUSTOMER, "c-77", "many refunds"), by=author)
    assert (entry.key, entry.hint) == (customer.pk, "c-77")


@pytest.mark.parametrize(
    ("kind", "text", "hint"),
    [
        (KeyKind.EMAIL, "kim@example.com", "k…@example.com"),
        (KeyKind.EMAIL, "no address", "no …"),
        (KeyKind.IP, "203.0.113.7", "203.0.113.…"),
        (KeyKind.IP, "2001:db8::7", "2001:db8::…"),
        (KeyKind.INSTRUMENT, "visa|424242|4242", "visa ····4242"),
        (KeyKind.INSTRUMENT, "fp_0123456789abcdef", "fp_012…"),
        (KeyKind.ADDRESS, "Seoul, Jung-gu 1", "Seoul…"),
        (KeyKind.DEVICE, "d", "…"),
        (KeyKind.SHOP, "s" * 50, "s" * 40),
    ],
)
def test_what_an_entry_is_recognised_by(kind: KeyKind, text: str, hint: str) -> None:
    assert mask(kind, text) == hint


def test_hits_are_counted_from_what_was_decided(author: User) -> None:
    first, other = add(of_email(ListName.BLOCK), by=author), add(of_email(ListName.WATCH), by=author)
    now = timezone.now()
    for days, ids in ((1, [first.pk]), (2, [first.pk, other.pk]), (91, [other.pk]), (3, [])):
        row(Assessment, as_of=now - days * DAY, list_ids=ids)
    assert [count_hits(), count_hits()] == [2, 0]
    found = {entry.pk: (entry.hit_count, entry.hit_at) for entry in ListEntry.objects.all()}
    assert found == {first.pk: (2, now - DAY), other.pk: (1, now - 2 * DAY)}


def test_a_file_is_taken_whole(author: User) -> None:
    content = (HEADER + "block,email,a@example.com,chargeback,\nallow,ip,203.0.113.7,our office,2099-12-31\n").encode()
    rows = read_rows(b"\xef\xbb\xbf" + content)
    expected = {ListName.ALLOW: 1, ListName.BLOCK: 1, ListName.WATCH: 0}
    assert import_rows(rows, by=author, is_preview=True) == ImportReport(2, expected, ())
    assert not ListEntry.objects.exists()
    assert import_rows(rows, by=author) == ImportReport(2, expected, (), is_done=True)
    allowed = ListEntry.objects.get(list_name=ListName.ALLOW)
    assert (allowed.approved_at, allowed.expires_at) == (None, datetime(2099, 12, 31, 15, tzinfo=UTC))
    again = import_rows(rows, by=author)
    assert (again.problems, again.is_done) == (
        (RowProblem(2, "value", "twice"), RowProblem(3, "value", "twice")),
        False,
    )
    assert AuditEvent.objects.get(verb="list.imported").detail == {
        "rows": 2, "by_list": {"allow": 1, "block": 1, "watch": 0},
    }  # fmt: skip


def test_a_file_with_a_problem_is_not_taken_at_all(author: User) -> None:
    content = HEADER + "\n".join(
        [
            "block,email,a@example.com,chargeback,", "grey,email,b@example.com,x,", "block,phone,1,x,",
            "block,email,c@example.com,,", "watch,email,d@example.com,x,soon", "allow,email,e@example.com,x,",
            "block,email,A@example.com,x,", "block,ip,nowhere,x,", "block,device,4242424242424242,x,",
            "watch,email,f@example.com,x,2026-02-30", "watch,email,g@example.com,card 4242424242424242,",
            "watch,customer,key:0000000000000007,x,",
        ]
    )  # fmt: skip
    report = import_rows(read_rows(content.encode()), by=author)
    assert report.problems == (
        RowProblem(3, "list", "list"), RowProblem(4, "kind", "kind"), RowProblem(5, "reason", "reason"),
        RowProblem(6, "expires_on", "expires_on"), RowProblem(7, "expires_on", "expiry"),
        RowProblem(8, "value", "twice"), RowProblem(9, "value", "unknown"), RowProblem(10, "value", "card_data"),
        RowProblem(11, "expires_on", "expires_on"), RowProblem(12, "reason", "card_data"),
        RowProblem(13, "value", "unknown"),
    )  # fmt: skip
    assert (report.is_done, ListEntry.objects.count()) == (False, 0)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"a,b\n1,2\n", "columns"),
        (b"", "columns"),
        (b"x" * 2_000_001, "size"),
        ((HEADER + "block,shop,s,x,\n" * 10_001).encode(), "size"),
        (HEADER.encode() + b"\xff\xfe\xff\x00\x81", "encoding"),
        ((HEADER + 'block,shop,"s"x,x,\n').encode(), "damaged"),
    ],
)
def test_what_is_no_list(content: bytes, code: str) -> None:
    with pytest.raises(NotAList) as refusal:
        read_rows(content)
    assert refusal.value.code == code


@given(st.integers(-(2**63), 2**63 - 1))
def test_a_key_is_read_back_as_it_was_written(key: int) -> None:
    assert key_in(hashed(key)) == key


def test_a_hash_that_looks_like_a_card_is_a_hash(author: User) -> None:
    told = "key:4242424242424242"
    entry = add(NewEntry(ListName.BLOCK, KeyKind.DEVICE, told, "from a file"), by=author)
    assert (entry.key, entry.hint) == (0x4242424242424242, "key:424242…")
    assert key_in("key:42424242424242420") is None
