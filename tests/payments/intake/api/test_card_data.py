"""Card data goes nowhere: refused by the name of its field, and found in no row, no log and no answer."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from config.logs import configure_logging
from config.postgres.location import location_of
from config.postgres.server import is_embedded
from payments.intake.api import guard
from payments.ledger.models import Payment
from tests.payments.intake.api.asking import Machine, captured, checkout
from tests.payments.ledger.telling import make_provider

PANS = (
    "4111111111111111", "4012888888881881", "4222222222222", "5555555555554444", "5105105105105100",
    "2223003122003222", "378282246310005", "371449635398431", "30569309025904", "38520000023237",
    "6011111111111117", "3530111333300000", "3566002020360505", "6200000000000005", "6304000000000000",
    "9410000000000005",
)  # fmt: skip
"""The schemes' own test numbers, and a Korean domestic one (see `test_the_corpus_is_of_card_numbers`)."""


def spellings(pan: str) -> list[str]:
    """The ways in which people and machines write one number."""
    fours = " ".join(pan[place : place + 4] for place in range(0, len(pan), 4))
    return [
        pan,
        fours,
        fours.replace(" ", "-"),
        f"card {pan}, exp 12/29",
        f"paid with {fours}.",
        "".join(chr(ord(digit) + 0xFEE0) for digit in pan),
    ]


def odd_spellings(pan: str) -> list[str]:
    """Those that nobody prints, and that hold the number all the same."""
    fours = " ".join(pan[place : place + 4] for place in range(0, len(pan), 4))
    marks = ("\n", "\t", "   ", "_", "/", ",", "\u200b", "—", ".")
    return [*(fours.replace(" ", mark) for mark in marks), f"카드 {pan}로", f"{pan}です", f"{pan}x"]


def test_the_corpus_is_of_card_numbers() -> None:
    from payments.cards import is_card_number

    assert [pan for pan in PANS if not is_card_number(pan)] == []


@pytest.mark.parametrize("pan", PANS)
def test_a_card_number_is_seen_in_every_spelling(pan: str) -> None:
    for spelling in spellings(pan) + odd_spellings(pan):
        for body, path in (
            ({"extra": {"note": spelling}}, "extra.note"),
            ({"extra": {"deep": [{"a": [spelling]}]}}, "extra.deep.0.a.0"),
            ({"lines": [{"name": "x"}, {"name": spelling}]}, "lines.1.name"),
            ({"id": spelling}, "id"),
            ({"merchant_reference": spelling}, "merchant_reference"),
            ({"customer": {"id": "c", "phone": spelling}}, "customer.phone"),
        ):
            assert [each.path for each in guard.refusals(body)] == [path], spelling
        (refusal,) = {each.path for each in guard.refusals({"extra": {spelling: 1}})}
        assert refusal == "extra.[0]"  # the name itself would tell it
    assert [each.path for each in guard.refusals({"amount": int(pan)})] == ["amount"]
    assert [each.path for each in guard.refusals({"amount": float(pan)})] == ["amount"]


@pytest.mark.parametrize("reference", ["4111111111111111", "8825408195409505", "4012888888881881"])
def test_sixteen_digits_of_a_provider_are_a_reference_and_groups_are_not(reference: str) -> None:
    for name in ("attempt_reference", "provider_key", "object_key"):
        assert list(guard.refusals({name: reference})) == []
        assert list(guard.refusals({"events": [{name: reference}]})) == []
    assert list(guard.refusals({"references": [reference]})) == []
    assert [each.path for each in guard.refusals({"references": ["a", "4111 1111 1111 1111"]})] == ["references.1"]
    assert [each.path for each in guard.refusals({"provider_key": "378282246310005"})] == ["provider_key"]


@pytest.mark.parametrize("name", ["attempt_reference", "provider_key", "object_key", "references"])
def test_what_merchants_fill_with_anything_has_no_references(name: str) -> None:
    told = {"extra": {name: PANS[0]}, "events": [{"extra": {name: [PANS[0]]}}]}
    assert [each.path for each in guard.refusals(told)] == [f"extra.{name}", f"events.0.extra.{name}.0"]


@pytest.mark.parametrize(
    "name",
    ["cvv", "CVC", "cvv2", "card_cvc", "securityCode", "security_code", "card-security-code", "cvcNumber", "csc",
     "verification_value", "cid", "보안코드", "セキュリティコード", "card_number", "cardNumber", "PAN", "card_pan", "track2", "track_data", "pin_block"],
)  # fmt: skip
def test_a_field_of_card_data_is_refused_by_its_name(name: str) -> None:
    assert [(each.path, each.code) for each in guard.refusals({"extra": {name: "123"}})] == [
        (f"extra.{name}", "card_data")
    ]


def test_a_security_code_in_words_is_refused_and_other_words_are_not() -> None:
    assert list(guard.refusals({"extra": {"cid": "TC0ONETIME"}})) == []  # a merchant code of KakaoPay
    for text in ("CVV: 123", "cvc 1234", "the cvv2 is 999", "csc=123", "보안코드 123", "セキュリティコード：123",
                 "security code 123", "CVC번호는 123"):  # fmt: skip
        assert [each.code for each in guard.refusals({"reason": text})] == ["card_data"], text
    for text in ("cvs 123 store", "order 12345", "receive 123", "cvv12345", "2026-07-01 12:00:00.123456",
                 "+82 10-1234-5678", "KR12 3456", "1234567890123", "tel 02-1234-5678", "5555 5555"):  # fmt: skip
        assert list(guard.refusals({"reason": text})) == [], text


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(0, 10**12) | st.text("abc -", max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text("abc", min_size=1, max_size=5), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(json_values, st.sampled_from(PANS), st.data())
def test_a_card_number_is_seen_wherever_it_is_put(value: Any, pan: str, data: st.DataObject) -> None:
    """In the place of any leaf, in any spelling."""
    assert list(guard.refusals(value)) == []
    spelling = data.draw(st.sampled_from(spellings(pan)))
    places = list(leaves(value))
    holder, key = data.draw(st.sampled_from(places)) if places else (None, None)
    if holder is None:
        value = [spelling]
    else:
        holder[key] = spelling
    assert [each.code for each in guard.refusals(value)] == ["card_number"]


def leaves(value: Any) -> Iterator[tuple[Any, Any]]:
    """(container, key) of everything that stands in another."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in list(pairs):
        yield value, key
        yield from leaves(part)


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """Everything that is logged, as it would be written."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    configured = configure_logging("DEBUG", "json")["formatters"]["structured"]
    handler.setFormatter(configured.pop("()")(**configured))
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield stream
    root.removeHandler(handler)
    root.setLevel(level)


def every_row() -> str:
    """What every table of ours holds, as text."""
    with connection.cursor() as cursor:
        tables = [table.name for table in connection.introspection.get_table_list(cursor) if table.type == "t"]
        rows = []
        for table in tables:
            cursor.execute(f'SELECT t::text FROM "{table}" t')
            rows += [row[0] for row in cursor.fetchall()]
    return "\n".join(rows)


@pytest.fixture
def server_lines() -> Callable[[], str]:
    """What the embedded server writes into its log from here on; nothing of a server of somebody else."""
    log = location_of(settings.JEONGSAN_VAR).log
    if not is_embedded(settings.DATABASES["default"]["ENGINE"]):
        return lambda: ""
    start = log.stat().st_size

    def read() -> str:
        with log.open("rb") as lines:
            lines.seek(start)
            return lines.read().decode(errors="replace")

    return read


@pytest.mark.django_db
def test_card_data_is_in_no_row_no_log_and_no_answer(lines: io.StringIO, server_lines: Callable[[], str]) -> None:
    make_provider("local", event_adapter="")
    shop = Machine()
    assert "A-1" in shop.post("checkouts", checkout()).content.decode()
    answers = []
    for pan in PANS:
        for spelling in spellings(pan) + (odd_spellings(pan) if pan == PANS[0] else []):
            answers += [
                shop.post("events", captured(extra={"note": spelling})),
                shop.post("events", captured(id=spelling)),
                shop.post("events", captured(reason=spelling), repeat="k-1"),
                shop.post("events", captured(**{spelling: 1})),
                shop.post("events:batch", {"events": [captured(id="e-2", device=spelling)]}),
                shop.post("checkouts", checkout(shipping_address=spelling)),
                shop.post(f"payments/{quote(spelling)}/refunds", {}),
                shop.get(f"payments/{quote(spelling)}"),
                shop.get("payments", {"merchant_reference": spelling}),
                shop.get(f"payments?merchant_reference={pan[:4]}+{pan[4:8]}+{pan[8:12]}+{pan[12:]}"),
                shop.get("payments", {spelling: "x"}),
            ]
            if spelling.isascii():
                answers.append(shop.post("checkouts", checkout(), repeat=spelling))
    answers.append(shop.get("payments?merchant_reference=cvv+123"))
    assert {answer.status_code for answer in answers} <= {200, 404, 422}  # 404: nothing has an address with a `/` more
    for answer in answers:
        if answer.status_code == 200:
            assert [each["status"] for each in answer.json()["results"]] == [422]
    assert not Payment.objects.exists()
    told = "\n".join([lines.getvalue(), server_lines(), every_row(), *(answer.content.decode() for answer in answers)])
    assert "request_finished" in told  # the log was heard
    assert "cvv+[redacted]" in told
    assert "cvv+123" not in told
    digits = json.dumps(told, ensure_ascii=False).translate({ord(mark): None for mark in " -+%_.—\u200b"})
    assert [pan for pan in PANS if pan in digits] == []


@pytest.mark.django_db
def test_an_error_report_holds_no_card_number(lines: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise RuntimeError(f"cannot handle {PANS[0]}")

    monkeypatch.setattr("payments.intake.api.checkouts.tell_checkout", fail)
    response = Machine().post("checkouts", checkout())
    assert (response.status_code, response.json()["type"]) == (500, "server_error")
    assert "cannot handle" in lines.getvalue()
    assert PANS[0] not in lines.getvalue() + response.content.decode()


def test_each_name_is_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at: list[str] = []
    monkeypatch.setattr(guard, "holds_card", lambda text: bool(looked_at.append(text)))  # type: ignore[func-returns-value]
    assert list(guard.refusals({"a_name_of_many_letters": {"another_of_many": "a value of many letters"}})) == []
    assert looked_at == ["a_name_of_many_letters", "another_of_many", "a value of many letters"]
