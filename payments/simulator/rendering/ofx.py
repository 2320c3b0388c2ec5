"""A bank that lets its entries be downloaded as OFX 1: a day's list with the balance behind it."""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from xml.sax.saxutils import escape

from payments.money import format_minor
from payments.simulator.terms import Account
from payments.simulator.world import BankDocument, BankEntry

_TYPES: Final = {"TRF": "XFER", "CHG": "SRVCHG", "MSC": "POS"}
_HEADER: Final = """OFXHEADER:100
DATA:OFXSGML
VERSION:102
SECURITY:NONE
ENCODING:UTF-8
CHARSET:NONE
COMPRESSION:NONE
OLDFILEUID:NONE
NEWFILEUID:NONE

"""


def file_name(account: Account, document: BankDocument) -> str:
    """The name of a day's download."""
    return f"transactions_{document.booked_on:%Y%m%d}.ofx"


def render_day(account: Account, document: BankDocument) -> bytes:
    """Return a day as it is downloaded in the night behind it."""
    made_on = document.booked_on + timedelta(days=1)
    day = f"{document.booked_on:%Y%m%d}"
    entries = "".join(_entry(account, entry) for entry in document.entries)
    balance = format_minor(document.closing_balance, account.currency)
    return f"""{_HEADER}<OFX>
<SIGNONMSGSRSV1><SONRS><STATUS><CODE>0<SEVERITY>INFO</STATUS>
<DTSERVER>{made_on:%Y%m%d}041500<LANGUAGE>ENG</SONRS></SIGNONMSGSRSV1>
<BANKMSGSRSV1><STMTTRNRS><TRNUID>{document.sequence}<STATUS><CODE>0<SEVERITY>INFO</STATUS>
<STMTRS><CURDEF>{account.currency}
<BANKACCTFROM><BANKID>0000<ACCTID>{account.account_reference}<ACCTTYPE>CHECKING</BANKACCTFROM>
<BANKTRANLIST><DTSTART>{day}<DTEND>{day}
{entries}</BANKTRANLIST>
<LEDGERBAL><BALAMT>{balance}<DTASOF>{day}235959</LEDGERBAL>
</STMTRS></STMTTRNRS></BANKMSGSRSV1>
</OFX>
""".encode()


def _entry(account: Account, entry: BankEntry) -> str:
    return (
        f"<STMTTRN><TRNTYPE>{_TYPES[entry.code]}<DTPOSTED>{entry.booked_on:%Y%m%d}120000.000[-5:EST]"
        f"<TRNAMT>{format_minor(entry.amount, account.currency)}<FITID>{entry.reference}"
        f"<NAME>{escape(entry.counterparty)}<MEMO>{escape(entry.remittance)}</STMTTRN>\n"
    )
