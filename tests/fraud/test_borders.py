"""What goes over the borders of the rooms: hits of lists by kind, and the hash that keeps a model to its features."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from fraud.features.declarations import Feature, NullMeaning, Source, Unit, schema_hash
from fraud.features.models import KeyKind
from fraud.features.subjects import Subject
from fraud.lists.hits import Hits, code_of, keys_of
from fraud.lists.models import ListName

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
HOUR = Feature(2, "hour", Unit.HOUR, Source.PAYMENT, NullMeaning.NEVER, "extract(hour from t.as_of)")


def test_every_kind_of_key_is_named_after_its_field() -> None:
    whole = Subject(
        NOON, 1, "KRW", customer_id=11, instrument=12, device=13, ip=14, network=9, email=15, address=16, shop=17
    )
    assert keys_of(whole) == {kind: 10 + kind for kind in KeyKind.values}
    assert keys_of(replace(whole, device=None, shop=0)) == {1: 11, 2: 12, 4: 14, 5: 15, 6: 16, 7: 0}


def test_a_hit_tells_its_list() -> None:
    hits = Hits(codes=(code_of(ListName.BLOCK, KeyKind.IP), code_of(ListName.WATCH, KeyKind.SHOP)))
    assert hits.codes == (36, 55)
    assert [hits.has(name) for name in ListName.values] == [False, True, True]


def test_another_definition_has_another_hash() -> None:
    known = schema_hash([HOUR])
    assert schema_hash([replace(HOUR, expression="extract(hour  from\n t.as_of)")]) == known
    changes = (
        replace(HOUR, position=3), replace(HOUR, name="hours"), replace(HOUR, unit=Unit.COUNT),
        replace(HOUR, source=Source.SHOP), replace(HOUR, null_meaning=NullMeaning.NO_KEY),
        replace(HOUR, expression="1"), replace(HOUR, window_seconds=1),
    )  # fmt: skip
    hashes = {schema_hash([each]) for each in changes} | {known, schema_hash([HOUR, HOUR])}
    assert len(hashes) == len(changes) + 2
