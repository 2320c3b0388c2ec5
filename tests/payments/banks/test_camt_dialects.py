"""camt as banks write it: pages, long batches, shared ids, entries without dates, the first version."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from payments.banks.camt import CamtAdapter
from payments.banks.registry import recognise
from tests.payments.banks.camt_files import SPACE, TERMS, balance, document, entry, read, refusal
from tests.payments.files import cut_out, read_bank, stored

ACCOUNT = "DE89370400440532013000/"


def test_statements_that_share_a_key_are_told_apart(tmp_path: Path) -> None:
    whole = document(entry("1.00"), closing="101")
    start, end = whole.index("<Stmt>"), whole.index("</Stmt>") + 7
    found = read(tmp_path, whole[:end] + whole[start:end] + whole[end:])
    assert [line.statement_key.removeprefix(ACCOUNT) for line in found.lines] == ["S-7/2026-07-02", "S-7/2026-07-02#2"]


def paged(number: int, is_last: bool, opening: str, closing: str, *entries: str) -> str:
    """One page of a statement over several messages."""
    pages = f"<MsgPgntn><PgNb>{number}</PgNb><LastPgInd>{str(is_last).lower()}</LastPgInd></MsgPgntn>"
    first = balance("OPBD" if number == 1 else "ITBD", opening, "2026-07-01")
    last = balance("CLBD" if is_last else "ITBD", closing, "2026-07-02")
    content = document(*entries, closing="0").replace("</GrpHdr>", f"{pages}</GrpHdr>")
    start, end = content.index("<Bal>"), content.rindex("</Bal>") + 6
    return content[:start] + first + last + content[end:]


def test_pages_of_a_statement_are_statements_of_their_own_that_follow_each_other(tmp_path: Path) -> None:
    pages = [
        paged(1, False, "100", "101", entry("1.00")),
        paged(2, False, "101", "103", entry("2.00")),
        paged(3, True, "103", "106", entry("3.00")),
    ]
    facts = [read(tmp_path, page).reading.statements()[0] for page in pages]
    assert [
        (fact.statement_key.removeprefix(ACCOUNT), fact.opening_balance, fact.closing_balance) for fact in facts
    ] == [
        ("S-7/2026-07-02", 10_000, 10_100),
        ("S-7/2026-07-02/page 2", 10_100, 10_300),
        ("S-7/2026-07-02/page 3", 10_300, 10_600),
    ]


def test_balances_that_every_page_repeats_are_not_held_against_one_page(tmp_path: Path) -> None:
    found = read(tmp_path, paged(1, False, "100", "106", entry("1.00")))
    assert [(check.expected, check.found, check.is_refusing) for check in found.reading.checks()] == [
        (10_600, 10_100, False)
    ]


def test_a_statement_over_several_days_leads_from_its_first_balance_to_its_last(tmp_path: Path) -> None:
    days = balance("OPBD", "101", "2026-07-03") + balance("CLBD", "103", "2026-07-03")
    found = read(tmp_path, document(entry("1.00"), entry("2.00"), closing="101", header=days))
    fact = found.reading.statements()[0]
    assert (fact.opening_balance, fact.closing_balance) == (10_000, 10_300)
    assert (fact.opened_on, fact.closed_on) == (date(2026, 7, 1), date(2026, 7, 3))


def test_only_booked_balances_must_be_in_one_currency(tmp_path: Path) -> None:
    available = balance("CLAV", "1", "2026-07-02", currency="USD")
    assert read(tmp_path, document(entry("1"), closing="101", header=available)).lines[0].amount == 100
    other = document(entry("1"), closing="101").replace(
        balance("CLBD", "101", "2026-07-02"), balance("CLBD", "101", "2026-07-02", currency="USD")
    )
    assert str(refusal(tmp_path, other)).startswith("The balances of the statement are in different currencies.")


def test_an_entry_without_dates_is_booked_when_its_message_was_made(tmp_path: Path) -> None:
    bare = '<Ntry><Amt Ccy="EUR">1</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BkTxCd/></Ntry>'
    content = (
        document(bare, closing="101").replace("BkToCstmrStmt", "BkToCstmrDbtCdtNtfctn").replace("Stmt>", "Ntfctn>")
    )
    start, end = content.index("<Bal>"), content.rindex("</Bal>") + 6
    line = read(tmp_path, content[:start] + content[end:]).lines[0]
    assert (line.booked_on, line.value_on) == (date(2026, 7, 2), None)


@pytest.mark.parametrize(("amount", "minor"), [("1.", 100), (".5", 50), ("+1.50", 150), ("0", 0), ("1.50000", 150)])
def test_amounts_are_read_as_the_schema_allows_them(tmp_path: Path, amount: str, minor: int) -> None:
    closing = f"{(10_000 + minor) / 100:.2f}"
    assert read(tmp_path, document(entry(amount), closing=closing)).lines[0].amount == minor


def test_an_agent_may_be_the_counterparty_and_a_document_number_the_reference(tmp_path: Path) -> None:
    inside = (
        "<NtryDtls><TxDtls><Refs><AcctSvcrRef>A9</AcctSvcrRef></Refs><RltdPties><Dbtr><Agt><FinInstnId><Nm>Bank</Nm>"
        "</FinInstnId></Agt></Dbtr></RltdPties><RmtInf><Strd><RfrdDocInf><Nb>R-380</Nb></RfrdDocInf></Strd></RmtInf>"
        "</TxDtls></NtryDtls>"
    )
    line = read(tmp_path, document(entry("1.00", inside=inside), closing="101")).lines[0]
    assert (line.bank_reference, line.counterparty, line.remittance) == ("A9", "Bank", "R-380")


def test_the_first_version_has_transactions_directly_in_the_entry(tmp_path: Path) -> None:
    inside = (
        "<Btch><MsgId>M-9</MsgId></Btch><TxDtls><Refs><EndToEndId>E1</EndToEndId></Refs><RltdPties><Dbtr><Nm>A</Nm></Dbtr>"
        "</RltdPties></TxDtls><AddtlNtryInf><Inf>text</Inf></AddtlNtryInf>"
    )
    content = document(entry("1.00", inside=inside), closing="101", space=SPACE[:-2] + "01")
    source = stored(tmp_path, content.replace("BkToCstmrStmt", "BkToCstmrStmtV01"))
    assert [code for code, _ in recognise(source)] == ["camt"]
    line = read_bank(CamtAdapter(), source, TERMS).lines[0]
    assert (line.end_to_end_reference, line.counterparty, line.remittance) == ("E1", "A", "text M-9")


def test_a_batch_of_thousands_is_one_line(tmp_path: Path) -> None:
    one = (
        "<TxDtls><Refs><EndToEndId>E</EndToEndId></Refs><RltdAgts><DbtrAgt><FinInstnId><BICFI>BANK</BICFI></FinInstnId>"
        "</DbtrAgt></RltdAgts><RmtInf><Ustrd>payment {0} of a very long batch that is collected</Ustrd></RmtInf></TxDtls>"
    )
    inside = f"<NtryDtls>{''.join(map(one.format, range(6_000)))}</NtryDtls>"
    source = stored(tmp_path, document(entry("1.00", inside=inside), entry("2.00"), closing="103"))
    assert source.size > 1024 * 1024
    found = read_bank(CamtAdapter(), source, TERMS)
    assert [line.amount for line in found.lines] == [100, 200]
    assert found.lines[0].remittance.startswith("payment 0 of a very long batch that is collected payment 1 of")
    assert cut_out(source, found.lines)[0].endswith(b"</NtryDtls></Ntry>")


def test_one_element_of_endless_text_is_refused(tmp_path: Path) -> None:
    content = document(entry("1.00", inside=f"<AddtlNtryInf>{'x' * 2_000_000}</AddtlNtryInf>"), closing="101")
    assert "is longer than 1024 KiB" in str(refusal(tmp_path, content))


def test_an_empty_line_before_the_declaration_moves_the_places(tmp_path: Path) -> None:
    source = stored(tmp_path, "\n \r\n" + document(entry("1.00"), entry("x"), closing="101"))
    found = read_bank(CamtAdapter(), source, TERMS)
    assert [line.line_number for line in found.lines] == [6]
    assert cut_out(source, found.lines)[0] == entry("1.00").encode()
    assert [(line, name) for line, name, _ in found.problems] == [(7, "Amt")]
