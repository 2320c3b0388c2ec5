"""Card numbers never reach the inbox, in whatever disguise; references and everything else stay byte for byte."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.cards import is_card_number
from payments.intake.masking import masked, masked_text

CARD = "4111111111111111"
REFERENCES = frozenset({"pspReference", "merchantReference"})
SPELLINGS = [
    CARD, "4111 1111 1111 1111", "4111-1111-1111-1111", "4111.1111.1111.1111", "4111+1111+1111+1111",
    "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1", "４１１１１１１１１１１１１１１１", "4111\u00a01111\u20091111\u30001111",
    "https://shop.example/pay?card=4111111111111111&x=1", "https://shop.example/4111%201111%201111%201111",
    "%34111111111111111", '{"number":"4111111111111111"}', '{\\"number\\":\\"4111 1111 1111 1111\\"}',
    "paid with 4111111111111111 on 2026-07-01", "2026-07-01 4111111111111111", "a\n4111111111111111\tb",
    "5555 5555 5555 4444 4111 1111 1111 1111", "3782 822463 10005", "\\u0034111111111111111",
]  # fmt: skip


def digits_of(body: bytes) -> str:
    return "".join(character for character in body.decode() if character.isdigit())


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("is_ascii", [True, False])
def test_a_card_number_is_blotted_out_wherever_it_stands(spelling: str, is_ascii: bool) -> None:
    for value in (
        {"note": spelling}, {"a": [{"metadata": {"deep": [spelling]}}]}, {spelling: 1}, [spelling], {"x": {"pspReference": {"y": spelling}}},
    ):  # fmt: skip
        found = masked(json.dumps(value, ensure_ascii=is_ascii).encode(), REFERENCES)
        json.loads(found)
        assert b"[card \xe2\x80\xa6" in found
        assert "11111111" not in digits_of(found)
        assert "82246310" not in digits_of(found)


def test_a_number_is_blotted_out_too() -> None:
    assert masked(b'{"n": 4111111111111111, "m": 5}', REFERENCES) == '{"n": "[card …1111]", "m": 5}'.encode()


def test_references_of_sixteen_digits_survive_but_not_the_groups_of_a_card() -> None:
    body = json.dumps({"pspReference": CARD, "merchantReference": "order 4111111111111111"}).encode()
    assert masked(body, REFERENCES) is body
    printed = json.dumps({"merchantReference": "4111 1111 1111 1111"}).encode()
    assert masked(printed, REFERENCES) == '{"merchantReference": "[card …1111]"}'.encode()


@pytest.mark.parametrize(
    "text",
    [
        "id4111111111111111", "4111111111111112", "41111111111111111111", "2026-07-01 12:00:00.123456",
        "010-1234-5678", "1718900000123", "0000000000000000", "pi_3OabcdefghijklmnopqrstuV",
    ],
)  # fmt: skip
def test_what_is_no_card_number_stays(text: str) -> None:
    body = json.dumps({"note": text, "amount": 1000}).encode()
    assert masked(body, REFERENCES) == body


def test_what_is_no_json_is_masked_as_text() -> None:
    assert masked(b"card=4111111111111111&x=1", REFERENCES) == "card=[card …1111]&x=1".encode()
    assert masked(b'{"unfinished": "4111111111111111', REFERENCES) == '{"unfinished": "[card …1111]'.encode()
    assert masked(b"\xff\xfe 4111111111111111", REFERENCES) == b"\xff\xfe [card \xe2\x80\xa61111]"


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(VALUES, st.booleans())
def test_masking_twice_is_masking_once_and_keeps_it_json(value: object, is_ascii: bool) -> None:
    body = json.dumps(value, ensure_ascii=is_ascii).encode("utf-8", "surrogatepass")
    once = masked(body, REFERENCES)
    assert masked(once, REFERENCES) == once
    if b"[card" not in once:
        assert once == body


@given(st.text(), st.integers(10**14, 10**15 - 1), st.sampled_from(["", " ", "-"]), st.text())
def test_no_card_number_survives_in_a_text(before: str, body: int, between: str, after: str) -> None:
    card = next(f"4{body}{check}" for check in range(10) if is_card_number(f"4{body}{check}")) if any(
        is_card_number(f"4{body}{check}") for check in range(10)
    ) else CARD  # fmt: skip
    written = between.join(card[place : place + 4] for place in range(0, len(card), 4))
    assert written not in masked_text(f"{before}, {written}, {after}")


@pytest.mark.parametrize(
    "hostile",
    [
        b'"' + b"4 " * 32_000 + b'"', b'\\"' * 32_000 + b"1234567890123", b'"' * 64_000 + b"1234567890123",
        b"1." * 32_000, b'"' + b"1 " * 32_000 + b'a"', b"4" * 64_000, b"[" * 50_000 + b"1234567890123",
        (b'"' + b" " * 10) * 6_000 + b"1234567890123",
    ],
    ids=lambda hostile: hostile[:6].decode(),
)  # fmt: skip
def test_hostile_bytes_take_time_in_proportion(hostile: bytes) -> None:
    started = time.process_time()
    masked(hostile, REFERENCES)
    assert time.process_time() - started < 5
