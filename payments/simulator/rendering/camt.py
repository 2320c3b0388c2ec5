"""The Japanese bank: a CAMT.053 for each day."""

from __future__ import annotations

from datetime import datetime, time
from typing import Final
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

from payments.money import format_minor
from payments.simulator.terms import Account
from payments.simulator.world import BankDocument, BankEntry

_FAMILIES: Final = {
    "TRF": ("RCDT", "OTHR", "ICDT"),
    "CHG": ("MCOP", "CHRG", "MDOP"),
    "MSC": ("MCOP", "OTHR", "MDOP"),
}


def render_day(account: Account, document: BankDocument) -> bytes:
    """Return the statement of a day."""
    made_at = datetime.combine(document.booked_on, time(23, 30), tzinfo=ZoneInfo(account.zone)).isoformat()
    number = f"{document.booked_on:%Y%m%d}-{document.sequence:05d}"
    entries = "".join(_entry(account, entry, place) for place, entry in enumerate(document.entries, 1))
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02">
  <BkToCstmrStmt>
    <GrpHdr><MsgId>MUFG{number}</MsgId><CreDtTm>{made_at}</CreDtTm></GrpHdr>
    <Stmt>
      <Id>{number}</Id>
      <ElctrncSeqNb>{document.sequence}</ElctrncSeqNb>
      <CreDtTm>{made_at}</CreDtTm>
      <FrToDt><FrDtTm>{document.booked_on}T00:00:00</FrDtTm><ToDtTm>{document.booked_on}T23:59:59</ToDtTm></FrToDt>
      <Acct><Id><Othr><Id>{account.account_reference}</Id></Othr></Id><Ccy>{account.currency}</Ccy></Acct>
{_balance(account, document, "OPBD")}{_balance(account, document, "CLBD")}{entries}    </Stmt>
  </BkToCstmrStmt>
</Document>
""".encode()


def _balance(account: Account, document: BankDocument, code: str) -> str:
    amount = document.opening_balance if code == "OPBD" else document.closing_balance
    return (
        f"      <Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>{_amount(account, amount)}"
        f"<Dt><Dt>{document.booked_on}</Dt></Dt></Bal>\n"
    )


def _amount(account: Account, amount: int) -> str:
    side = "DBIT" if amount < 0 else "CRDT"
    text = format_minor(abs(amount), account.currency)
    return f'<Amt Ccy="{account.currency}">{text}</Amt><CdtDbtInd>{side}</CdtDbtInd>'


def _entry(account: Account, entry: BankEntry, place: int) -> str:
    credit, charge, debit = _FAMILIES[entry.code]
    family = credit if entry.amount > 0 else debit
    domain = f"<Domn><Cd>PMNT</Cd><Fmly><Cd>{family}</Cd><SubFmlyCd>{charge}</SubFmlyCd></Fmly></Domn>"
    party = "Dbtr" if entry.amount > 0 else "Cdtr"
    return f"""      <Ntry>
        <NtryRef>{place}</NtryRef>
        {_amount(account, entry.amount)}
        <Sts>BOOK</Sts>
        <BookgDt><Dt>{entry.booked_on}</Dt></BookgDt>
        <ValDt><Dt>{entry.booked_on}</Dt></ValDt>
        <AcctSvcrRef>{entry.reference}</AcctSvcrRef>
        <BkTxCd>{domain}</BkTxCd>
        <NtryDtls>
          <TxDtls>
            <Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs>
            <RltdPties><{party}><Nm>{escape(entry.counterparty)}</Nm></{party}></RltdPties>
            <RmtInf><Ustrd>{escape(entry.remittance)}</Ustrd></RmtInf>
          </TxDtls>
        </NtryDtls>
      </Ntry>
"""
