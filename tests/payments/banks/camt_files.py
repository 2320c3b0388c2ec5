"""Small camt documents for tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from payments.banks.camt import CamtAdapter
from payments.facts import FileRefused, ReadingTerms
from tests.payments.files import BankRead, read_bank, stored

TERMS = ReadingTerms("Europe/Berlin", ("EUR",))
SPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"


def entry(amount: str, side: str = "CRDT", *, status: str = "BOOK", inside: str = "", currency: str = "EUR") -> str:
    return (
        f'<Ntry><Amt Ccy="{currency}">{amount}</Amt><CdtDbtInd>{side}</CdtDbtInd><Sts>{status}</Sts>'
        f"<BookgDt><Dt>2026-07-02</Dt></BookgDt><ValDt><Dt>2026-07-01</Dt></ValDt>{inside}</Ntry>"
    )


def balance(code: str, amount: str, day: str, side: str = "CRDT", currency: str = "EUR") -> str:
    return (
        f'<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy="{currency}">{amount}</Amt>'
        f"<CdtDbtInd>{side}</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>"
    )


def document(*entries: str, closing: str, opening: str = "100", header: str = "", space: str = SPACE) -> str:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="{space}"><BkToCstmrStmt>'
        "<GrpHdr><MsgId>M</MsgId><CreDtTm>2026-07-02T20:00:00+02:00</CreDtTm></GrpHdr>\n<Stmt><Id>S-7</Id>"
        "<Acct><Id><IBAN>DE89 3704 0044 0532 0130 00</IBAN></Id></Acct>"
        + balance("OPBD", opening, "2026-07-01") + balance("CLBD", closing, "2026-07-02") + header
        + "\n" + "\n".join(entries) + "\n</Stmt></BkToCstmrStmt></Document>"
    )  # fmt: skip


def read(folder: Path, content: bytes | str) -> BankRead:
    return read_bank(CamtAdapter(), stored(folder, content, "x.xml"), TERMS)


def refusal(folder: Path, content: bytes | str) -> FileRefused:
    with pytest.raises(FileRefused) as caught:
        read(folder, content)
    return caught.value
