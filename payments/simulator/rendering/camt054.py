"""A bank that only notifies: a CAMT.054 of each day's credits and debits, batches with their details, no balances."""

from __future__ import annotations

from datetime import datetime, time
from typing import Final
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

from payments.money import format_minor
from payments.simulator.terms import Account
from payments.simulator.world import BankDocument, BankEntry

_MADE_AT: Final = time(18, 0)


def file_name(account: Account, document: BankDocument) -> str:
    """The name of a day's notification."""
    return f"camt054_{document.booked_on:%Y%m%d}.xml"


def render_day(account: Account, document: BankDocument) -> bytes:
    """Return the notification of a day."""
    made_at = datetime.combine(document.booked_on, _MADE_AT, tzinfo=ZoneInfo(account.zone)).isoformat()
    number = f"{document.booked_on:%Y%m%d}-{document.sequence:05d}"
    entries = "".join(_entry(account, entry) for entry in document.entries)
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.054.001.08">
  <BkToCstmrDbtCdtNtfctn>
    <GrpHdr><MsgId>NTF{number}</MsgId><CreDtTm>{made_at}</CreDtTm></GrpHdr>
    <Ntfctn>
      <Id>{number}</Id>
      <CreDtTm>{made_at}</CreDtTm>
      <Acct><Id><Othr><Id>{account.account_reference}</Id></Othr></Id><Ccy>{account.currency}</Ccy></Acct>
{_summary(account, document)}{entries}    </Ntfctn>
  </BkToCstmrDbtCdtNtfctn>
</Document>
""".encode()


def _summary(account: Account, document: BankDocument) -> str:
    text = ""
    for name, sign in (("TtlCdtNtries", 1), ("TtlDbtNtries", -1)):
        amounts = [entry.amount * sign for entry in document.entries if entry.amount * sign > 0]
        total = format_minor(sum(amounts), account.currency)
        text += f"<{name}><NbOfNtries>{len(amounts)}</NbOfNtries><Sum>{total}</Sum></{name}>"
    return f"      <TxsSummry>{text}</TxsSummry>\n"


def _entry(account: Account, entry: BankEntry) -> str:
    side = "DBIT" if entry.amount < 0 else "CRDT"
    amount = f'<Amt Ccy="{account.currency}">{format_minor(abs(entry.amount), account.currency)}</Amt>'
    number = len(entry.payouts)
    batch = f"<Btch><MsgId>{entry.reference}</MsgId><NbOfTxs>{number}</NbOfTxs></Btch>" if number > 1 else ""
    details = "".join(_transaction(entry, place) for place in range(max(1, number)))
    return f"""      <Ntry>
        {amount}<CdtDbtInd>{side}</CdtDbtInd>
        <Sts><Cd>BOOK</Cd></Sts>
        <BookgDt><Dt>{entry.booked_on}</Dt></BookgDt><ValDt><Dt>{entry.booked_on}</Dt></ValDt>
        <AcctSvcrRef>{entry.reference}</AcctSvcrRef>
        <BkTxCd><Prtry><Cd>{entry.code}</Cd></Prtry></BkTxCd>
        <NtryDtls>{batch}{details}</NtryDtls>
      </Ntry>
"""


def _transaction(entry: BankEntry, place: int) -> str:
    party = "Dbtr" if entry.amount > 0 else "Cdtr"
    name = f"<RltdPties><{party}><Pty><Nm>{escape(entry.counterparty)}</Nm></Pty></{party}></RltdPties>"
    text = f"<RmtInf><Ustrd>{escape(entry.remittance)}</Ustrd></RmtInf>"
    return f"<TxDtls><Refs><EndToEndId>{entry.reference}-{place}</EndToEndId></Refs>{name}{text}</TxDtls>"
