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
    "카드 4111111111111111로 결제", "4111111111111111です", "4111 1111 1111 1111로", "4111111111111111x",
    "4111\n1111\n1111\n1111", "4111\t1111\t1111\t1111", "4111   1111   1111   1111", "4111_1111_1111_1111",
    "4111/1111/1111/1111", "4111,1111,1111,1111", "4111\u200b1111\u200b1111\u200b1111",
    "4111—1111—1111—1111", "4111ー1111ー1111ー1111", "%EF%BC%94111111111111111", "%2534111111111111111",
    "4111 1111\n1111 1111", "4111:1111:1111:1111", "(4111)(1111)(1111)(1111)", "4111'1111'1111'1111",
    "4,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1", "\u0664\u0661" + "1" * 14,
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
        "2026-07-30 2026-08-01 2026-08-02", "2026-07-30, 2026-08-01, 2026-08-02", "+4915112345678",
        "010-1234-5678, 010-4321-8765, 010-5555-6666", "12000, 3500, 4100, 5300", "4100, 5300, 1200, 1100, 900",
        "41000 5300 12000 1100", "37000 12000 15000", "4,111,111,111,111,111", "345,678,901,234,567",
        "4111111111111111a1b2c3d4e5f60718", "ORD-20261121-000123", "ae063bd9-4111-1111-1111-111111111111",
        "192.168.100.200 10.20.30.40", "2026-07-30 05:14:15, 2026-07-31 05:14:16", "(02) 555-1234, (02) 555-4111",
        "53:12:41:11:11:16", "2615, 1600, 6182, 5001", "483398-4031559", "DE89 3704 0044 0532 0130 00", "cvs 123", "cvc 2026-07-01", "cid 1234", "security check 123", "cvv12345",
    ],
)  # fmt: skip
def test_what_is_no_card_number_stays(text: str) -> None:
    body = json.dumps({"note": text, "amount": 1000}).encode()
    assert masked(body, REFERENCES) == body


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ({"additionalData": {"cvc": "737", "pspReference": "x"}}, {"additionalData": {"cvc": "[code]", "pspReference": "x"}}),
        ({"card.cvv2": 737, "amount": 737}, {"card.cvv2": "[code]", "amount": 737}),
        ({"securityCode": ["1234"], "n": "1234"}, {"securityCode": ["[code]"], "n": "1234"}),
        ({"보안코드": "123"}, {"보안코드": "[code]"}),
        ({"description": "paid, cvv 123"}, {"description": "paid, cvv [code]"}),
        ({"description": "보안코드는 123 입니다"}, {"description": "보안코드는 [code] 입니다"}),
        ({"description": "セキュリティコード：１２３"}, {"description": "セキュリティコード：[code]"}),
        ({"cid": "TC0ONETIME", "cvc_check": "pass", "n": 200}, None),
        ({"amounts": [4111, 1111, 1111, 1111]}, None),
    ],
)  # fmt: skip
@pytest.mark.parametrize("is_ascii", [True, False])
def test_a_security_code_is_blotted_out_by_its_name_and_in_words(value: object, kept: object, is_ascii: bool) -> None:
    body = json.dumps(value, ensure_ascii=is_ascii).encode()
    assert json.loads(masked(body, REFERENCES)) == (kept or value)
    assert (masked(body, REFERENCES) is body) is (kept is None)


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
        (b'"' + b" " * 10) * 6_000 + b"1234567890123", b"+4915112345678 x " * 4_000, b"cvv " * 16_000 + b"123",
        b"%25" * 20_000 + b"1234567890123", b"\\u0034" * 10_000, b"security code is is " * 3_000,
    ],
    ids=lambda hostile: hostile[:6].decode(),
)  # fmt: skip
def test_hostile_bytes_take_time_in_proportion(hostile: bytes) -> None:
    started = time.process_time()
    masked(hostile, REFERENCES)
    assert time.process_time() - started < 5
