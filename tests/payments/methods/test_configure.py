"""Configuration as code: what a file may say, what is refused in which words, and what it changes."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal

import pytest

from payments.methods.configuration.document import parse
from payments.methods.configuration.plan import Change
from payments.methods.configuration.problems import ConfigurationRefused
from payments.methods.models import (
    BankAccount,
    FeeContract,
    MethodLimit,
    Offering,
    PaymentMethod,
    PayoutSchedule,
    Provider,
)
from payments.methods.services.configuration import apply_configuration, counts, plan_configuration
from payments.records.models import AuditEvent
from tests.payments.methods.configurations import RULES, WHOLE

pytestmark = pytest.mark.django_db


def configured(text: str) -> list[Change]:
    return apply_configuration(text.encode(), RULES, name="c.toml", by=None)


def refusals(text: str) -> list[str]:
    with pytest.raises(ConfigurationRefused) as caught:
        configured(text)
    return [str(problem) for problem in caught.value.problems]


def without(text: str, line: str) -> str:
    assert text.count(line + "\n") >= 1
    return text.replace(line + "\n", "", 1)


def test_a_file_creates_what_it_describes() -> None:
    assert counts(configured(WHOLE)) == {"created": 8, "changed": 0, "unchanged": 0}

    account = BankAccount.objects.get()
    assert (account.code, account.account_reference, account.mapping) == ("kb", "12345678", None)
    method = PaymentMethod.objects.get()
    assert (method.name_ko, method.family, method.is_enabled, method.display_order) == ("카드", "card", True, 0)
    limit = MethodLimit.objects.get()
    assert (limit.method, limit.minimum, limit.maximum, limit.customer_daily_cap) == (method, 100, 50_000_000, None)
    provider = Provider.objects.get()
    assert (provider.currencies, provider.bank_account, provider.match_window_days) == (["KRW", "USD"], account, 7)
    offering = Offering.objects.get()
    assert (offering.provider, offering.method, offering.provider_names) == (provider, method, ["카드", "visa"])
    special, general = FeeContract.objects.order_by("pk")
    assert (special.method, special.rate_basis_points) == (method, Decimal("295.125"))
    assert (special.effective_from, special.effective_to) == (date(2026, 1, 1), date(2026, 7, 1))
    assert (general.method, general.rate_basis_points, general.effective_to) == (None, Decimal(250), None)
    schedule = PayoutSchedule.objects.get()
    assert (schedule.cycle, schedule.weekday, schedule.cut_off) == ("weekly", 0, time(23, 30))


def test_the_same_file_again_changes_nothing() -> None:
    configured(WHOLE)
    events = AuditEvent.objects.count()
    assert counts(configured(WHOLE)) == {"created": 0, "changed": 0, "unchanged": 8}
    assert AuditEvent.objects.count() == events == 8


def test_a_plan_writes_nothing() -> None:
    assert counts(plan_configuration(WHOLE.encode(), RULES))["created"] == 8
    assert Provider.objects.count() == PaymentMethod.objects.count() == AuditEvent.objects.count() == 0


def test_changes_are_told_field_by_field_and_kept_in_the_trail() -> None:
    configured(WHOLE)
    changed = [
        change for change in configured(WHOLE.replace("295.125", "300").replace('"visa"', '"mc"')) if change.fields
    ]

    assert [(change.entry.table.name, change.fields) for change in changed] == [
        ("provider.offering", {"provider_names": (["카드", "visa"], ["카드", "mc"])}),
        ("provider.fee_contract", {"rate_basis_points": (Decimal("295.125"), Decimal("300.000"))}),
    ]
    event = AuditEvent.objects.order_by("-pk")[0]
    assert (event.verb, event.subject_type, event.subject_id) == (
        "configuration.changed", "provider.fee_contract", "toss / card / KRW / 2026-01-01",
    )  # fmt: skip
    assert event.detail == {"file": "c.toml", "fields": {"rate_basis_points": {"from": "295.125", "to": "300.000"}}}


def test_row_history_says_which_file_it_was() -> None:
    configured(WHOLE)
    configured(WHOLE.replace("Toss Payments", "Toss"))
    history = Provider.pgh_event_model  # type: ignore[attr-defined]
    rows = history.objects.order_by("pgh_id").values_list("pgh_label", "name", "pgh_context__metadata")
    context = {"source": "configure", "file": "c.toml"}
    assert list(rows) == [("insert", "Toss Payments", context), ("update", "Toss", context)]


def test_what_a_file_does_not_name_is_left_alone() -> None:
    configured(WHOLE)
    only_the_provider = WHOLE[WHOLE.index("[[provider]]") : WHOLE.index("[[provider.offering]]")]
    assert counts(configured(only_the_provider)) == {"created": 0, "changed": 0, "unchanged": 1}
    assert (FeeContract.objects.count(), Offering.objects.count(), BankAccount.objects.count()) == (2, 1, 1)


def test_a_key_that_is_absent_has_its_default_again() -> None:
    configured(WHOLE)
    [change] = [each for each in configured(without(WHOLE, "weekday = 0").replace("weekly", "daily")) if each.fields]
    assert change.fields == {"cycle": ("weekly", "daily"), "weekday": (0, None)}
    assert PayoutSchedule.objects.get().weekday is None


def test_a_contract_is_ended_and_followed_in_one_file() -> None:
    ended = WHOLE.replace(
        'effective_from = "2026-01-01"\n', 'effective_from = "2026-01-01"\neffective_to = 2026-08-01\n'
    )
    follower = '[[provider.fee_contract]]\ncurrency = "KRW"\neffective_from = 2026-08-01\nrate_basis_points = 260\n\n'
    configured(WHOLE)
    done = configured(ended.replace("[[provider.payout_schedule]]", follower + "[[provider.payout_schedule]]"))
    assert counts(done) == {"created": 1, "changed": 1, "unchanged": 7}


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ('currency = "KRW"', 'currency = "KRWX"', "[[bank_account]] kb, currency: “KRWX” is no currency"),
        (
            'zone = "Asia/Seoul"',
            'zone = "Seoul"',
            "[[bank_account]] kb, zone: “Seoul” is no time zone: write an IANA name",
        ),
        ('country = "KR"', 'country = "XX"', "[[bank_account]] kb, country: “XX” is no country whose bank holidays"),
        ('code = "kb"', 'code = "k b"', "[[bank_account]] k b, code: “k b” is no code"),
        (
            'family = "card"',
            'family = "cards"',
            "[[method]] card, family: “cards” is not known: write one of card, wallet",
        ),
        ('name_ko = "카드"', "name_ko = 7", "[[method]] card, name_ko: “7” is not text"),
        ('name_ko = "카드"', 'name_ko = ""', "[[method]] card, name_ko: it is empty"),
        ("minimum = 100", 'minimum = "100"', "[[method.limit]] card / KRW, minimum: “100” is not a whole number"),
        ("minimum = 100", "minimum = -1", "[[method.limit]] card / KRW, minimum: -1 is out of range"),
        ("minimum = 100", "minimum = 100_000_000", "[[method.limit]] card / KRW, minimum: it is above the maximum"),
        (
            'adapter = "toss"',
            'adapter = "tos"',
            "[[provider]] toss, adapter: “tos” is not known: write one of mapped, toss",
        ),
        ('adapter = "toss"', 'adapter = "mapped"', "[[provider]] toss, mapping: the adapter “mapped” needs one"),
        ('["KRW", "USD"]', "[]", "[[provider]] toss, currencies: it names no currency"),
        ('["KRW", "USD"]', '["KRW", "KRW"]', "[[provider]] toss, currencies: a currency stands in it twice"),
        (
            'bank_account = "kb"',
            'bank_account = "no"',
            "[[provider]] toss, bank_account: there is no bank account “no”",
        ),
        (
            'bank_account = "kb"',
            "mapping = {x = 1}",
            "[[provider]] toss, mapping: The mapping lacks the key “columns”.",
        ),
        (
            'bank_account = "kb"',
            "mapping = {columns = 1.5}",
            "[[provider]] toss, mapping: “1.5” cannot stand in a mapping",
        ),
        ('bank_account = "kb"', 'bank = "kb"', "[[provider]] toss, bank: there is no such key; known are code, name"),
        (
            'method = "card"',
            'method = "cash"',
            "[[provider.offering]] toss / cash, method: there is no payment method “cash”",
        ),
        ("295.125", "295.1255", "rate_basis_points: “295.1255” has more than three decimals"),
        ("295.125", "10_001", "rate_basis_points: “10001” is out of range"),
        ("295.125", '"2.95%"', "rate_basis_points: “2.95%” is not a rate"),
        ("295.125", "nan", "rate_basis_points: “NaN” is out of range"),
        ("295.125", "true", "rate_basis_points: “True” is not a rate"),
        ("effective_from = 2026-01-01", "effective_from = 2026-01-01T00:00:00", "is no date"),
        (
            "effective_to = 2026-07-01",
            "effective_to = 2026-01-01",
            "effective_to: it must be later than effective_from",
        ),
        ("is_vat_included = true", "is_vat_included = 1", "is_vat_included: “1” is neither true nor false"),
        ("weekday = 0", "weekday = 7", "weekday: 7 is out of range: write 0 to 6"),
        ("weekday = 0\n", "", "weekday: a weekly schedule needs one: 0 is Monday"),
        ('cycle = "weekly"', 'cycle = "monthly"', "month_day: a monthly schedule needs one: 1 to 31"),
        ("cut_off = 23:30:00", 'cut_off = "late"', "cut_off: “late” is no time of day"),
        ("[[provider]]", "[provider]", "[[provider]]: write it with double brackets: [[provider]]"),
        ("[[method]]", "[[methods]]", "[[methods]]: there is no such table; known are [[bank_account]], [[method]]"),
        ("[[method]]", "[[method", "[[file]]: it is no TOML"),
        ('name = "Toss Payments"\n', "", "[[provider]] toss, name: it is missing"),
    ],
)
def test_a_mistake_is_refused_where_it_stands_and_nothing_is_written(before: str, after: str, message: str) -> None:
    assert before in WHOLE
    found = refusals(WHOLE.replace(before, after, 1))
    assert any(message in problem for problem in found), found
    assert Provider.objects.count() == PaymentMethod.objects.count() == BankAccount.objects.count() == 0
    assert AuditEvent.objects.count() == 0


def test_every_mistake_is_told_at_once() -> None:
    wrong = WHOLE.replace("Asia/Seoul", "Seoul").replace("minimum = 100", "minimum = true")
    assert len(refusals(wrong)) == 3


def test_an_object_may_stand_in_the_file_once() -> None:
    assert refusals(WHOLE + WHOLE[WHOLE.index("[[method]]") : WHOLE.index("[[method.limit]]")]) == [
        "[[method]] card: it stands in the file twice; keep one of them"
    ]


def test_contracts_that_overlap_are_refused_also_with_those_already_there() -> None:
    configured(WHOLE)
    head = WHOLE[WHOLE.index("[[provider]]") : WHOLE.index("[[provider.offering]]")]
    contract = '[[provider.fee_contract]]\nmethod = "card"\ncurrency = "KRW"\neffective_from = 2026-06-30\n'
    assert refusals(head + contract) == [
        "[[provider.fee_contract]] toss / card / KRW / 2026-01-01, effective_to: "
        "it overlaps the contract from 2026-06-30: write effective_to = 2026-06-30"
    ]
    other = contract.replace("2026-06-30", "2026-07-01")
    assert counts(configured(head + other)) == {"created": 1, "changed": 0, "unchanged": 1}


def test_a_file_that_is_not_utf_8_is_refused() -> None:
    with pytest.raises(ConfigurationRefused, match="it is not UTF-8"):
        parse(WHOLE.encode("utf-16"), RULES)
    assert len(parse(b"\xef\xbb\xbf" + WHOLE.encode(), RULES)) == 8


def test_windows_line_ends_are_read() -> None:
    assert len(parse(WHOLE.replace("\n", "\r\n").encode(), RULES)) == 8
