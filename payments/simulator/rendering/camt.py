"""The Japanese bank: a CAMT.053 for each day, and before it a CAMT.052 and a CAMT.054 of what was booked by then."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class _Message:
    """One of the three messages of a day."""

    number: str
    """Of the schema."""
    root: str
    part: str
    made_at: time
    closing: str
    """Code of the balance behind the entries; '' where the message tells no balances."""


_STATEMENT: Final = _Message("053", "BkToCstmrStmt", "Stmt", time(23, 30), "CLBD")
_REPORT: Final = _Message("052", "BkToCstmrAcctRpt", "Rpt", time(11, 0), "ITBD")
_NOTIFICATION: Final = _Message("054", "BkToCstmrDbtCdtNtfctn", "Ntfctn", time(15, 0), "")


def file_name(_account: Account, document: BankDocument) -> str:
    """Return the name of the statement of a day."""
    return f"camt053_{document.booked_on:%Y%m%d}.xml"


def render_day(account: Account, document: BankDocument) -> bytes:
    """Return the statement of a day."""
    return _rendered(_STATEMENT, account, document, document.entries)


def interim_reports(account: Account, document: BankDocument) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of what the bank tells during the day: the second repeats the first and adds to it."""
    known = document.entries[: document.interim_count]
    for message, entries in ((_REPORT, known[: (len(known) + 1) // 2]), (_NOTIFICATION, known)):
        if entries:
            name = f"camt{message.number}_{document.booked_on:%Y%m%d}.xml"
            yield name, _rendered(message, account, document, entries)


def _rendered(message: _Message, account: Account, document: BankDocument, known: Sequence[BankEntry]) -> bytes:
    made_at = datetime.combine(document.booked_on, message.made_at, tzinfo=ZoneInfo(account.zone)).isoformat()
    number = f"{document.booked_on:%Y%m%d}-{document.sequence:05d}"
    until = "23:59:59" if message is _STATEMENT else message.made_at.isoformat()
    entries = "".join(_entry(account, entry, place) for place, entry in enumerate(known, 1))
    balances = ""
    if message.closing:
        closing = document.opening_balance + sum(entry.amount for entry in known)
        balances = _balance(account, document, "OPBD", document.opening_balance)
        balances += _balance(account, document, message.closing, closing)
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.{message.number}.001.02">
  <{message.root}>
    <GrpHdr><MsgId>MUFG{message.number}-{number}</MsgId><CreDtTm>{made_at}</CreDtTm></GrpHdr>
    <{message.part}>
      <Id>{number}</Id>
      <ElctrncSeqNb>{document.sequence}</ElctrncSeqNb>
      <CreDtTm>{made_at}</CreDtTm>
      <FrToDt><FrDtTm>{document.booked_on}T00:00:00</FrDtTm><ToDtTm>{document.booked_on}T{until}</ToDtTm></FrToDt>
      <Acct><Id><Othr><Id>{account.account_reference}</Id></Othr></Id><Ccy>{account.currency}</Ccy></Acct>
{balances}{entries}    </{message.part}>
  </{message.root}>
</Document>
""".encode()


def _balance(account: Account, document: BankDocument, code: str, amount: int) -> str:
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
