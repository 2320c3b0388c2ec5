"""OFX 1 and 2: elements in any order or left out, zones, repeated FITIDs, encodings, and files that are refused."""

from __future__ import annotations

import tempfile
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.banks.accounts import accounts_in
from payments.banks.ofx import OfxAdapter
from payments.banks.ofx.values import instant_of
from payments.banks.registry import recognise
from payments.facts import FileRefused, ReadingTerms
from payments.simulator.rendering import ofx
from payments.simulator.world import BankDocument
from tests.payments.banks.rendered import account, days
from tests.payments.files import BankRead, cut_out, read_bank, sample, stored

TERMS = ReadingTerms("America/New_York", ("USD",))
HEADER = "OFXHEADER:100\r\nDATA:OFXSGML\r\nVERSION:102\r\nENCODING:{}\r\nCHARSET:{}\r\nCOMPRESSION:NONE\r\n\r\n"
FROM = "<BANKACCTFROM><BANKID>1<ACCTID>99 88<ACCTTYPE>CHECKING</BANKACCTFROM>"
BALANCE = "<LEDGERBAL><BALAMT>100.50<DTASOF>20260702120000[-5:EST]</LEDGERBAL>"


def entry(amount: str = "-1.50", inside: str = "", *, kind: str = "OTHER", posted: str = "20260701") -> str:
    return f"<STMTTRN><TRNTYPE>{kind}\n<DTPOSTED>{posted}<TRNAMT>{amount}<FITID>F1{inside}</STMTTRN>\n"


def body(*entries: str, inside: str = f"<CURDEF>USD{FROM}", behind: str = BALANCE) -> str:
    return (
        "<OFX><SIGNONMSGSRSV1><SONRS><STATUS><CODE>0</STATUS><DTSERVER>20260703010000[-4:EDT]<LANGUAGE>ENG</SONRS>"
        f"</SIGNONMSGSRSV1>\n<BANKMSGSRSV1><STMTTRNRS><STMTRS>{inside}\n<BANKTRANLIST><DTSTART>20260701<DTEND>20260702\n"
        + "".join(entries)
        + f"</BANKTRANLIST>{behind}</STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>"
    )


def sgml(*entries: str, encoding: str = "USASCII", charset: str = "1252", **rest: str) -> str:
    return HEADER.format(encoding, charset) + body(*entries, **rest)


def read(folder: Path, content: str | bytes, terms: ReadingTerms = TERMS) -> BankRead:
    return read_bank(OfxAdapter(), stored(folder, content, "x.ofx"), terms)


def refusal(folder: Path, content: str | bytes) -> FileRefused:
    with pytest.raises(FileRefused) as caught:
        read(folder, content)
    return caught.value


def test_version_1_without_end_tags(tmp_path: Path) -> None:
    first = entry("-1.50", "<REFNUM>R9<NAME>A &amp; B<MEMO>x < y &lt; z<DTAVAIL>20260705")
    source = stored(tmp_path, sgml(first, entry("2", "<CHECKNUM>7<NAME>Shop", posted="20260702")), "x.ofx")
    found = read_bank(OfxAdapter(), source, TERMS)

    assert found.problems == []
    assert [(line.booked_on, line.value_on, line.amount, line.currency) for line in found.lines] == [
        (date(2026, 7, 1), date(2026, 7, 5), -150, "USD"),
        (date(2026, 7, 2), None, 200, "USD"),
    ]
    assert [(line.counterparty, line.remittance, line.end_to_end_reference) for line in found.lines] == [
        ("A & B", "x < y < z", "R9"),
        ("Shop", "Shop", "7"),
    ]
    assert [(s.statement_key, s.closing_balance) for s in found.reading.statements()] == [
        ("9988/2026-07-01", None),
        ("9988/2026-07-02", 10050),
    ]
    assert {s.generated_at for s in found.reading.statements()} == {datetime(2026, 7, 3, 5, 0, tzinfo=UTC)}
    assert cut_out(source, found.lines)[0].decode() == first.rstrip("\n")
    assert [line.line_number for line in found.lines] == [11, 13]
    assert accounts_in(source.path.read_bytes(), "ofx") == {"9988"}


@pytest.mark.parametrize(
    ("inside", "behind"),
    [
        ("", f"{BALANCE}{FROM}<CURDEF>EUR"),
        (FROM, "<CURDEF>EUR"),
        (f"{BALANCE}<CURDEF>EUR", FROM),
        ("<CURDEF>EUR<BANKACCTFROM><BANKID><ACCTID>9988</BANKACCTFROM>", "<AVAILBAL><BALAMT>1<DTASOF>2026</AVAILBAL>"),
    ],
    ids=["all behind", "no balance", "balance first", "empty bank id"],
)
def test_elements_out_of_order_and_left_out(tmp_path: Path, inside: str, behind: str) -> None:
    found = read(tmp_path, sgml(entry(), inside=inside, behind=behind))
    assert [(line.statement_key, line.currency) for line in found.lines] == [("9988/2026-07-01", "EUR")]


def test_the_currency_of_the_account_is_taken_where_none_is_named(tmp_path: Path) -> None:
    content = sgml(entry("-1.500"), inside=FROM)
    assert [line.amount for line in read(tmp_path, content, ReadingTerms("UTC", ("KWD",))).lines] == [-1500]
    with pytest.raises(FileRefused):
        read(tmp_path, content, ReadingTerms("UTC", ()))


def test_pitfall_5_repeated_fitids_stay_two_entries(tmp_path: Path) -> None:
    assert [(line.amount, line.bank_reference) for line in read(tmp_path, sgml(entry(), entry())).lines] == [
        (-150, "F1"),
        (-150, "F1"),
    ]


@pytest.mark.parametrize(
    "posted",
    [
        "20260701",
        "20260701120000",
        "202607011120",
        "20260701000000[0:GMT]",
        "20260701120000.000[-5:EST]",
        "20260701235959[+9:JST]",
        "20260701210000[-3.30:NST]",
        "20260701000000 [+5.5:IST]",
    ],
)
def test_pitfall_13_dates_stay_on_the_banks_calendar(tmp_path: Path, posted: str) -> None:
    assert [line.booked_on for line in read(tmp_path, sgml(entry(posted=posted))).lines] == [date(2026, 7, 1)]


def test_instants_with_a_zone_are_in_utc() -> None:
    assert instant_of("20260701120000[-5:EST]") == datetime(2026, 7, 1, 17, tzinfo=UTC)
    assert instant_of("20260701120000[+5.50:IST]") == datetime(2026, 7, 1, 6, 30, tzinfo=UTC)
    assert instant_of("20260701") == datetime(2026, 7, 1, tzinfo=UTC)
    assert instant_of("soon") is None


@pytest.mark.parametrize(
    ("written", "minor"),
    [("-200.00", -20000), ("+5", 500), ("1234,5", 123450), ("1.234,56", 123456), ("1,234.56", 123456), ("-.5", -50)],
)
def test_pitfall_12_amounts_with_either_mark(tmp_path: Path, written: str, minor: int) -> None:
    assert [line.amount for line in read(tmp_path, sgml(entry(written))).lines] == [minor]


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        (entry("12..34"), "TRNAMT"),
        (entry("1E5"), "TRNAMT"),
        (entry("1,234"), "TRNAMT"),
        (entry(""), "TRNAMT"),
        (entry("5.00", kind="DEBIT"), "TRNAMT"),
        (entry("-5.00", kind="CREDIT"), "TRNAMT"),
        (entry("5.00", "<TRNAMT>6.00"), "TRNAMT"),
        (entry("5.00", "<CURRENCY><CURRATE>1.1<CURSYM>EUR</CURRENCY>"), "CURSYM"),
        (entry(posted="20260230"), "DTPOSTED"),
        (entry(posted=""), "DTPOSTED"),
        (entry("5.00", "<DTAVAIL>tomorrow"), "DTAVAIL"),
    ],
)
def test_a_bad_entry_is_reported_and_the_others_are_read(tmp_path: Path, bad: str, field: str) -> None:
    found = read(tmp_path, sgml(bad, entry("7")))
    assert [(line, name) for line, name, _ in found.problems] == [(11, field)]
    assert [line.amount for line in found.lines] == [700]


@pytest.mark.parametrize(
    ("encoding", "charset", "codec", "zone", "text"),
    [
        ("USASCII", "1252", "cp1252", "Europe/Berlin", "Müller Gebäck"),
        ("USASCII", "1252", "utf-8", "Asia/Seoul", "토스페이먼츠 정산"),
        ("USASCII", "1252", "cp949", "Asia/Seoul", "토스페이먼츠 정산금"),
        ("EUC-KR", "NONE", "cp949", "UTC", "가맹"),
        ("USASCII", "949", "cp949", "UTC", "정산"),
        ("USASCII", "Shift_JIS", "cp932", "UTC", "ソニー表示"),
        ("UTF-8", "NONE", "utf-8", "Asia/Tokyo", "ﾌﾘｺﾐ ソニー"),
    ],
)
def test_pitfall_14_encodings_by_header_and_by_bytes(
    tmp_path: Path, encoding: str, charset: str, codec: str, zone: str, text: str
) -> None:
    content = sgml(entry("1", f"<NAME>{text}"), encoding=encoding, charset=charset).encode(codec)
    found = read(tmp_path, content, ReadingTerms(zone, ("USD",)))
    assert [line.counterparty for line in found.lines] == [text]


def test_version_2_with_character_data_and_a_comment(tmp_path: Path) -> None:
    closed = body(entry("1.00", "<MEMO><![CDATA[A & <b> C]]></MEMO><NAME>&#x41;&#66;&bogus;</NAME>"))
    content = f'<?xml version="1.0" encoding="UTF-8"?>\n<?OFX OFXHEADER="200"?>\n<!-- <STMTRS> -->\n{closed}'
    source = stored(tmp_path, content, "x.ofx")
    assert recognise(source)[0][0] == "ofx"
    (line,) = read_bank(OfxAdapter(), source, TERMS).lines
    assert (line.remittance, line.counterparty) == ("A & <b> C", "AB&bogus;")


@pytest.mark.parametrize(
    "declaration",
    ['<!DOCTYPE OFX [<!ENTITY a "aaaa">]>', '<!ENTITY a SYSTEM "file:///etc/passwd">', "<!doctype OFX>"],
)
def test_pitfall_14_entity_bombs_are_refused(tmp_path: Path, declaration: str) -> None:
    found = refusal(tmp_path, f'<?xml version="1.0"?>\n{declaration}\n{body(entry())}')
    assert (found.problem.line, "document type" in str(found)) == (2, True)


@pytest.mark.parametrize(
    ("before", "after", "line", "part"),
    [
        ("</OFX>", "", 13, "ends before its closing tag"),
        ("<STMTRS>", "", 1, "holds no bank statement"),
        ("<STMTRS>", "<INVSTMTRS>", 9, "investment account"),
        ("<CURDEF>USD", "<CURDEF>XXY", 9, "is not a currency"),
        ("<BALAMT>100.50", "<BALAMT>1O0", 13, "is not an amount"),
        ("<DTASOF>2026", "<DTASOF>x", 13, "is not a date"),
        ("</STMTTRN>", "</STMTRS><STMTTRN></STMTTRN>", 12, "outside any statement"),
    ],
)
def test_a_damaged_file_is_refused_with_its_line(tmp_path: Path, before: str, after: str, line: int, part: str) -> None:
    content = sgml(entry())
    assert read(tmp_path, content).problems == []
    with pytest.raises(FileRefused) as caught:
        read(tmp_path, content.replace(before, after)).reading.statements()
    assert caught.value.problem.line == line
    assert part in str(caught.value)


def test_pending_entries_are_left_out_and_counted(tmp_path: Path) -> None:
    pending = (
        "<BANKTRANLISTP><STMTTRNP><TRNTYPE>OTHER<TRNAMT>5<BANKACCTTO><ACCTID>1</BANKACCTTO></STMTTRNP></BANKTRANLISTP>"
    )
    found = read(tmp_path, sgml(entry(), behind=pending + BALANCE))
    assert [(check.expected, check.found) for check in found.reading.checks()] == [(1, 1), (1, 1)]
    assert {line.statement_key for line in found.lines} == {"9988/2026-07-01"}


def test_a_transaction_without_its_end_tag_ends_where_the_next_begins(tmp_path: Path) -> None:
    content = sgml(entry("1").replace("</STMTTRN>", ""), entry("2").replace("</STMTTRN>", ""))
    assert [line.amount for line in read(tmp_path, content).lines] == [100, 200]


def test_an_entry_whose_opening_tag_is_damaged_is_missed(tmp_path: Path) -> None:
    found = read(tmp_path, sgml(entry(), entry("7.00").replace("<STMTTRN>", "<>")))
    assert [(check.expected, check.found) for check in found.reading.checks()] == [(2, 1)]


def test_pitfall_3_a_list_without_entries_is_a_statement_with_its_balance(tmp_path: Path) -> None:
    found = read(tmp_path, sgml())
    assert [(s.statement_key, s.closing_balance) for s in found.reading.statements()] == [("9988/2026-07-02", 10050)]


def test_a_card_number_in_the_text_refuses_the_file(tmp_path: Path) -> None:
    assert refusal(tmp_path, sgml(entry("1", "<MEMO>4111 1111 1111 1111"))).must_delete_bytes


def test_two_statements_of_two_accounts(tmp_path: Path) -> None:
    inner = body(entry("1")).partition("<STMTTRNRS>")[2].partition("</STMTTRNRS>")[0]
    other = inner.replace("99 88", "77").replace("USD", "JPY").replace("100.50", "100").replace(">1<", ">500<")
    content = sgml(entry("1")).replace("</STMTTRNRS>", f"</STMTTRNRS><STMTTRNRS>{other}</STMTTRNRS>")
    found = read(tmp_path, content)
    assert [(line.statement_key, line.amount, line.currency) for line in found.lines] == [
        ("9988/2026-07-01", 100, "USD"),
        ("77/2026-07-01", 500, "JPY"),
    ]


@given(days(), st.data())
def test_pitfall_14_a_mutated_file_is_refused_or_read_and_nothing_is_lost(
    document: BankDocument, data: st.DataObject
) -> None:
    content = ofx.render_day(account("USD", "UTC"), document)
    start = data.draw(st.integers(0, len(content)))
    end = data.draw(st.integers(start, min(len(content), start + 60)))
    filling = data.draw(
        st.one_of(st.binary(max_size=4), st.sampled_from([b"<STMTTRN>", b"</STMTTRN>", b"<!--", b"</STMTRS>", b"<A>"]))
    )
    mutated = content[:start] + filling + content[end:]
    with tempfile.TemporaryDirectory() as folder:
        try:
            found = read_bank(OfxAdapter(), stored(Path(folder), mutated), TERMS)
            checks = found.reading.checks()
        except FileRefused:
            return
    assert len(found.lines) + found.reading.problems.count == mutated.count(b"<STMTTRN>") or not checks[0].is_met


@pytest.mark.external
def test_the_sample_posts(samples: Path) -> None:
    found = read_bank(OfxAdapter(), sample(samples / "bank" / "ofxtools_stmtrs.ofx"), TERMS)
    assert [(line.booked_on, line.amount, line.bank_reference) for line in found.lines] == [
        (date(2005, 10, 4), -20000, "00002"),
        (date(2005, 10, 20), -30000, "00003"),
    ]
    assert [s.statement_key for s in found.reading.statements()] == ["999988/2005-10-04", "999988/2005-10-20"]
