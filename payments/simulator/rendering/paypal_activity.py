"""PayPal's activity download: dates and amounts as the account's country writes them, a running balance by currency."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from io import StringIO
from typing import Final
from zoneinfo import ZoneInfo

from payments.facts import LineKind
from payments.money import exponent
from payments.simulator.terms import ProviderPlan
from payments.simulator.world import Document, Line, Version

_ENGLISH: Final = (
    "Date", "Time", "TimeZone", "Name", "Type", "Status", "Currency", "Gross", "Fee", "Net", "From Email Address",
    "To Email Address", "Transaction ID", "Reference Txn ID", "Invoice Number", "Balance", "Subject", "Balance Impact",
)  # fmt: skip
_GERMAN: Final = (
    "Datum", "Uhrzeit", "Zeitzone", "Name", "Typ", "Status", "Währung", "Brutto", "Gebühr", "Netto",
    "Absender E-Mail-Adresse", "Empfänger E-Mail-Adresse", "Transaktionscode", "Zugehöriger Transaktionscode",
    "Rechnungsnummer", "Guthaben", "Betreff", "Auswirkung auf Guthaben",
)  # fmt: skip
_JAPANESE: Final = (
    "日付", "時間", "タイムゾーン", "名前", "タイプ", "ステータス", "通貨", "合計", "手数料", "正味",
    "送信者メールアドレス", "受信者メールアドレス", "取引ID", "リファレンス トランザクションID", "請求書番号",
    "残高", "件名", "Balance Impact",
)  # fmt: skip
_TYPES: Final = {
    LineKind.SALE: ("Express Checkout Payment", "PayPal Express-Zahlung", "エクスプレス チェックアウト支払い"),
    LineKind.REFUND: ("Payment Refund", "Rückzahlung", "支払いの返金"),
    LineKind.CHARGEBACK: ("Chargeback", "Rückbuchung", "チャージバック"),
    LineKind.CHARGEBACK_REVERSAL: ("Chargeback Reversal", "Stornierung der Rückbuchung", "チャージバックの取り消し"),
    LineKind.FEE: ("Payment Fee", "Gebühr", "手数料"),
    LineKind.RESERVE_HOLD: ("Reserve Hold", "Einbehaltene Reserve", "リザーブの保留"),
    LineKind.RESERVE_RELEASE: ("Reserve Release", "Freigegebene Reserve", "リザーブの解放"),
    LineKind.PAYOUT: ("General Withdrawal", "Allgemeine Abbuchung", "一般的な引き出し"),
    LineKind.FX: ("General Currency Conversion", "Allgemeine Währungsumrechnung", "通貨換算"),
}


@dataclass(frozen=True)
class _Language:
    """How the download of one country looks."""

    columns: tuple[str, ...]
    date: str
    decimal_mark: str
    place: int
    """Of its words in `_TYPES`."""
    impacts: tuple[str, str]
    completed: str


_LANGUAGES: Final = {
    "DE": _Language(_GERMAN, "%d.%m.%Y", ",", 1, ("Haben", "Soll"), "Abgeschlossen"),
    "JP": _Language(_JAPANESE, "%Y/%m/%d", ".", 2, ("Credit", "Debit"), "完了"),
    "US": _Language(_ENGLISH, "%m/%d/%Y", ".", 0, ("Credit", "Debit"), "Completed"),
}
_ELSEWHERE: Final = _Language(_ENGLISH, "%d/%m/%Y", ".", 0, ("Credit", "Debit"), "Completed")


def file_name(_plan: ProviderPlan, document: Document, version: Version) -> str:
    """Return the name of a delivered version."""
    return f"Activity_{document.label}{version.suffix}.CSV"


def render(plan: ProviderPlan, document: Document, version: Version) -> bytes:
    """Return the activity of the days of a document, with a BOM.

    Rows are read back as one statement per date of `occurred_at` in the provider's zone, called as that date; no row
    names a payout, a withdrawal is a payout by its own id. A line that was converted has three rows, and a fourth
    where a fee was withheld of it.
    """
    language = _LANGUAGES.get(plan.country, _ELSEWHERE)
    zone = ZoneInfo(plan.zone)
    text = StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(language.columns)
    balances: dict[str, int] = {}
    for line in version.lines:
        for row in _rows(line):
            balance = balances[row.currency] = balances.get(row.currency, 0) + row.gross - row.fee
            writer.writerow(_cells(language, line.occurred_at.astimezone(zone), line, row, balance))
    return ("\ufeff" + text.getvalue()).encode()


@dataclass(frozen=True)
class _Row:
    kind: LineKind
    key: str
    currency: str
    gross: int
    fee: int


def _rows(line: Line) -> Iterator[_Row]:
    key = line.payout_key if line.kind is LineKind.PAYOUT else line.provider_key or line.line_key
    withheld = line.charges.fee + line.charges.vat
    if line.kind is LineKind.FEE:
        yield _Row(line.kind, key, line.net_currency, line.net, 0)
    elif line.currency == line.net_currency:
        yield _Row(line.kind, key, line.currency, line.gross, withheld)
    else:
        yield _Row(line.kind, key, line.currency, line.gross, 0)
        yield _Row(LineKind.FX, f"{key}-from", line.currency, -line.gross, 0)
        yield _Row(LineKind.FX, f"{key}-to", line.net_currency, line.gross_settled, 0)
        if withheld:
            yield _Row(LineKind.FEE, f"{key}-fee", line.net_currency, -withheld, 0)


def _cells(language: _Language, at: datetime, line: Line, row: _Row, balance: int) -> list[str]:
    words = _TYPES.get(row.kind)
    net = row.gross - row.fee
    amounts = [_spelled(amount, row.currency, language.decimal_mark) for amount in (row.gross, -row.fee, net)]
    return [
        f"{at:{language.date}}",
        f"{at:%H:%M:%S}",
        at.tzname() or "",
        "",
        words[language.place] if words else line.words,
        language.completed,
        row.currency,
        *amounts,
        "",
        "",
        row.key,
        line.payment_reference if line.payment_reference != row.key else "",
        line.merchant_reference,
        _spelled(balance, row.currency, language.decimal_mark),
        "",
        language.impacts[net < 0],
    ]


def _spelled(minor: int, currency: str, mark: str) -> str:
    """1,234.56 or 1.234,56; whole amounts of yen and won."""
    digits = exponent(currency)
    whole, rest = divmod(abs(minor), 10**digits)
    grouped = f"{whole:,}".replace(",", "." if mark == "," else ",")
    fraction = f"{mark}{rest:0{digits}}" if digits else ""
    return f"{'-' if minor < 0 else ''}{grouped}{fraction}"
