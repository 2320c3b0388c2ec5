"""The quick way from the texts of an entry to its bank line: where each field stands is worked out once for a shape."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, Final, cast

from payments.banks.camt.entries import CODES, LONGEST_REMITTANCE, PARTIES, PROPRIETARY_CODE, reference
from payments.banks.camt.fields import ENTRY_TEXTS, TRANSACTION_TEXTS
from payments.banks.plain_texts import PlainAmounts, tidy
from payments.facts import BankLineFact
from payments.money import UnknownCurrency, UnreadableAmount
from payments.tabular.instants import iso_date

Place = tuple[int, int, int]
"""Line, byte offset, byte length."""

_EMPTY: Final = -1
"""The place of a text that a shape has not: the empty text stands behind all others."""
_REMEMBERED: Final = 1000
_BOOKED_ON: Final = ("BookgDt/Dt", "BookgDt/DtTm")
_VALUE_ON: Final = ("ValDt/Dt", "ValDt/DtTm")
_new: Final = cast(Callable[[type[BankLineFact], tuple[Any, ...]], BankLineFact], tuple.__new__)


@dataclass(frozen=True, slots=True)
class Plan:
    """Where the texts of a line stand among those of an entry, each with what stands in for it when it is empty."""

    cells: Callable[[Sequence[str]], tuple[str, ...]]
    """Status, side, amount, booking date and value date."""
    amounts: PlainAmounts
    bank_reference: tuple[int, ...]
    end_to_end: int
    codes: Callable[[Sequence[str]], tuple[str, ...]]
    """The three codes of a domain, and the bank's own."""
    known_codes: dict[tuple[str, ...], str]
    parties: tuple[tuple[int, ...], tuple[int, ...]]
    """The other side of a debit, and of a credit."""
    remittance: tuple[int, ...]

    def line(self, place: Place, texts: list[str], statement_key: str) -> BankLineFact | None:
        """The line of an entry, '' being the last of its texts; None leaves it to the careful reader."""
        status, side, written, booked, value = self.cells(texts)
        if status != "BOOK":
            return None
        try:
            amount = self.amounts[written]
            booked_on, value_on = iso_date(booked[:10]), iso_date(value[:10]) if value else None
        except (UnreadableAmount, ValueError):
            return None
        if side == "DBIT":
            amount = -amount
        elif side != "CRDT":
            return None
        codes = self.codes(texts)
        code = self.known_codes.get(codes)
        if code is None:
            code = self._code(codes)
        remittance = [tidy(texts[at]) for at in self.remittance]
        if len(remittance) > 1:
            remittance = [each for each in dict.fromkeys(remittance) if each]
        return _new(BankLineFact, (
            *place, statement_key, booked_on, value_on, amount, self.amounts.currency,
            reference(_first(texts, self.bank_reference)), reference(texts[self.end_to_end]), code,
            tidy(_first(texts, self.parties[amount >= 0])), " ".join(remittance)[:LONGEST_REMITTANCE],
        ))  # fmt: skip

    def _code(self, codes: tuple[str, ...]) -> str:
        if len(self.known_codes) >= _REMEMBERED:
            self.known_codes.clear()
        code = self.known_codes[codes] = "/".join(filter(None, codes[:-1])) or codes[-1]
        return code


def _first(texts: Sequence[str], places: Sequence[int]) -> str:
    for at in places:
        if texts[at]:
            return texts[at]
    return ""


def plan_of(scopes: Sequence[dict[str, int]], currency: str) -> Plan | None:
    """The plan of a shape; None for one with several transactions, two dates, or anything else to be weighed.

    `scopes` gives the places of the texts of the entry itself by their paths, then those of its transactions.
    """
    own, *transactions = scopes
    inner = transactions[0] if transactions else {}
    several = [own.keys() & set(names) for names in (("Sts", "Sts/Cd"), _BOOKED_ON, _VALUE_ON)]
    if len(transactions) > 1 or any(len(found) > 1 for found in several) or "Amt" not in own or not currency:
        return None
    try:
        amounts = PlainAmounts(currency, is_signed=False)
    except UnknownCurrency:
        return None
    status, booked, value = (next((own[name] for name in found), _EMPTY) for found in several)
    parties = [tuple(inner[name] for name in PARTIES[is_credit] if name in inner) for is_credit in (False, True)]
    references = [own[name] for name in ("AcctSvcrRef", "NtryRef") if name in own]
    return Plan(
        cells=itemgetter(status, own.get("CdtDbtInd", _EMPTY), own["Amt"], booked, value),
        amounts=amounts,
        bank_reference=(*references, *(inner[name] for name in ("Refs/AcctSvcrRef",) if name in inner)),
        end_to_end=inner.get("Refs/EndToEndId", _EMPTY),
        codes=itemgetter(*(own.get(name, _EMPTY) for name in (*CODES, PROPRIETARY_CODE))),
        known_codes={},
        parties=(parties[0], parties[1]),
        remittance=(
            *(inner[name] for name in TRANSACTION_TEXTS if name in inner),
            *(own[name] for name in ENTRY_TEXTS if name in own),
        ),
    )
