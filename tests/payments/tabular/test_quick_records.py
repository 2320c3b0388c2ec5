"""The quick reader of JSON gives what the careful one gives, and leaves to it whatever is not plain."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from payments.card_glances import may_hold_card_number, record_may_hold_card_number
from payments.cards import holds_card_number
from payments.facts import FileRefused
from payments.tabular import quick_records
from payments.tabular.json_records import JsonRecord, JsonRecords
from payments.tabular.limits import BLOCK_BYTES
from payments.tabular.quick_records import QuickRecords
from tests.payments.files import stored

KEYS = st.sampled_from(["id", "amount", "카드", "a b", 'quo"te', "fees", "cancel", ""])
LEAVES = st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    LEAVES | st.text(max_size=8) | st.sampled_from(["}, {", '"', "\\", "4111 1111 1111 1111", "1,5"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=6,
)
RECORDS = st.lists(st.dictionaries(KEYS, VALUES, max_size=5).map(lambda row: {"id": 1} | row), min_size=1, max_size=12)


def exactly(value: Any) -> Any:
    """A record with its whole numbers as text, as the careful reader gives them."""
    if isinstance(value, dict):
        return {key: exactly(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [exactly(entry) for entry in value]
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def told(records: list[JsonRecord]) -> list[tuple[object, ...]]:
    return [(line, offset, length, exactly(record)) for line, offset, length, record, _ in records]


@settings(max_examples=60, deadline=None)
@given(rows=RECORDS, layout=st.sampled_from(["list", "lines", "indented", "tight", "wrapped", "escaped", "bom"]))
def test_the_quick_reader_gives_what_the_careful_one_gives(
    tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, Any]], layout: str
) -> None:
    dumped = [json.dumps(row, ensure_ascii=layout == "escaped") for row in rows]
    text = {
        "lines": "\n".join(dumped), "indented": json.dumps(rows, indent=1, ensure_ascii=False),
        "tight": json.dumps(rows, separators=(",", ":"), ensure_ascii=False), "wrapped": json.dumps({"data": rows}),
        "bom": "\ufeff[" + ",\r\n".join(dumped) + "]",
    }.get(layout, "[" + ",\n ".join(dumped) + "]")  # fmt: skip
    try:
        source = stored(tmp_path_factory.mktemp("quick"), text.encode(), "file.json")
    except UnicodeEncodeError:
        return
    careful, quick = list(JsonRecords(source).records()), list(QuickRecords(source).records())
    assert told(quick) == told(careful)
    for (*_, written), (*_, kept) in zip(careful, quick, strict=True):
        assert kept == written or (kept == "" and not record_may_hold_card_number(written))


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ('{"id": 3, "amount": 1, "amount": 2}', "there twice"),
        ('{"id": 3, "amount": 1, "amount" :2}', "there twice"),
        ('{"id": 3, "inner": [{"a": 1, "a": 1}]}', "there twice"),
        ('{"id": 3, "amount": NaN}', "not a number JSON allows"),
        ('{"id": 3, "amount": 01}', "not valid JSON"),
        ('{"id": 3, "inner": ' + "[" * 40 + "]" * 40 + "}", "nested too deeply"),
    ],
)
def test_what_is_not_plain_is_refused_as_by_the_careful_reader(tmp_path: Path, bad: str, reason: str) -> None:
    plain = [f'{{"id": {number}, "amount": 5}}' for number in range(3)]
    source = stored(tmp_path, "[" + ",\n".join([*plain, bad, plain[0]]) + "]", "file.json")
    refused = []
    for reader in (JsonRecords(source), QuickRecords(source)):
        with pytest.raises(FileRefused, match=reason) as caught:
            list(reader.records())
        refused.append((caught.value.problem.line, caught.value.problem.record, caught.value.problem.field))
    assert refused[0] == refused[1]
    assert refused[0][:2] == (4, 4)


def test_a_number_with_decimals_stays_as_it_is_written(tmp_path: Path) -> None:
    rows = ",\n".join(f'{{"id": {number}, "amount": 0.1000000000000000055{number}}}' for number in range(5))
    found = [record for *_, record, _ in QuickRecords(stored(tmp_path, f"[{rows}]", "file.json")).records()]
    assert [record["amount"] for record in found] == [f"0.1000000000000000055{number}" for number in range(5)]


@pytest.mark.parametrize("between", [",\n", "\n"])
def test_records_with_decimals_do_not_have_the_file_looked_at_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, between: str
) -> None:
    looked_at: list[int] = []

    def counted(record: bytes) -> bool:
        looked_at.append(len(record))
        return may_hold_card_number(record)

    monkeypatch.setattr(quick_records, "may_hold_card_number", counted)
    rows = [
        {"id": n, "amount": n + (0.5 if n % 7 == 0 else 0), "text": "카드 결제 " * (1 + n % 20)} for n in range(3000)
    ]
    joined = between.join(json.dumps(row, ensure_ascii=False) for row in rows)
    content = (f"[{joined}]" if "," in between else joined).encode()
    source = stored(tmp_path, content, "file.json")
    assert told(list(QuickRecords(source).records())) == told(list(JsonRecords(source).records()))
    assert len(content) > 2 * BLOCK_BYTES
    assert sum(looked_at) < 2 * len(content)


@given(st.text('0123456789 -.,aZ":０５９－‐\u3000\u00a0카가', max_size=60))
def test_a_glance_at_a_record_sees_every_card_number(text: str) -> None:
    for placed in (
        text,
        f"{text} 4111 1111 1111 1111",
        f"x４１１１－１１１１－１１１１－１１１１{text}",
        f'"{text}378282246310005"',
    ):
        if holds_card_number(placed):
            assert record_may_hold_card_number(placed)
