"""Conditions and payments for tests of rules: a small vocabulary, and strategies whose values meet each other."""

from __future__ import annotations

from typing import Any, Final

from hypothesis import strategies as st

from fraud.assessments.models import Assessment
from fraud.assessments.verdicts import Facts
from fraud.features.declarations import Feature, NullMeaning, Source, Unit
from fraud.lists.hits import code_of
from fraud.rules.given import Given
from fraud.rules.vocabulary import AMOUNT, TEXTS, Vocabulary, vocabulary_of
from tests.fraud.rows import NOON

FEATURES: Final = (
    Feature(1, "amount", Unit.REFERENCE, Source.PAYMENT, NullMeaning.NEVER, "1"),
    Feature(2, "customer_count_1h", Unit.COUNT, Source.CUSTOMER, NullMeaning.NO_KEY, "1", 3600),
    Feature(3, "customer_count_1d", Unit.COUNT, Source.CUSTOMER, NullMeaning.NO_KEY, "1", 86400),
    Feature(4, "customer_age", Unit.SECONDS, Source.CUSTOMER, NullMeaning.NO_HISTORY, "1"),
    Feature(5, "is_night", Unit.YES_NO, Source.PAYMENT, NullMeaning.NEVER, "1"),
)
VOCABULARY: Final[Vocabulary] = vocabulary_of(FEATURES)
NUMBERS: Final = st.sampled_from((-1, 0, 1, 2, 3, 2_147_483_647, 2_147_483_648))
STORED: Final = st.none() | st.sampled_from((-1, 0, 1, 2, 3, 2_147_483_647))
WORDS: Final = st.sampled_from(("KR", "kr", "K", "가게 1", "a%_b", "it's", "\\", '"', "KRW"))
CODES: Final = (code_of(1, 1), code_of(2, 5), code_of(3, 7))
_TEXT_FIELDS: Final = st.sampled_from(TEXTS)
_NUMBER_FIELDS: Final = st.sampled_from([name for name, field in VOCABULARY.items() if not field.is_text])


def field(name: str) -> list[str]:
    """A field as JSON has it."""
    return ["field", name]


def compare(name: str, op: str, right: object) -> dict[str, Any]:
    """A comparison as JSON has it."""
    return {"op": op, "left": field(name), "right": right}


def both(*parts: dict[str, Any]) -> dict[str, Any]:
    """All of some conditions."""
    return {"op": "and", "of": list(parts)}


def _beside_currency(leaf: dict[str, Any]) -> dict[str, Any]:
    is_amount = leaf.get("left") == field(AMOUNT) and leaf["op"] != "missing"
    return both(compare("currency", "=", "KRW"), leaf) if is_amount else leaf


def _leaves() -> st.SearchStrategy[dict[str, Any]]:
    orders, equal = st.sampled_from(("=", "!=", "<", "<=", ">=", ">")), st.sampled_from(("=", "!="))
    bounds = st.tuples(NUMBERS, NUMBERS).map(sorted)
    words, numbers = st.lists(WORDS, min_size=1, max_size=3), st.lists(NUMBERS, min_size=1, max_size=3)
    return st.one_of(
        st.builds(compare, _NUMBER_FIELDS, orders, NUMBERS),
        st.builds(compare, _TEXT_FIELDS, equal, WORDS),
        st.builds(compare, st.just("customer_count_1h"), orders, st.just(field("customer_count_1d"))),
        st.builds(compare, st.just("ip_country"), equal, st.just(field("card_country"))),
        st.builds(lambda f, b: {"op": "between", "left": field(f), "low": b[0], "high": b[1]}, _NUMBER_FIELDS, bounds),
        st.builds(lambda f, v: {"op": "one_of", "left": field(f), "values": v}, _TEXT_FIELDS, words),
        st.builds(lambda f, v: {"op": "one_of", "left": field(f), "values": v}, _NUMBER_FIELDS, numbers),
        st.builds(lambda f: {"op": "missing", "left": field(f)}, _TEXT_FIELDS | _NUMBER_FIELDS),
        st.builds(lambda f, t: {"op": "starts_with", "left": field(f), "text": t}, _TEXT_FIELDS, WORDS),
        st.builds(lambda f, t: {"op": "contains", "left": field(f), "text": t}, _TEXT_FIELDS, WORDS),
        st.sampled_from(CODES).map(lambda code: {"op": "in_list", "list": code // 16, "kind": code % 16}),
    ).map(_beside_currency)


def _grown(inner: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    groups = st.builds(
        lambda op, of: {"op": op, "of": of}, st.sampled_from(("and", "or")), st.lists(inner, min_size=1, max_size=3)
    )
    return groups | inner.map(lambda of: {"op": "not", "of": of})


def conditions() -> st.SearchStrategy[dict[str, Any]]:
    """Any condition of the vocabulary, as somebody may write it: not canonical yet, never too large."""
    return _leaves() | _grown(_leaves()) | _grown(_grown(_leaves())) | _grown(_grown(_grown(_leaves())))


def givens() -> st.SearchStrategy[Given]:
    """Any payment: everything may be missing but amount and currency, and older ones have fewer features."""
    texts = {name: WORDS.filter(lambda word: len(word) < 3) | st.just("") for name in TEXTS}
    facts = st.builds(
        Facts, amount=NUMBERS.filter(lambda n: n >= 0), **texts | {"currency": st.sampled_from(("KRW", "USD"))}
    )
    return st.builds(
        Given,
        values=st.lists(STORED, min_size=1, max_size=len(FEATURES)).map(tuple),
        facts=facts,
        list_hits=st.lists(st.sampled_from(CODES), unique=True).map(tuple),
        score_ppm=st.none() | st.sampled_from((0, 1, 2, 3)),
    )


def assessment_of(given: Given, number: int) -> Assessment:
    """What is stored of such a payment, not saved."""
    facts = {name: getattr(given.facts, name) for name in ("amount", *TEXTS)}
    return Assessment(
        payment_id=number, attempt_id=number, merchant_reference=f"order-{number}", origin=0, as_of=NOON,
        features=list(given.values), list_hits=list(given.list_hits), score_ppm=given.score_ppm,
        model_id=None if given.score_ppm is None else 1, outcome=0, basis=0, **facts,
    )  # fmt: skip
