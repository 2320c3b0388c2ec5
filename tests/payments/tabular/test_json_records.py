"""JSON as a stream of objects: places, wrappers, numbers as text, refusals."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.facts import FileRefused
from payments.tabular import json_records
from payments.tabular.json_records import JsonRecords
from tests.payments.files import stored


def records(folder: Path, content: bytes | str, list_key: str = "") -> list[dict[str, Any]]:
    return [record for *_, record, _ in JsonRecords(stored(folder, content), list_key=list_key).records()]


def refusal(folder: Path, content: bytes | str) -> tuple[int | None, str]:
    with pytest.raises(FileRefused) as caught:
        records(folder, content)
    return caught.value.problem.line, str(caught.value)


@pytest.mark.parametrize(
    "content",
    [
        '[{"a": 1}, {"a": 2}]',
        ' [ {"a":1},\n{"a":2}\n]\n ',
        '{"data": [{"a": 1}, {"a": 2}]}',
        '{"page": {"no": 1, "of": [1, 2]}, "items": [{"a": 1}, {"a": 2}], "total": 2}',
        '{"count": 2, "_embedded": {"orders": [{"a": 1}, {"a": 2}]}, "_links": {"next": null}}',
        '{"_embedded": {"orders": [{"a": 1}, {"a": 2}]}}',
        '{"a": 1}\n{"a": 2}\n',
        '{"a": 1} {"a": 2}',
    ],
)
def test_lists_wrapped_lists_and_json_lines_are_read_alike(tmp_path: Path, content: str) -> None:
    assert records(tmp_path, content) == [{"a": "1"}, {"a": "2"}]


def test_what_stands_around_the_list_is_kept(tmp_path: Path) -> None:
    file = JsonRecords(stored(tmp_path, '{"count": 2, "rows": [{"a": 1}], "sum": 1.50, "errors": []}'))
    assert len(list(file.records())) == 1
    assert file.around == {"count": "2", "sum": "1.50", "errors": []}


def test_a_list_under_another_name_must_be_named(tmp_path: Path) -> None:
    content = '{"zahlungen": [{"a": 1}]}'
    assert records(tmp_path, content, "zahlungen") == [{"a": "1"}]
    assert records(tmp_path, content) == [{"zahlungen": [{"a": "1"}]}]


def test_numbers_stay_as_they_are_written(tmp_path: Path) -> None:
    numbers = ["1.10", "1E-80000000", "9" * 5_000, "-0", "0.1000000000000000055511151231257827"]
    content = "[" + ",".join(f'{{"n": {number}}}' for number in numbers) + "]"
    assert [record["n"] for record in records(tmp_path, content)] == numbers


@pytest.mark.parametrize(
    ("content", "line", "message"),
    [
        ("", None, "The file is empty."),
        ("hello", 1, "The file holds no list of entries in JSON, as this format does."),
        ("42", 1, "The file holds no list of entries in JSON, as this format does."),
        ("[1, 2]", 1, "The list holds something that is not an object."),
        ('[{"a": 1},\n{"a": NaN}]', 2, "“NaN” is not a number JSON allows."),
        ('[{"a": Infinity}]', 1, "“Infinity” is not a number JSON allows."),
        ('[{"a": 1, "a": 2}]', 1, "The key “a” is there twice in one object"),
        ('[{"a": {"b": 1, "b": 1}}]', 1, "The key “b” is there twice in one object"),
        ('[{"a": 1},\n{"a": 2}', 2, "The file ends in the middle of its JSON."),
        ('[{"a": 1},\n{"a": ', 2, "The file ends in the middle of its JSON."),
        ('[{"a": 1},\n\n{"a" 2}]', 3, "This is not valid JSON from character 6 of the line on."),
        ('[{"a": 1}\n{"a": 2}]', 2, "This is not valid JSON from character 1 of the line on."),
        ('[{"a": 1}] []', 1, "This is not valid JSON from character 12 of the line on."),
        ('{"data": [{"a": 1}], "items": [{"a": 2}]}', 1, "The file holds two lists, “data” and “items”"),
        ('{"data": [{"a": 1}], "data": 1}', 1, "The key “data” is there twice"),
        ("[" * 100_000, 1, "The objects are nested too deeply."),
        ('[{"a":' * 200 + "1" + "}]" * 200, 1, "The objects are nested too deeply."),
        ('[{"a": "' + "x" * 2_000_000 + '"}]', 1, "This line or record is longer"),
        ('[{"a": "' + "x" * 3_000_000, 1, "This line or record is longer"),
        ('[{"a": "x\ny"}]', 1, "This is not valid JSON from character 10 of the line on."),
        ('{"data": [{"a": 1}], {}: 1}', 1, "This is not valid JSON from character 24 of the line on."),
        (
            '[{"a": "' + "x" * 300_000 + '"}, {"a" 2}]',
            1,
            "This is not valid JSON from character 300018 of the line on.",
        ),
    ],
)
def test_what_is_no_list_of_objects_is_refused(tmp_path: Path, content: str, line: int | None, message: str) -> None:
    found_line, found = refusal(tmp_path, content)
    assert (found_line, found[: len(message)]) == (line, message)


def test_wrong_bytes_are_refused_by_their_line(tmp_path: Path) -> None:
    assert refusal(tmp_path, '[{"a": "é"},\n'.encode() + b'{"a": "\xe9"}]')[0] == 2


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "cp949"])
def test_objects_that_lie_across_blocks_keep_their_places(
    tmp_path: Path, encoding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_records, "BLOCK_BYTES", 61)
    rows = [{"번호": number, "이름": "홍길동" * (number % 7)} for number in range(100)]
    texts = [json.dumps(row, ensure_ascii=False) for row in rows]
    content = ("[\n" + ",\n".join(texts) + "\n]").encode(encoding)
    codec = {"utf-16": "utf-16-le", "utf-8-sig": "utf-8"}.get(encoding, encoding)
    found = list(JsonRecords(stored(tmp_path, content)).records())
    assert [content[offset : offset + length].decode(codec) for _, offset, length, _, _ in found] == texts
    assert [line for line, *_ in found] == list(range(2, 102))


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)


@given(st.lists(st.dictionaries(TEXT, JSON, max_size=4), max_size=6), st.booleans())
def test_whatever_json_writes_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, Any]], is_ascii: bool
) -> None:
    def with_text_numbers(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: with_text_numbers(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [with_text_numbers(inner) for inner in value]
        return str(value) if isinstance(value, int) and not isinstance(value, bool) else value

    text = json.dumps(rows, ensure_ascii=is_ascii)
    found = records(tmp_path_factory.mktemp("json"), text)
    assert found == with_text_numbers(rows)


@given(st.text(alphabet='[]{}",:01 \nanulltrue\\', max_size=60))
def test_any_text_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, content: str) -> None:
    source = stored(tmp_path_factory.mktemp("json"), content)
    try:
        found = list(JsonRecords(source).records())
    except FileRefused:
        return
    for _, offset, length, record, _ in found:
        assert json.loads(content[offset : offset + length]).keys() == record.keys()
