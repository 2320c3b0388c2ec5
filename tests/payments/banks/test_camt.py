"""camt.053, 052 and 054: entries, balances, batches, versions, hostile XML."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from payments.banks.camt import CamtAdapter
from payments.banks.registry import recognise
from payments.facts import FileRefused
from tests.payments.banks.camt_files import SPACE, TERMS, balance, document, entry, read, refusal
from tests.payments.files import cut_out, read_bank, sample, stored


def test_a_statement_is_read_and_ties(tmp_path: Path) -> None:
    details = (
        "<AcctSvcrRef>A1</AcctSvcrRef><BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly>"
        "</Domn></BkTxCd><NtryDtls><TxDtls><Refs><EndToEndId>E1</EndToEndId></Refs><RltdPties><Dbtr><Nm>Adyen\n N.V.</Nm>"
        "</Dbtr></RltdPties><RmtInf><Ustrd>TX1 batch 380</Ustrd><Ustrd>Shop</Ustrd></RmtInf></TxDtls></NtryDtls>"
    )
    source = stored(tmp_path, document(entry("12.50", inside=details), entry("2", "DBIT"), closing="110.50"))
    found = read_bank(CamtAdapter(), source, TERMS)

    assert found.problems == []
    line = found.lines[0]
    assert (line.amount, line.currency, line.booked_on, line.value_on) == (
        1_250,
        "EUR",
        date(2026, 7, 2),
        date(2026, 7, 1),
    )
    assert (line.bank_reference, line.end_to_end_reference, line.transaction_code) == ("A1", "E1", "PMNT/RCDT/ESCT")
    assert (line.counterparty, line.remittance) == ("Adyen N.V.", "TX1 batch 380 Shop")
    assert line.statement_key == "DE89370400440532013000/S-7/2026-07-02"
    assert found.lines[1].amount == -200
    fact = found.reading.statements()[0]
    assert (fact.account_reference, fact.opening_balance, fact.closing_balance) == (
        "DE89370400440532013000",
        10_000,
        11_050,
    )
    assert (fact.opened_on, fact.closed_on, fact.sequence) == (
        date(2026, 7, 1),
        date(2026, 7, 2),
        "20260702T180000.000000Z",
    )
    assert [piece[:5] + piece[-7:] for piece in cut_out(source, found.lines)] == [b"<Ntry></Ntry>"[:5] + b"</Ntry>"] * 2
    assert [entry.line_number for entry in found.lines] == [4, 6]


@pytest.mark.parametrize("version", ["02", "03", "04", "06", "08", "10", "12", "13"])
def test_all_versions_are_read_alike(tmp_path: Path, version: str) -> None:
    status = "BOOK" if version < "08" else "<Cd>BOOK</Cd>"
    party = "<Nm>A</Nm>" if version < "08" else "<Pty><Nm>A</Nm></Pty>"
    inside = f"<NtryDtls><TxDtls><RltdPties><Dbtr>{party}</Dbtr></RltdPties></TxDtls></NtryDtls>"
    content = document(entry("1.00", status=status, inside=inside), closing="101", space=SPACE[:-2] + version)
    found = read(tmp_path, content)
    assert [(line.amount, line.counterparty) for line in found.lines] == [(100, "A")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1"])
def test_places_are_right_in_every_encoding_and_with_prefixes(tmp_path: Path, encoding: str) -> None:
    content = document(entry("1.00", inside="<AddtlNtryInf>Zahlung für Müller</AddtlNtryInf>"), closing="101")
    content = content.replace("UTF-8", encoding)
    for tag in ("Document", "BkToCstmrStmt", "Stmt", "Ntry"):
        content = content.replace(f"<{tag}", f"<c:{tag}").replace(f"</{tag}", f"</c:{tag}")
    content = content.replace("xmlns=", f'xmlns="{SPACE}" xmlns:c=')
    source = stored(tmp_path, content.encode(encoding))
    found = read_bank(CamtAdapter(), source, TERMS)
    piece = cut_out(source, found.lines)[0].decode({"utf-16": "utf-16-le"}.get(encoding, encoding))
    assert (piece[:8], piece[-9:]) == ("<c:Ntry>", "</c:Ntry>")
    assert found.lines[0].remittance == "Zahlung für Müller"


def test_a_batch_is_one_line_and_tells_what_it_holds(tmp_path: Path) -> None:
    inside = (
        "<NtryDtls><Btch><PmtInfId>PI-9</PmtInfId><NbOfTxs>2</NbOfTxs></Btch>"
        "<TxDtls><Refs><EndToEndId>E1</EndToEndId></Refs><RmtInf><Ustrd>one</Ustrd></RmtInf></TxDtls>"
        "<TxDtls><Refs><EndToEndId>E2</EndToEndId></Refs><RmtInf><Ustrd>two</Ustrd></RmtInf></TxDtls></NtryDtls>"
    )
    found = read(tmp_path, document(entry("3.00", inside=inside), closing="103"))
    assert [(line.amount, line.end_to_end_reference, line.remittance) for line in found.lines] == [
        (300, "", "one two PI-9")
    ]


def test_entries_that_are_not_booked_are_left_out_and_counted(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        document(
            entry("1.00"),
            entry("5.00", status="PDNG"),
            entry("6.00", status="<Cd>INFO</Cd>"),
            entry("7.00", status="<Prtry>OURS</Prtry>"),
            closing="101",
        ),
    )
    assert [line.amount for line in found.lines] == [100]
    assert [(check.name, check.found, check.is_refusing) for check in found.reading.checks()][-1] == (
        "Entries not booked yet, left out", 3, False,
    )  # fmt: skip


def test_a_reversal_moves_money_the_way_it_says(tmp_path: Path) -> None:
    found = read(tmp_path, document(entry("1.00", "DBIT", inside="<RvslInd>true</RvslInd>"), closing="99"))
    assert [line.amount for line in found.lines] == [-100]


def test_a_statement_that_does_not_tie_is_refused_by_its_name(tmp_path: Path) -> None:
    refused = refusal(tmp_path, document(entry("1.00"), closing="101.01"))
    assert refused.problem.line == 3
    assert "DE89370400440532013000/S-7/2026-07-02" in str(refused)
    assert "101.00 EUR, but its closing balance is 101.01" in str(refused)


def test_an_account_in_debit_ties_too(tmp_path: Path) -> None:
    content = document(entry("150.00", "DBIT"), closing="50").replace(
        balance("CLBD", "50", "2026-07-02"), balance("CLBD", "50", "2026-07-02", "DBIT")
    )
    assert read(tmp_path, content).reading.statements()[0].closing_balance == -5_000


@pytest.mark.parametrize(
    ("summary", "is_refused"),
    [
        ("<TtlNtries><NbOfNtries>2</NbOfNtries><Sum>3.00</Sum></TtlNtries>", False),
        ("<TtlNtries><NbOfNtries>3</NbOfNtries><Sum>8.00</Sum></TtlNtries>", False),
        ("<TtlCdtNtries><NbOfNtries>1</NbOfNtries><Sum>1</Sum></TtlCdtNtries>", False),
        ("<TtlDbtNtries><NbOfNtries>1</NbOfNtries><Sum>2</Sum></TtlDbtNtries>", False),
        ("<TtlNtries><NbOfNtries>4</NbOfNtries></TtlNtries>", True),
        ("<TtlNtries><NbOfNtries>2</NbOfNtries><Sum>3.01</Sum></TtlNtries>", True),
        ("<TtlCdtNtries><NbOfNtries>1</NbOfNtries><Sum>2</Sum></TtlCdtNtries>", True),
    ],
)
def test_totals_a_statement_states_hold(tmp_path: Path, summary: str, is_refused: bool) -> None:
    header = f"<TxsSummry>{summary}</TxsSummry>"
    entries = (entry("1.00"), entry("2.00", "DBIT"), entry("5.00", status="PDNG"))
    content = document(*entries, closing="99", header=header)
    if is_refused:
        assert "Lines are missing or changed" in str(refusal(tmp_path, content))
    else:
        assert len(read(tmp_path, content).lines) == 2


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        (entry("12..34"), "Amt"),
        (entry("-1.00"), "Amt"),
        (entry("1,00"), "Amt"),
        (entry("1E2"), "Amt"),
        (entry("1.001"), "Amt"),
        (entry(""), "Amt"),
        (entry("1.00", currency="USD"), "Ccy"),
        (entry("1.00", currency="XXX"), "Ccy"),
        (entry("1.00", "BOTH"), "CdtDbtInd"),
        (entry("1.00", status="BOOJ"), "Sts"),
        (entry("1.00", status="<Cd>BOKO</Cd>"), "Sts"),
        (entry("1.00").replace("2026-07-02", "2026-02-30"), "BookgDt"),
        ("<Ntry><CdtDbtInd>CRDT</CdtDbtInd></Ntry>", "Amt"),
    ],
)
def test_a_bad_entry_is_named_with_line_and_element(tmp_path: Path, bad: str, field: str) -> None:
    found = read(tmp_path, document(entry("1.00"), bad, closing="101"))
    assert [line.amount for line in found.lines] == [100]
    assert [(line, name) for line, name, _ in found.problems] == [(5, field)]


@pytest.mark.parametrize(("outer", "inner"), [("BkToCstmrAcctRpt", "Rpt"), ("BkToCstmrDbtCdtNtfctn", "Ntfctn")])
def test_reports_and_notifications_are_interim(tmp_path: Path, outer: str, inner: str) -> None:
    content = document(entry("1.00"), closing="999").replace("BkToCstmrStmt", outer).replace("Stmt>", f"{inner}>")
    found = read(tmp_path, content)
    assert [line.amount for line in found.lines] == [100]
    assert found.reading.statements()[0].is_interim


def test_two_statements_of_one_file_are_held_apart(tmp_path: Path) -> None:
    whole = document(entry("1.00"), closing="101")
    start, end = whole.index("<Stmt>"), whole.index("</Stmt>") + 7
    second = document(entry("2.00"), closing="102").replace("S-7", "S-8")[start:end]
    found = read(tmp_path, whole[:end] + second + whole[end:])
    assert [line.statement_key[-14:] for line in found.lines] == ["S-7/2026-07-02", "S-8/2026-07-02"]


BOMB = (
    '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]><Document><BkToCstmrStmt>&c;</BkToCstmrStmt></Document>'
)
OUTSIDE = (
    '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><Document><BkToCstmrStmt>&x;</BkToCstmrStmt></Document>'
)


@pytest.mark.parametrize("content", [BOMB, OUTSIDE, '<!DOCTYPE Document SYSTEM "http://127.0.0.1/x.dtd"><Document/>'])
def test_document_types_and_entities_are_refused(tmp_path: Path, content: str) -> None:
    assert str(refusal(tmp_path, content)).startswith("The file declares a document type or entities.")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("<Document><BkToCstmrStmt><Stmt>", "The file ends in the middle of its XML."),
        ("<Document></Other>", "This is not valid XML from character 13 of the line on."),
        ("<Document><x>&undefined;</x></Document>", "This is not valid XML from character 14 of the line on."),
        ("<Document/>", "The file holds no bank statement"),
        (
            "<Document><BkToCstmrStmt><Stmt><Id>1</Id><Acct><Id><IBAN>DE1</IBAN></Id></Acct></Stmt></BkToCstmrStmt>"
            "</Document>",
            "The element “CreDtTm” is missing.",
        ),
        ("<a>" * 100, "The elements are nested too deeply."),
        ('<?xml version="1.0" encoding="ebcdic-cp-be"?><Document/>', "The XML is written in an encoding"),
        ("<Document><BkToCstmrStmt><Stmt><Id>1</Id></Stmt></BkToCstmrStmt></Document>", "The statement 1 names no account"),
    ],
)  # fmt: skip
def test_what_is_no_statement_is_refused(tmp_path: Path, content: str, message: str) -> None:
    assert str(refusal(tmp_path, content)).startswith(message)


def test_the_format_is_recognised_by_its_elements(tmp_path: Path) -> None:
    assert [code for code, _ in recognise(stored(tmp_path, document(closing="100")))] == ["camt"]
    assert recognise(stored(tmp_path, "<Document><pain/></Document>")) == []


@pytest.mark.external
def test_the_example_of_the_standard_ties(samples: Path) -> None:
    found = read_bank(CamtAdapter(), sample(samples / "bank" / "bsp_camt.053.001.02.xml"), TERMS)
    assert found.problems == []
    assert [(line.amount, line.currency) for line in found.lines] == [
        (10_567_850, "SEK"), (-20_000_000, "SEK"), (3_000_000, "SEK"),
    ]  # fmt: skip
    assert [(check.expected, check.found) for check in found.reading.checks()] == [(43_567_850, 43_567_850)]


@pytest.mark.external
def test_two_equal_entries_of_a_day_are_two_lines(samples: Path) -> None:
    found = read_bank(CamtAdapter(), sample(samples / "bank" / "bsp_camt053_duplicate_same_day.xml"), TERMS)
    assert [(line.amount, line.booked_on) for line in found.lines] == [(-450, date(2026, 4, 7))] * 2


@pytest.mark.external
def test_a_garbled_amount_is_refused_by_line_and_element(samples: Path) -> None:
    found = read_bank(CamtAdapter(), sample(samples / "bank" / "bsp_camt053_garbled_amount.xml"), TERMS)
    assert found.lines == []
    assert [(line, field) for line, field, _ in found.problems] == [(17, "Amt")]


@pytest.mark.external
def test_a_statement_without_entries_ties(samples: Path) -> None:
    found = read_bank(CamtAdapter(), sample(samples / "bank" / "oca_test-camt053-no-ntry.xml"), TERMS)
    assert (found.lines, found.problems) == ([], [])
    assert [(fact.currency, fact.closing_balance) for fact in found.reading.statements()] == [("CHF", 152_076)]
    assert [(check.expected, check.found) for check in found.reading.checks()] == [(152_076, 152_076)]


@pytest.mark.external
def test_the_sample_that_does_not_tie_is_refused_by_its_statement(samples: Path) -> None:
    with pytest.raises(FileRefused) as caught:
        read_bank(CamtAdapter(), sample(samples / "bank" / "oca_test-camt053.xml"), TERMS)
    assert caught.value.problem.line == 38
    assert "NL77ABNA0574908765/1234Test/1/2014-01-05" in str(caught.value)
    assert "15555.28 EUR, but its closing balance is 15121.12" in str(caught.value)
