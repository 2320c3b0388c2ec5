"""The words of the mapping editor: what a column can mean, and the choices about how a file is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from payments.facts import LineKind
from payments.settlement.labels import LINE_KINDS

Choices = Sequence[tuple[str, str | Promise]]
Groups = Sequence[tuple[str | Promise, Choices]]

NOTHING: Final[tuple[str, Promise]] = ("", _("– nothing –"))
STATEMENT_MEANINGS: Final[Groups] = (
    (
        _("References"),
        (
            ("merchant_reference", _("Our order number")),
            ("provider_key", _("Provider’s key of this movement")),
            ("payment_reference", _("Provider’s reference of the payment")),
            ("line_key", _("Provider’s number of the line")),
            ("payout_key", _("Reference of the payout")),
            ("statement_key", _("Name of the statement")),
        ),
    ),
    (
        _("Amounts"),
        (
            ("gross", _("Gross: what the buyer paid")),
            ("gross_settled", _("Gross in the settlement currency")),
            ("fee", _("Fee, all of it")),
            ("fee_commission", _("Fee: commission")),
            ("fee_markup", _("Fee: markup")),
            ("fee_scheme", _("Fee: card scheme")),
            ("fee_interchange", _("Fee: interchange")),
            ("fee_installment", _("Fee: instalments")),
            ("fee_other", _("Fee: anything else")),
            ("fee_vat", _("VAT of the fee")),
            ("net", _("Net: what is left for us")),
            ("currency", _("Currency of the gross amount")),
            ("net_currency", _("Settlement currency")),
            ("rate", _("Exchange rate")),
            ("side", _("Debit or credit")),
        ),
    ),
    (
        _("Dates"),
        (
            ("occurred_at", _("Time of the transaction")),
            ("sold_on", _("Date of the sale")),
            ("booked_on", _("Date of the settlement")),
            ("paid_on", _("Date of the payout")),
        ),
    ),
    (_("What it is"), (("kind", _("Kind of line")), ("method", _("Payment method")))),
)
BANK_MEANINGS: Final[Groups] = (
    (
        _("Amounts"),
        (
            ("amount", _("Amount")),
            ("debit", _("Debit: money that leaves")),
            ("credit", _("Credit: money that comes")),
            ("balance", _("Balance behind the line")),
            ("currency", _("Currency")),
            ("side", _("Debit or credit")),
        ),
    ),
    (_("Dates"), (("booked_on", _("Booking date")), ("value_on", _("Value date")))),
    (
        _("What it is"),
        (
            ("counterparty", _("Who paid, or was paid")),
            ("remittance", _("Remittance text")),
            ("bank_reference", _("Bank’s reference")),
            ("end_to_end_reference", _("End-to-end reference")),
            ("transaction_code", _("Transaction code")),
            ("account", _("Our account")),
        ),
    ),
)
KINDS: Final[Choices] = (
    ("", _("Unknown: it becomes a break")),
    *((kind.name.lower(), LINE_KINDS[kind]) for kind in LineKind if kind is not LineKind.UNKNOWN),
)
SIDES: Final[Choices] = (
    ("", _("Neither")),
    ("positive", _("Credit: money that comes")),
    ("negative", _("Debit: money that leaves")),
)
FORMATS: Final[Choices] = (("csv", _("Table (CSV)")), ("json", "JSON"))
FOUND_OUT: Final = _("Found out")
ENCODINGS: Final[Choices] = (
    ("", FOUND_OUT), ("utf-8", "UTF-8"), ("utf-16", "UTF-16"), ("cp949", "CP949 (EUC-KR)"), ("shift-jis", "Shift-JIS"),
    ("euc-jp", "EUC-JP"), ("cp1252", "Windows-1252"), ("iso-8859-1", "ISO-8859-1"),
)  # fmt: skip
DELIMITERS: Final[Choices] = (
    ("", FOUND_OUT), (",", _("Comma")), (";", _("Semicolon")), ("\t", _("Tab")), ("|", _("Bar")),
)  # fmt: skip
MARKS: Final[Choices] = (("", FOUND_OUT), (".", "1,234.56"), (",", "1.234,56"))
UNITS: Final[Choices] = (("major", _("Whole units: 12.34")), ("minor", _("Smallest units: 1234")))
AMOUNT_SIGNS: Final[Choices] = (
    ("as_written", _("As written: refunds are negative")),
    ("by_kind", _("Without sign: refunds and payouts take")),
)
FEE_SIGNS: Final[Choices] = (
    ("cost", _("Positive is withheld")),
    ("deduction", _("Negative is withheld")),
    ("by_kind", _("Without sign: given back on what takes")),
)
ORIGINS: Final[Mapping[str, Promise]] = {
    "screen": _("Described on the page"),
    "json": pgettext_lazy("origin of a mapping", "Brought as JSON"),
    "configuration": _("From the configuration"),
}


def meaning_words(*, is_bank: bool) -> dict[str, str | Promise]:
    """What each meaning is called."""
    groups = BANK_MEANINGS if is_bank else STATEMENT_MEANINGS
    return {code: label for _group, choices in groups for code, label in choices}
