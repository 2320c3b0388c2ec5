"""Encodings are told from the bytes, held to, and never guessed where they would garble."""

from __future__ import annotations

from pathlib import Path

import pytest

from payments.facts import FileRefused
from payments.tabular.delimited import DelimitedFile, Layout
from payments.tabular.encodings import codec_named, detect
from tests.payments.files import stored

KOREAN = "주문번호,고객명,적요\n1,홍길동,정산금 입금\n"
JAPANESE = "注文番号,お客様名,摘要\n1,山田太郎,売上金の入金\n"
HALF_WIDTH = "入金日,摘要\n1,ｶﾌﾞｼｷｶﾞｲｼｬ ﾄｽ\n"


@pytest.mark.parametrize(
    ("content", "codec", "bom"),
    [
        (b"a,b\n1,2\n", "ascii", 0),
        (KOREAN.encode(), "utf-8", 0),
        (KOREAN.encode("utf-8-sig"), "utf-8", 3),
        (b"\xff\xfe" + KOREAN.encode("utf-16-le"), "utf-16-le", 2),
        (b"\xfe\xff" + KOREAN.encode("utf-16-be"), "utf-16-be", 2),
        ("a,b,c,d,e\n1,2,3,4,5\n".encode("utf-16-le"), "utf-16-le", 0),
        ("a,b,c,d,e\n1,2,3,4,5\n".encode("utf-16-be"), "utf-16-be", 0),
        (KOREAN.encode("cp949"), "cp949", 0),
        ("주문,이름\n1,뷁햏\n".encode("cp949"), "cp949", 0),
        (JAPANESE.encode("cp932"), "cp932", 0),
        (HALF_WIDTH.encode("cp932"), "cp932", 0),
        ("カタカナ,アイウ\n".encode("cp932"), "cp932", 0),
    ],
)
def test_each_encoding_is_told_from_the_bytes(content: bytes, codec: str, bom: int) -> None:
    found = detect(content)
    assert (found.codec, found.bom) == (codec, bom)


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ("nom,prénom\nx,1\n".encode("latin-1"), 1),
        ("name,it’s\nx,1\n".encode("cp1252"), 1),
        ("Größe,b\nx,1\n".encode("latin-1"), 1),
        ("a,b\nRené,é\n".encode("latin-1"), 2),
        (b"a,b\n1,\xff\xfe\xfa\n", 2),
        (b"a,b\n1,\xc3\x28\n", 2),
        (b"a,b\n1,2\n\x80\x80\x80,1\n", 3),
    ],
)
def test_bytes_of_no_known_encoding_are_refused_by_line_and_never_guessed(
    tmp_path: Path, content: bytes, line: int
) -> None:
    with pytest.raises(FileRefused) as caught:
        DelimitedFile(stored(tmp_path, content))
    assert caught.value.problem.line == line


# Pairs of half-width kana are pairs of CP949 too, and a short word in Hangul is half-width kana.
KANA, HANGUL = "ｶﾌﾞｼｷｶﾞｲｼﾔ", "금액"


@pytest.mark.parametrize(
    ("zone", "encoding", "word"),
    [
        ("Asia/Tokyo", "cp932", KANA),
        ("Asia/Seoul", "cp949", HANGUL),
        ("Asia/Tokyo", "cp949", "정산금 입금"),
        ("Asia/Seoul", "cp932", "売上金の入金"),
    ],
)
@pytest.mark.parametrize("padding", [b"", b"1,2\n" * 100_000])
def test_the_zone_of_a_file_decides_where_its_bytes_do_not(
    tmp_path: Path, zone: str, encoding: str, word: str, padding: bytes
) -> None:
    content = b"a,b\n" + padding + f"1,{word}\n".encode(encoding)
    *_, record = DelimitedFile(stored(tmp_path, content), Layout(home=zone)).records()
    assert record[3] == ["1", word]


@pytest.mark.parametrize("content", [KANA.encode("cp932"), HANGUL.encode("cp949")])
def test_where_nothing_decides_the_encoding_is_asked_for(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(FileRefused) as caught:
        DelimitedFile(stored(tmp_path, b"a,b\n1," + content + b"\n"), Layout(home="Europe/Amsterdam"))
    assert caught.value.problem.line == 2
    assert "can be read as Shift-JIS and as CP949" in caught.value.problem.message


def test_an_encoding_may_be_declared(tmp_path: Path) -> None:
    file = DelimitedFile(stored(tmp_path, "nom,prénom\nRené,é\n".encode("latin-1")), Layout(codec="latin-1"))
    assert [cells for *_, cells in file.records()] == [["René", "é"]]


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_utf_16_is_read_as_such_whatever_was_declared(tmp_path: Path, codec: str) -> None:
    file = DelimitedFile(stored(tmp_path, KOREAN.encode(codec)), Layout(codec="cp949"))
    assert [cells for *_, cells in file.records()] == [["1", "홍길동", "정산금 입금"]]


def test_bytes_that_are_not_what_was_declared_are_no_damage(tmp_path: Path) -> None:
    file = stored(tmp_path, KOREAN.encode("cp949"))
    with pytest.raises(FileRefused) as caught:
        list(DelimitedFile(file, Layout(codec="cp932")).records())
    assert caught.value.problem.message.startswith("The mapping says that the file is Shift-JIS, and this line")


def test_a_byte_that_breaks_the_encoding_later_is_refused_by_its_line(tmp_path: Path) -> None:
    rows = ["é,1\n".encode()] * 60_000
    rows[50_000] = b"\xe9,1\n"
    source = stored(tmp_path, b"a,b\n" + b"".join(rows))
    with pytest.raises(FileRefused) as caught:
        list(DelimitedFile(source).records())
    assert caught.value.problem.line == 50_002
    assert "UTF-8" in str(caught.value)


@pytest.mark.parametrize(("encoding", "word"), [("cp949", "정산금"), ("cp932", "売上金"), ("utf-8", "정산금")])
def test_an_encoding_may_show_only_far_behind_the_head(tmp_path: Path, encoding: str, word: str) -> None:
    content = b"a,b\n" + b"1,2\n" * 100_000 + f"{word},3\n".encode(encoding)
    source = stored(tmp_path, content)
    records = list(DelimitedFile(source).records())
    line, offset, length, cells = records[-1]
    assert (line, cells) == (100_002, [word, "3"])
    assert content[offset : offset + length] == f"{word},3\n".encode(encoding)


@pytest.mark.parametrize(("name", "codec"), [("Shift_JIS", "cp932"), ("EUC-KR", "cp949"), (" UTF8 ", "utf-8")])
def test_encodings_go_by_many_names(name: str, codec: str) -> None:
    assert codec_named(name) == codec


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(LookupError):
        codec_named("ebcdic")
