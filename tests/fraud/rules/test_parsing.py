"""What a condition may be: known, bounded, and written in one way."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given

from fraud.assessments.verdicts import Facts
from fraud.rules.ast import And, Between, Compare, InList, Not, OneOf, Op, Or, depth, leaves_of, size
from fraud.rules.closures import Found, compiled, leaves
from fraud.rules.given import Given
from fraud.rules.parsing import ConditionRefused, Refused, parse
from fraud.rules.writing import digest, dump, text_of
from tests.fraud.rules.conditions import FEATURES, VOCABULARY, both, compare, conditions, field

FACTS = Facts(1, "KRW")
COUNT = VOCABULARY["customer_count_1h"]
MANY = compare("customer_count_1h", ">=", 3)


def nested(json_of: dict[str, Any], times: int) -> dict[str, Any]:
    """A condition under so many `not`."""
    for _ in range(times):
        json_of = {"op": "not", "of": json_of}
    return json_of


@given(conditions())
def test_what_is_written_is_read_back_as_it_was(wanted: dict[str, Any]) -> None:
    node = parse(wanted, VOCABULARY)
    assert parse(json.loads(text_of(node)), VOCABULARY) == node
    assert dump(parse(dump(node), VOCABULARY)) == dump(node)


def test_what_says_the_same_is_written_the_same() -> None:
    flat = both(MANY, compare("brand", "=", "visa"), compare("bin", "!=", "400000"))
    deep = both(both(MANY, compare("brand", "=", "visa")), {"op": "or", "of": [compare("bin", "!=", "400000")]})
    assert parse(deep, VOCABULARY) == parse(flat, VOCABULARY)
    assert digest(4, parse(deep, VOCABULARY)) == digest(4, parse(flat, VOCABULARY))
    assert digest(3, parse(deep, VOCABULARY)) != digest(4, parse(flat, VOCABULARY))
    one_of = {"op": "one_of", "left": field("country"), "values": ["KR", "JP", "KR"]}
    assert dump(parse(one_of, VOCABULARY)) == one_of | {"values": ["JP", "KR"]}
    assert text_of(parse(MANY, VOCABULARY)) == '{"left":["field","customer_count_1h"],"op":">=","right":3}'


def test_a_condition_is_read_into_nodes() -> None:
    read = parse(
        both(
            MANY,
            {"op": "or", "of": [{"op": "in_list", "list": 2, "kind": 4}, nested(compare("brand", "=", "visa"), 1)]},
            {"op": "between", "left": field("score_ppm"), "low": 1, "high": 2},
        ),
        VOCABULARY,
    )
    brand = Compare(VOCABULARY["brand"], Op.EQUAL, "visa")
    assert read == And(
        (Compare(COUNT, Op.AT_LEAST, 3), Or((InList(2, 4), Not(brand))), Between(VOCABULARY["score_ppm"], 1, 2))
    )
    assert (size(read), depth(read)) == (7, 4)


AMOUNT = compare("amount", ">", 50_000)
TEXT_ORDER = compare("brand", "<", "visa")


@pytest.mark.parametrize(
    ("wanted", "path", "code"),
    [
        ([], "", Refused.SHAPE),
        ({}, "op", Refused.SHAPE),
        ({"op": ["="]}, "op", Refused.SHAPE),
        ({"op": "exec", "of": []}, "op", Refused.SHAPE),
        ({"op": "and", "of": []}, "of", Refused.EMPTY),
        ({"op": "and", "of": {}}, "of", Refused.SHAPE),
        (MANY | {"more": 1}, "", Refused.SHAPE),
        ({"op": ">=", "left": field("customer_count_1h")}, "", Refused.SHAPE),
        (both(MANY, compare("nothing", "=", 1)), "of.1.left", Refused.FIELD),
        (compare("__class__", "=", 1), "left", Refused.FIELD),
        ({"op": "=", "left": "amount", "right": 1}, "left", Refused.SHAPE),
        (compare("customer_count_1h", "=", True), "right", Refused.NUMBER),
        (compare("customer_count_1h", "=", 1.0), "right", Refused.NUMBER),
        (compare("customer_count_1h", "=", "1"), "right", Refused.NUMBER),
        (compare("customer_count_1h", "=", 10**15 + 1), "right", Refused.NUMBER),
        (compare("brand", "=", 1), "right", Refused.TEXT),
        (compare("brand", "=", ""), "right", Refused.TEXT),
        (compare("brand", "=", "a\x00"), "right", Refused.TEXT),
        (compare("brand", "=", " visa"), "right", Refused.TEXT),
        (compare("brand", "=", "a" * 41), "right", Refused.TEXT),
        (TEXT_ORDER, "op", Refused.OPERATOR),
        ({"op": "between", "left": field("brand"), "low": 1, "high": 2}, "op", Refused.OPERATOR),
        ({"op": "between", "left": field("score_ppm"), "low": 2, "high": 1}, "high", Refused.NUMBER),
        ({"op": "contains", "left": field("score_ppm"), "text": "1"}, "op", Refused.OPERATOR),
        ({"op": "one_of", "left": field("brand"), "values": []}, "values", Refused.VALUES),
        ({"op": "one_of", "left": field("brand"), "values": ["a"] * 101}, "values", Refused.VALUES),
        ({"op": "one_of", "left": field("brand"), "values": ["a", 1]}, "values.1", Refused.TEXT),
        (compare("customer_count_1h", ">", field("customer_age")), "right", Refused.UNIT),
        (compare("ip_country", "=", field("currency")), "right", Refused.UNIT),
        (both(compare("currency", "=", "KRW"), compare("amount", ">", field("amount"))), "of.1.right", Refused.UNIT),
        ({"op": "in_list", "list": 4, "kind": 1}, "", Refused.LIST),
        ({"op": "in_list", "list": True, "kind": 1}, "", Refused.LIST),
        (AMOUNT, "", Refused.CURRENCY),
        ({"op": "or", "of": [compare("currency", "=", "KRW"), AMOUNT]}, "of.1", Refused.CURRENCY),
        (both(compare("currency", "!=", "KRW"), AMOUNT), "of.1", Refused.CURRENCY),
        (both(nested(compare("currency", "=", "KRW"), 1), AMOUNT), "of.1", Refused.CURRENCY),
        (nested(MANY, 6), "of.of.of.of.of.of", Refused.DEPTH),
        (both(*[MANY] * 60), "of.59", Refused.NODES),
    ],
)
def test_everything_else_is_refused(wanted: object, path: str, code: Refused) -> None:
    with pytest.raises(ConditionRefused) as refusal:
        parse(wanted, VOCABULARY)
    assert (refusal.value.path, refusal.value.code) == (path, code)


def test_what_is_at_its_bounds_is_taken() -> None:
    assert depth(parse(nested(MANY, 5), VOCABULARY)) == 6
    assert size(parse(both(*[MANY] * 59), VOCABULARY)) == 60
    krw = compare("currency", "=", "KRW")
    parse(both(krw, {"op": "or", "of": [MANY, nested(AMOUNT, 1)]}), VOCABULARY)
    parse({"op": "missing", "left": field("amount")}, VOCABULARY)


def test_a_condition_may_be_of_eight_thousand_characters() -> None:
    def wide(count: int, last: str) -> dict[str, Any]:
        long = {"op": "one_of", "left": field("brand"), "values": [f"{n:040d}" for n in range(count)]}
        return both(long, long, compare("brand", "=", last))

    room = 8_000 - len(text_of(parse(wide(91, "x"), VOCABULARY)))
    assert 0 < room < 39
    assert len(text_of(parse(wide(91, "x" * (room + 1)), VOCABULARY))) == 8_000
    with pytest.raises(ConditionRefused, match="condition: length"):
        parse(wide(91, "x" * (room + 2)), VOCABULARY)


def test_every_leaf_says_how_it_came_out() -> None:
    node = parse(both(MANY, compare("customer_count_1h", ">", field("customer_count_1d"))), VOCABULARY)
    payment = Given(values=(0, 2), facts=FACTS)
    first, second = leaves_of(node)
    assert leaves(node, payment) == [Found(first, False, 2), Found(second, False, 2, None)]
    assert leaves(parse({"op": "in_list", "list": 2, "kind": 4}, VOCABULARY), Given((), FACTS, (36,))) == [
        Found(InList(2, 4), True)
    ]


def test_a_missing_value_is_never_different() -> None:
    payment = Given(values=(0,), facts=FACTS)
    unequal = compare("customer_count_1h", "!=", 3)
    assert compiled(parse(unequal, VOCABULARY))(payment) is False
    assert compiled(parse(nested(unequal, 1), VOCABULARY))(payment) is True
    assert compiled(parse({"op": "missing", "left": field("customer_count_1h")}, VOCABULARY))(payment) is True


def test_the_amount_in_minor_units_and_the_comparable_one_have_names_of_their_own() -> None:
    assert VOCABULARY["amount_reference"].position == FEATURES[0].position
    assert OneOf(VOCABULARY["amount_reference"], (1,)).field.unit == "reference"
