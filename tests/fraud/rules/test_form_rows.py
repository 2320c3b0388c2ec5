"""A condition in the rows of a form and in words, in three languages."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils.translation import override
from hypothesis import given, settings

from fraud.rules.ast import Compare, leaves_of
from fraud.rules.closures import compiled
from fraud.rules.composing import Composed, Group, Row, RowRefused, from_node, to_json
from fraud.rules.given import Given
from fraud.rules.parsing import ConditionRefused, Refused, parse
from fraud.rules.selectors import VOCABULARY
from fraud.rules.sentences import said, sentence
from fraud.rules.vocabulary import Field
from fraud.rules.writing import dump
from tests.fraud.rules import conditions as small
from tests.fraud.rules.conditions import both, compare, conditions, field, givens

KRW = compare("currency", "=", "KRW")


@settings(max_examples=300)
@given(conditions(), givens())
def test_rows_say_what_the_condition_says(wanted: dict[str, Any], payment: Given) -> None:
    node = parse(wanted, small.VOCABULARY)
    composed = from_node(node)
    if composed is not None:
        again = parse(to_json(composed, small.VOCABULARY), small.VOCABULARY)
        assert compiled(again)(payment) is compiled(node)(payment)


@pytest.mark.parametrize(
    ("row", "json"),
    [
        (Row("amount", ">=", "50,000 KRW"), both(KRW, compare("amount", ">=", 50_000))),
        (Row("amount", "<", "usd 12.34"), both(compare("currency", "=", "USD"), compare("amount", "<", 1234))),
        (
            Row("amount", "between", "10 – 20.50 USD"),
            both(
                compare("currency", "=", "USD"), {"op": "between", "left": field("amount"), "low": 1000, "high": 2050}
            ),
        ),
        (Row("customer_amount_ratio_7d", ">", "3.1"), compare("customer_amount_ratio_7d", ">", 31_000)),
        (Row("score_ppm", ">=", "12.5%"), compare("score_ppm", ">=", 125_000)),
        (Row("amount_reference", ">", "99.5"), compare("amount_reference", ">", 9950)),
        (Row("customer_age", "<", "2 h"), compare("customer_age", "<", 7200)),
        (Row("customer_age", "<", "30"), compare("customer_age", "<", 30)),
        (Row("method_family", "=", "wallet"), compare("method_family", "=", 2)),
        (Row("country", "one_of", "kr, JP"), {"op": "one_of", "left": field("country"), "values": ["JP", "KR"]}),
        (
            Row("brand", "none_of", "visa"),
            {"op": "not", "of": {"op": "one_of", "left": field("brand"), "values": ["visa"]}},
        ),
        (Row("bin", "starts_with", "4242"), {"op": "starts_with", "left": field("bin"), "text": "4242"}),
        (Row("is_night", "yes"), compare("is_night", "=", 1)),
        (Row("is_night", "no"), compare("is_night", "=", 0)),
        (Row("device_age", "missing"), {"op": "missing", "left": field("device_age")}),
        (Row("device_age", "known"), {"op": "not", "of": {"op": "missing", "left": field("device_age")}}),
        (Row("ip_country", "!=", other="card_country"), compare("ip_country", "!=", field("card_country"))),
        (
            Row("customer_failed_1d", ">=", other="device_failed_1d"),
            compare("customer_failed_1d", ">=", field("device_failed_1d")),
        ),
        (Row("is_night", "=", other="is_weekend"), compare("is_night", "=", field("is_weekend"))),
        (Row("list:2:5", "yes"), {"op": "in_list", "list": 2, "kind": 5}),
        (Row("list:3:1", "no"), {"op": "not", "of": {"op": "in_list", "list": 3, "kind": 1}}),
    ],
)
def test_what_is_typed_is_read_and_typed_again(row: Row, json: dict[str, Any]) -> None:
    composed = Composed(True, (Group(True, (row,)),))
    node = parse(to_json(composed, VOCABULARY), VOCABULARY)
    assert dump(node) == dump(parse(json, VOCABULARY))
    again = from_node(node)
    assert again is not None
    assert parse(to_json(again, VOCABULARY), VOCABULARY) == node
    assert [group.rows[0].field for group in again.groups] == [row.field]


@pytest.mark.parametrize("op", ["starts_with", "contains"])
def test_a_part_that_would_be_typed_otherwise_is_left_to_the_tree(op: str) -> None:
    """A currency is read in capitals: what looks for `kr` would look for `KR` once a form had it."""
    node = parse({"op": op, "left": field("currency"), "text": "kr"}, VOCABULARY)
    assert from_node(node) is None


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (Row("amount", ">=", "50,000"), Refused.CURRENCY),
        (Row("amount", ">=", "50,000 XYZ"), Refused.CURRENCY),
        (Row("amount", "between", "1 KRW – 2 JPY"), Refused.CURRENCY),
        (Row("amount", "contains", "5"), Refused.OPERATOR),
        (Row("customer_count_1h", ">=", ""), Refused.NUMBER),
        (Row("customer_count_1h", ">=", "3.5"), Refused.NUMBER),
        (Row("customer_count_1h", ">=", "NaN"), Refused.NUMBER),
        (Row("customer_count_1h", "between", "3"), Refused.NUMBER),
        (Row("customer_count_1h", "between", "3 – 2"), Refused.NUMBER),
        (Row("customer_count_1h", "yes"), Refused.OPERATOR),
        (Row("customer_age", "<", "soon"), Refused.NUMBER),
        (Row("is_night", ">=", "1"), Refused.OPERATOR),
        (Row("brand", ">=", "visa"), Refused.OPERATOR),
        (Row("brand", "=", ""), Refused.TEXT),
        (Row("brand", "one_of", " , "), Refused.VALUES),
        (Row("nothing", "=", "1"), Refused.FIELD),
        (Row("method_family", "=", "barter"), Refused.FIELD),
        (Row("list:2:5", "=", "1"), Refused.OPERATOR),
        (Row("list:2:5", "=", other="brand"), Refused.FIELD),
        (Row("ip_country", "=", "KR", "card_country"), Refused.BOTH),
        (Row("ip_country", "=", other="brand"), Refused.UNIT),
        (Row("ip_country", "=", other="nothing"), Refused.FIELD),
        (Row("ip_country", "contains", other="card_country"), Refused.OPERATOR),
        (Row("ip_country", ">", other="card_country"), Refused.OPERATOR),
        (Row("customer_age", ">", other="customer_count_1h"), Refused.UNIT),
        (Row("amount", ">", other="amount_reference"), Refused.UNIT),
    ],
)
def test_what_cannot_be_read_says_where(row: Row, code: Refused) -> None:
    good = Row("brand", "=", "visa")
    with pytest.raises(RowRefused) as refusal:
        to_json(Composed(True, (Group(True, (good,)), Group(False, (good, row)))), VOCABULARY)
    assert (refusal.value.place, refusal.value.code) == ((1, 1), code)


@given(conditions())
def test_two_fields_beside_each_other_never_are_more_than_a_row_can_say(wanted: dict[str, Any]) -> None:
    """Whatever else a condition says: each leaf of it that compares two fields is a row, and that leaf again."""
    for leaf in leaves_of(parse(wanted, small.VOCABULARY)):
        if isinstance(leaf, Compare) and isinstance(leaf.value, Field):
            composed = from_node(leaf)
            assert composed is not None
            assert composed.groups[0].rows == (Row(leaf.field.name, str(leaf.op), other=leaf.value.name),)
            assert parse(to_json(composed, small.VOCABULARY), small.VOCABULARY) == leaf


def test_a_currency_that_is_another_field_names_none() -> None:
    beside = compare("currency", "=", field("currency"))
    with pytest.raises(ConditionRefused) as refusal:
        parse(both(beside, compare("amount", ">", 5)), VOCABULARY)
    assert refusal.value.code == Refused.CURRENCY
    assert from_node(parse(both(beside, KRW), VOCABULARY)) is not None


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "Country of the IP address differs from Country of the card"),
        ("ko", "IP 주소의 국가: 카드의 국가와(과) 다름"),
        ("ja", "IPアドレスの国がカードの国と異なる"),
    ],
)
def test_two_fields_read_as_a_sentence(language: str, words: str) -> None:
    with override(language):
        assert sentence(parse(compare("ip_country", "!=", field("card_country")), VOCABULARY)) == words


WHOLE = both(
    KRW,
    compare("amount", ">=", 50_000),
    {
        "op": "or",
        "of": [
            compare("customer_count_1h", ">", 3),
            {"op": "in_list", "list": 2, "kind": 5},
            both(compare("is_night", "=", 1), {"op": "missing", "left": field("device_age")}),
        ],
    },
    {"op": "not", "of": {"op": "contains", "left": field("shop"), "text": "web"}},
)
LINES = {
    "en": "Amount is at least 50,000 KRW and (Customer: attempts in 1 hour is more than 3 or E-mail address stands on: "
    "Block list or (At night, before 7:00 is yes and Device: time since first seen is not known)) and not so: (Shop has "
    "“web” in it)",
    "ko": "금액: 50,000 KRW 이상 그리고 (고객: 최근 1시간 결제 시도 수: 3회 초과 또는 이메일 주소: 차단 목록에 있음 또는 "
    "(야간(7시 이전): 예 그리고 기기: 처음 나타난 뒤 지난 시간: 알려져 있지 않음)) 그리고 다음이 아님: (쇼핑몰: “web” 포함)",
    "ja": "金額が50,000 KRW以上、かつ(顧客: 直近1時間の決済試行数が3回を超える、またはメールアドレスが遮断リストにある、または"
    "(夜間(7時前)がはい、かつデバイス: 初めて現れてからの時間がわからない))、かつ次ではない:（ショップに「web」を含む）",
}


@pytest.mark.parametrize("language", LINES)
def test_a_condition_reads_as_a_sentence(language: str) -> None:
    with override(language):
        assert sentence(parse(WHOLE, VOCABULARY)) == LINES[language]


def test_a_condition_reads_as_sentences_within_each_other() -> None:
    node = parse(WHOLE, VOCABULARY)
    with override("en"):
        whole = said(node)
        assert (whole.words, [part.words for part in whole.under]) == (
            "all of these:", ["Amount is at least 50,000 KRW", "at least one of these:", "not so:"],
        )  # fmt: skip


def test_every_kind_of_leaf_is_said() -> None:
    shown = {
        "Score is at least 12.5%": compare("score_ppm", ">=", 125_000),
        "Amount is from 10.00 USD to 20.50 USD": both(
            compare("currency", "=", "USD"), {"op": "between", "left": field("amount"), "low": 1000, "high": 2050}
        ),
        "Country of delivery is one of: JP, KR": {"op": "one_of", "left": field("country"), "values": ["KR", "JP"]},
        "Card brand is none of: jcb": {
            "op": "not", "of": {"op": "one_of", "left": field("brand"), "values": ["jcb"]},
        },
        "BIN is one of: 0, 1, 2, 3, 4, 5, 6, 7 and 2 more": {
            "op": "one_of", "left": field("bin"), "values": [str(n) for n in range(10)],
        },
        "Country of the IP address differs from Country of the card": compare(
            "ip_country", "!=", ["field", "card_country"]
        ),
        "BIN begins with “42”": {"op": "starts_with", "left": field("bin"), "text": "42"},
        "Currency is known": {"op": "not", "of": {"op": "missing", "left": field("currency")}},
        "Shop does not stand on: Watch list": {"op": "not", "of": {"op": "in_list", "list": 3, "kind": 7}},
    }  # fmt: skip
    with override("en"):
        assert [sentence(parse(json, VOCABULARY)) for json in shown.values()] == list(shown)
