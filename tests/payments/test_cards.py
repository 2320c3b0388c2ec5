"""The card guard: card numbers in every spelling are seen, masked numbers and references are not taken for them."""

from __future__ import annotations

import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.card_glances import lines_may_hold_card_number, may_hold_card_number, record_may_hold_card_number
from payments.cards import holds_card_number, is_card_number, plain_marks, reference_holds_card_number

CARDS = [
    "4111111111111111",  # Visa
    "4222222222222",  # Visa, 13 digits
    "5500005555555559",  # Mastercard
    "2223003122003222",  # Mastercard, newer range
    "378282246310005",  # American Express
    "3530111333300000",  # JCB
    "30569309025904",  # Diners
    "6011111111111117",  # Discover
    "6200000000000005",  # UnionPay
    "6759649826438453",  # Maestro
]


@pytest.mark.parametrize("number", CARDS)
def test_cards_of_every_scheme_are_seen(number: str) -> None:
    assert is_card_number(number)
    assert holds_card_number(number)
    assert holds_card_number(f"card no: {number}.")
    assert not holds_card_number(number[:-1] + str((int(number[-1]) + 1) % 10))


@pytest.mark.parametrize(
    "text",
    [
        "4111 1111 1111 1111",
        "4111-1111-1111-1111",
        "３７８２ ８２２４６３ １０００５",
        "4111\u00a01111\u00a01111\u00a01111",
        "3782 822463 10005",
        "3056-930902-5904",
        "41111111 11111111",
        "4111 1111 1111 1111 12/28",
        "2026-07-01 4111 1111 1111 1111",
        '{"number":"4111111111111111"}',
        "4111111111111111,123",
    ],
)
def test_cards_in_groups_and_among_other_text_are_seen(text: str) -> None:
    assert holds_card_number(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "55704251****800*",
        "411111******1111",
        "411111XXXXXX1111",
        "TP01020250209065811VYdf1",
        "PSP4111111111111111",
        "4111111111111111abc",
        "0000000000000000",
        "1234567890123456",
        "0.4111111111111111",
        "DE89 3704 0044 0532 0130 00",
        "7000 4111 1111 1111 1111",
        "ae063bd9-4111-1111-1111-111111111111",
        "2026-07-01 10:00:00",
        "41111111111111111111",
    ],
)
def test_what_is_no_card_number_passes(text: str) -> None:
    assert not holds_card_number(text)


def test_in_a_reference_only_the_printed_groups_count() -> None:
    assert not reference_holds_card_number("4111111111111111")
    assert not reference_holds_card_number("4111111111111111-1")
    assert reference_holds_card_number("4111 1111 1111 1111")
    assert reference_holds_card_number("4111-1111-1111-1111")
    assert reference_holds_card_number("４１１１ １１１１ １１１１ １１１１")


def test_few_random_references_of_sixteen_digits_would_pass_for_cards() -> None:
    """Why references are declared: of random 16-digit numbers some pass, which would refuse good files."""
    chance = random.Random(7)
    passing = sum(is_card_number(f"{chance.randrange(10**16):016}") for _ in range(20_000))
    assert 0.015 < passing / 20_000 < 0.045


@given(st.text(max_size=200))
def test_any_text_gets_an_answer(text: str) -> None:
    assert holds_card_number(text) in (True, False)
    assert not (reference_holds_card_number(text) and not holds_card_number(text))


@pytest.mark.parametrize("text", ["4" * 1_000_000, "4 " * 500_000, "4111 " * 200_000, "1-" * 500_000 + "x"])
def test_long_texts_of_digits_take_no_time(text: str) -> None:
    assert not holds_card_number(text)


@given(st.lists(st.sampled_from(["4111111111111111", "4111 1111 1111 1111", "378282246310005", "４１１１－１１１１－１１１１－１１１１",
                                 "4242\u20094242\u20094242\u20094242", '", "', "1234", "x", "-", " "]), max_size=8))  # fmt: skip
def test_a_record_is_looked_at_whenever_it_holds_a_card_number(parts: list[str]) -> None:
    text = '{"note": "' + "".join(parts) + '"}'
    assert record_may_hold_card_number(text) is holds_card_number(text)


@given(
    st.lists(st.sampled_from(["4111111111111111", "4111 1111 1111 1111", "4111-1111-1111-1111", "３７８２８２２４６３１０００５",
                              "8-1111", "4111", "12", "カ", "\u3000", "x", "결제", " "]), min_size=1, max_size=12),
    st.sampled_from([",", ";", "\t", "|", '","', "\n"]),
)  # fmt: skip
def test_lines_are_looked_at_whenever_one_of_their_cells_holds_a_card_number(cells: list[str], between: str) -> None:
    text = between.join(cells)
    assert lines_may_hold_card_number(text) or not any(map(holds_card_number, cells))
    assert lines_may_hold_card_number(text + between + "".join(cells)) or not holds_card_number("".join(cells))


@pytest.mark.parametrize("text", ["카드,2026-07-03 07:36:32,1111\n", "振込　カ）スズキ　１２３,2026070300001\n" * 3])
def test_lines_of_dates_ids_and_wide_letters_are_not_looked_at(text: str) -> None:
    assert not lines_may_hold_card_number(text)


def test_a_record_is_looked_at_when_it_hides_characters_and_passed_over_when_it_has_few_digits() -> None:
    assert record_may_hold_card_number('{"note": "\\u0034111111111111111"}')
    assert not record_may_hold_card_number('{"amount": 123456789012, "at": "2026-07-01 12:00:00"}')


@pytest.mark.parametrize("written", ["\\n", "\\t", "\\r", "\\f", "\\b", "\\u00a0"])
@pytest.mark.parametrize("number", ["4111111111111111", "4111 1111 1111 1111"])
def test_a_number_behind_an_escaped_character_is_looked_at(written: str, number: str) -> None:
    """JSON writes a line break with a letter, and behind a letter digits are a reference."""
    text = f'{{"note": "paid with{written}{number}"}}'
    assert holds_card_number(json.loads(text)["note"])
    assert record_may_hold_card_number(text)


@pytest.mark.parametrize(
    "text", ["20260706000003", "1111111111111111", "4111111111111112", "po_4111111111111111x", "9" * 40]
)
def test_long_ids_are_not_worth_a_closer_look(text: str) -> None:
    assert not may_hold_card_number(f'{{"id": "{text}"}}'.encode())


def test_masking_and_the_guard_know_the_same_marks() -> None:
    assert plain_marks("４１－１‐2‑3–4\u30005\u00a06\u20097\u202f8") == "41-1-2-3-4 5 6 7 8"
    assert plain_marks("nothing wide") == "nothing wide"
