"""Delimited text: records with their places, quotation marks, widths, what is cut off."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from payments.facts import FileRefused
from payments.tabular import lines
from payments.tabular.delimited import DelimitedFile, Layout, find_delimiter
from tests.payments.files import stored

LAYOUT = Layout()


def rows(folder: Path, content: bytes | str, layout: Layout = LAYOUT) -> list[list[str]]:
    return [cells for *_, cells in DelimitedFile(stored(folder, content), layout).records()]


def refusal(folder: Path, content: bytes | str) -> tuple[int | None, str]:
    with pytest.raises(FileRefused) as caught:
        rows(folder, content)
    return caught.value.problem.line, str(caught.value)


@pytest.mark.parametrize(
    ("header", "delimiter"),
    [("a,b,c", ","), ("a;b;c", ";"), ("a\tb\tc", "\t"), ("a|b|c", "|"), ('"a;x","b;y","c;z"', ","), ("alone", ",")],
)
def test_the_delimiter_is_found_outside_quotation_marks(header: str, delimiter: str) -> None:
    assert find_delimiter(header) == delimiter


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("has_last", [True, False])
def test_line_ends_of_every_system_are_read(tmp_path: Path, line_end: str, has_last: bool) -> None:
    content = f"a,b{line_end}1,2{line_end}3,4" + line_end * has_last
    source = stored(tmp_path, content)
    found = list(DelimitedFile(source).records())
    assert [(line, cells) for line, _, _, cells in found] == [(2, ["1", "2"]), (3, ["3", "4"])]
    data = source.path.read_bytes()
    assert [data[offset : offset + length].decode().strip() for _, offset, length, _ in found] == ["1,2", "3,4"]


def test_quoted_cells_may_hold_line_ends_delimiters_and_quotation_marks(tmp_path: Path) -> None:
    file = DelimitedFile(stored(tmp_path, 'a,b\n"x\ny","1,5"\n"say ""hi""",2\n'))
    assert [(line, cells) for line, _, _, cells in file.records()] == [(2, ["x\ny", "1,5"]), (4, ['say "hi"', "2"])]


CARD = "4111-1111-1111-1111"


@pytest.mark.parametrize("codec", ["ascii", "utf-8", "cp949", "cp932", "utf-16-le"])
@pytest.mark.parametrize("row", [f"{CARD},x\n", f'"{CARD}\n\n\n\n",x\n', "8,1E+15\n", f'"a\n\n\n\n\n{CARD}",x\n'])
def test_blocks_without_digits_as_of_cards_spare_the_guard_and_no_record_with_some_is_spared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, codec: str, row: str
) -> None:
    monkeypatch.setattr(lines, "BLOCK_BYTES", 16)
    monkeypatch.setattr(lines, "_LOOKS_IN_VAIN", 99)
    plain = {"ascii": "", "cp949": "결제,카드\n", "cp932": "カード,カナ\n"}.get(codec, "ü,ー\n") + "2026-07-03,12\n" * 4
    file = DelimitedFile(stored(tmp_path, f"a,b\n{plain}{row}{plain}".encode(codec)), Layout(codec), is_guarded=True)
    needs = [(cells, file.feed.needs_guard) for *_, cells in file.records()]
    looked_at = [cells for cells, is_needed in needs if is_needed]
    assert [cells for cells, _ in needs if CARD in cells[0] or "+" in cells[1]] == [
        cells for cells in looked_at if CARD in cells[0] or "+" in cells[1]
    ]
    assert 1 <= len(looked_at) < len(needs) - 3


def test_where_block_after_block_needs_the_guard_it_looks_at_all_that_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "BLOCK_BYTES", 16)
    file = DelimitedFile(stored(tmp_path, "a,b\n" + f"{CARD},x\n" * 9 + "2026-07-03,12\n" * 9), is_guarded=True)
    assert all(file.feed.needs_guard for _ in file.records())


def test_a_header_may_be_quoted_spread_over_lines_and_behind_other_lines(tmp_path: Path) -> None:
    file = DelimitedFile(stored(tmp_path, 'title\n\nsep=;\n"a\nx"; b \n1;2\n'), Layout(skipped_lines=1))
    assert file.header == ("a\nx", "b")
    assert [(line, cells) for line, _, _, cells in file.records()] == [(6, ["1", "2"])]


def test_rows_of_another_width_are_problems_and_empty_ones_are_passed_over(tmp_path: Path) -> None:
    file = DelimitedFile(stored(tmp_path, "a,b\n1,2\n1\n\n , \n1,2,3\n1,2,,\n1,2\n"))
    assert [line for line, *_ in file.records()] == [2, 5, 7, 8]
    assert [(problem.line, problem.message) for problem in file.problems.first] == [
        (3, "This line has 1 columns, the header has 2."),
        (6, "This line has 3 columns, the header has 2."),
    ]


@pytest.mark.parametrize(
    ("content", "line", "message"),
    [
        ("", None, "The file is empty."),
        ("\n\n \n", None, "The file holds no header row."),
        ("a,b\n", 1, "The file has a header but no rows."),
        ("a,b", 1, "The file has a header but no rows."),
        ("\na,b\n\n \n", 2, "The file has a header but no rows."),
        ("a,b,c\n1,2,3\n1,2", 3, "The file ends in the middle of this line: 2 of 3 columns."),
        ('a,b\n1,2\n1,"2', 3, "A quotation mark opened in this record is never closed."),
        ('a,b\n1,"2"x\n', 2, "The quotation marks of this line do not pair."),
        ("a,b\n1,2\n1,\x002\n", 3, "This line holds a NUL byte."),
        (",".join("x" * 10_000) + "\n1\n", 1, "This line has 10000 columns."),
        ("a,b\n" + "," * 600 + "\n", 2, "This line has 601 columns."),
    ],
)
def test_damage_is_refused_with_its_line(tmp_path: Path, content: str, line: int | None, message: str) -> None:
    found_line, found = refusal(tmp_path, content)
    assert found_line == line
    assert found.startswith(message)


@pytest.mark.parametrize(
    "content",
    [
        b"a,b\n1,2\n" + b"x" * 2_000_000 + b",2\n",
        b"a,b\n1,2\n" + b"x" * 2_000_000,
        b"x" * 3_000_000 + b"\n1\n",
        b"a,b\n1,2\n" + b'"' + b'x","\n' * 300_000,
        ("a,b\n1,2\n" + "x" * 2_000_000 + ",2\n").encode("utf-16"),
    ],
)
def test_endless_lines_and_records_are_refused(tmp_path: Path, content: bytes) -> None:
    assert refusal(tmp_path, content)[1].startswith(("This line or record is longer", "A quotation mark opened"))


def test_a_list_of_cards_without_a_header_is_deleted(tmp_path: Path) -> None:
    with pytest.raises(FileRefused) as caught:
        rows(tmp_path, "John Doe,4111111111111111,12/28\nJane Doe,5500005555555559,01/29\n")
    assert caught.value.must_delete_bytes
    assert (caught.value.problem.line, caught.value.problem.field) == (1, "2")


def test_half_a_character_at_the_end_is_cut_off(tmp_path: Path) -> None:
    assert refusal(tmp_path, "a,b\n1,2\n1,2".encode("utf-16")[:-1])[1].startswith(
        "The file ends in the middle of a character"
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp949"])
def test_records_that_lie_across_blocks_keep_their_places(
    tmp_path: Path, encoding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "BLOCK_BYTES", 64)
    content = "번호,이름\r\n" + "".join(f'{number},"홍\n길동 {"x" * (number % 50)}"\r\n' for number in range(200))
    source = stored(tmp_path, content.encode(encoding))
    data = source.path.read_bytes()
    codec = "utf-16-le" if encoding == "utf-16" else encoding.removesuffix("-sig")
    found = list(DelimitedFile(source).records())
    assert [(line, cells[0]) for line, _, _, cells in found] == [(2 + 2 * n, str(n)) for n in range(200)]
    for _, offset, length, cells in found:
        piece = data[offset : offset + length].decode(codec)
        assert next(csv.reader(io.StringIO(piece, newline=""))) == cells


CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)


@given(
    st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=1, max_size=8), st.sampled_from([",", ";", "\t", "|"])
)
def test_whatever_csv_writes_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, table: list[list[str]], delimiter: str
) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows([["a", "b", "c"], *table])
    found = rows(tmp_path_factory.mktemp("csv"), text.getvalue(), Layout(codec="utf-8", delimiter=delimiter))
    assert found == table


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    try:
        file = DelimitedFile(stored(tmp_path_factory.mktemp("csv"), content))
        found = list(file.records())
    except FileRefused:
        return
    for _, offset, length, _ in found:
        assert 0 <= offset < offset + length <= len(content)


@given(
    st.lists(
        st.lists(st.text(st.characters(codec="ascii", categories=["L", "N", "P", "S", "Zs"]), max_size=5), min_size=1),
        min_size=1,
        max_size=8,
    ),
    st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
    st.sampled_from(["\n", "\r\n"]),
)
def test_quoted_and_plain_rows_side_by_side_are_read_as_csv_reads_them(
    tmp_path_factory: pytest.TempPathFactory, cells: list[list[str]], quoting: Literal[0, 1], line_end: str
) -> None:
    width = max(map(len, cells))
    written = io.StringIO(newline="")
    table = [[f"h{place}" for place in range(width)], *([*row, *["x"] * (width - len(row))] for row in cells)]
    csv.writer(written, quoting=quoting, lineterminator=line_end).writerows(table)
    _, *expected = csv.reader(io.StringIO(written.getvalue(), newline=""))
    found = rows(tmp_path_factory.mktemp("mixed"), written.getvalue(), Layout(delimiter=","))
    assert found == [row for row in expected if row]


@given(
    st.lists(st.tuples(*[st.text('a",; \n', max_size=4)] * 3).map(list), min_size=1, max_size=4),
    st.sampled_from(",;"),
    st.sampled_from(["\n", "\r\n"]),
)
def test_lines_of_quoted_cells_are_read_as_csv_reads_them(
    tmp_path_factory: pytest.TempPathFactory, cells: list[list[str]], delimiter: str, line_end: str
) -> None:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator=line_end).writerows([["x"] * 3, *cells])
    source = stored(tmp_path_factory.mktemp("quoted"), out.getvalue().encode())
    assert [found for *_, found in DelimitedFile(source, Layout(delimiter=delimiter)).records()] == cells


PIECES = st.sampled_from(['"', '""', '","', '"a"', '"a","b"', ",", "a", "a,b", "\n", "\r\n", '"\n"', '"\r\n"', " "])


@given(st.lists(PIECES, max_size=24).map("".join), st.sampled_from([8, 32, 4096]))
@example('"a","\r\n"b"","c"', 4096)  # as many marks as if each cell were quoted
@example('"\n', 4096)
def test_blocks_are_read_as_their_lines_are_one_by_one(
    tmp_path_factory: pytest.TempPathFactory, written: str, block: int
) -> None:
    source = stored(tmp_path_factory.mktemp("ways"), f"x,y\r\n{written}".encode())

    def read() -> object:
        file = DelimitedFile(source, Layout(delimiter=",", is_ragged=True))
        try:
            return list(file.records()), file.problems.first
        except FileRefused as refused:
            return refused.problem

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lines, "BLOCK_BYTES", block)
        quickly = read()
        patch.setattr(DelimitedFile, "_rows_of", lambda self, lines, text: None)
        patch.setattr(DelimitedFile, "_as_csv", DelimitedFile._carefully)
        assert quickly == read()


@pytest.mark.parametrize("line", ['"a"b","c"', '"a","b"c"', '"a,"b"', '"', '"a","b'])
def test_a_line_that_only_looks_quoted_is_left_to_csv(tmp_path: Path, line: str) -> None:
    with pytest.raises(csv.Error):
        list(csv.reader([line], strict=True))
    _line, message = refusal(tmp_path, f"x,y\n{line}\n")
    assert "quotation mark" in message


def test_columns_without_a_name_behind_the_last_may_be_left_out(tmp_path: Path) -> None:
    assert rows(tmp_path, "a,b,,\n1,2\n3,4,,\n5,6,,x\n") == [
        ["1", "2", "", ""],
        ["3", "4", "", ""],
        ["5", "6", "", "x"],
    ]
    file = DelimitedFile(stored(tmp_path, "a,b,c,\n1,2\n"))
    assert (list(file.records()), file.problems.count) == ([], 1)
