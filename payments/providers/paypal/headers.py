"""The columns of the activity download by their names in ten languages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from payments.facts import FileRefused, Problem
from payments.wording import translatable

MISSING: Final = translatable(
    "The column “%(column)s” is missing, or called by a name that is not known here. Download the activity with its "
    "standard columns, all transactions, as CSV, with PayPal set to English."
)
TWICE: Final = translatable("The column “%(column)s” is there twice, so it is unclear which one is meant.")

# English first: the others are what PayPal writes for accounts in that language.
NAMES: Final = {
    "date": ("date", "datum", "fecha", "data", "日付", "日期", "날짜"),
    "time": ("time", "uhrzeit", "zeit", "heure", "hora", "orario", "ora", "tijd", "godzina", "時間", "时间", "時刻",
             "시간"),
    "zone": ("timezone", "time zone", "zeitzone", "fuseau horaire", "zona horaria", "huso horario", "fuso orario",
             "tijdzone", "strefa czasowa", "タイムゾーン", "时区", "時區", "시간대"),
    "type": ("type", "typ", "beschreibung", "description", "tipo", "descripción", "descrizione",
             "omschrijving", "opis", "タイプ", "类型", "類型", "유형", "종류"),
    "status": ("status", "état", "statut", "estado", "stato", "ステータス", "状态", "狀態", "상태"),
    "currency": ("currency", "währung", "devise", "divisa", "moneda", "valuta", "waluta", "通貨", "币种", "货币",
                 "幣別", "통화"),
    "gross": ("gross", "brutto", "avant commission", "brut", "bruto", "lordo", "合計", "总额", "總額", "총액", "총계"),
    "fee": ("fee", "gebühr", "entgelt", "commission", "frais", "comisión", "tarifa", "tariffa", "kosten", "opłata",
            "手数料", "费用", "手續費", "수수료"),
    "net": ("net", "netto", "neto", "正味", "净额", "淨額", "순액", "정산액"),
    "key": ("transaction id", "transaktionscode", "numéro de transaction", "id de transacción", "id. de transacción",
            "identificador de transacción", "codice transazione", "transactiereferentie", "transactie-id",
            "numer transakcji", "取引id", "取引 id", "交易号", "交易編號", "거래 id"),
    "reference": ("reference txn id", "zugehöriger transaktionscode", "txn-referenzkennung",
                  "numéro de la transaction de référence", "nº de transaction de référence",
                  "id. de referencia de la transacción", "id de referencia de transacción",
                  "id. de referencia de trans.", "codice transazione di riferimento", "pomocniczy numer transakcji",
                  "リファレンス トランザクションid", "参考交易号", "참조 거래 id"),
    "invoice": ("invoice number", "rechnungsnummer", "nº de facture", "numéro de facture", "n.° de formato de pago",
                "número de factura", "invoice id", "id. de factura", "identifiant de facture", "n. fattura pro-forma",
                "n° ordine commerciante", "factuurreferentie", "numer faktury", "請求書番号", "账单号", "发票号",
                "인보이스 번호"),
    "custom": ("custom number", "individuelle nummer", "zollnummer", "número personalizado", "numero personalizzato",
               "カスタム番号", "자체 번호"),
    "balance": ("balance", "guthaben", "solde", "saldo", "残高", "余额", "餘額", "잔액"),
    "impact": ("balance impact", "auswirkung auf guthaben", "impact sur le solde", "repercusiones en el saldo",
               "impatto sul saldo", "wpływ na saldo"),
    "code": ("transaction event code", "transaktionsereigniscode"),
    "bank_reference": ("bank reference id", "bank reference", "bankreferenz"),
}  # fmt: skip
REQUIRED: Final = ("date", "time", "type", "currency", "gross", "net", "key")
STRICT: Final = ("date", "time", "zone", "currency", "gross", "fee", "net", "balance")
"""Columns of which every cell is read, so that no card number could hide there."""
REFERENCES: Final = ("key", "reference", "invoice", "custom", "bank_reference")

WRITTEN_AS: Final = {
    "line_key": "Transaction ID",
    "provider_key": "Transaction ID",
    "payment_reference": "Reference Txn ID",
    "merchant_reference": "Invoice Number",
    "occurred_at": "Date",
    "gross": "Gross",
    "fee": "Fee",
    "net": "Net",
    "currency": "Currency",
}
"""Columns by the field of a fact that is read from them alone, as English accounts have them."""

_LANGUAGES: Final = {
    "brutto": "de", "avant commission": "fr", "brut": "fr", "bruto": "es", "lordo": "it", "合計": "ja",
    "总额": "zh", "總額": "zh", "총액": "ko", "총계": "ko",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Columns:
    """Where each known column stands, by its short name in `NAMES`."""

    places: dict[str, int]
    header: tuple[str, ...]
    language: str

    @classmethod
    def of(cls, header: Sequence[str], line: int = 1) -> Columns:
        """Find the columns. Raises FileRefused, naming the column, for one that is missing or there twice."""
        plain = [_plain(name) for name in header]
        places: dict[str, int] = {}
        for short, names in NAMES.items():
            found = next((name for name in names if name in plain), None)
            if found is None:
                if short in REQUIRED:
                    raise FileRefused(Problem(MISSING, {"column": names[0].title()}, line, names[0].title()))
                continue
            if plain.count(found) > 1:
                raise FileRefused(Problem(TWICE, {"column": header[plain.index(found)]}, line, found))
            places[short] = plain.index(found)
        return cls(places, tuple(header), _LANGUAGES.get(plain[places["gross"]], "en"))

    def name(self, short: str) -> str:
        """A column as this file calls it."""
        return self.header[self.places[short]]

    def guarded(self) -> tuple[int, ...]:
        """Columns in which a card number could hide."""
        known = {self.places[short] for short in (*STRICT, *REFERENCES) if short in self.places}
        return tuple(place for place in range(len(self.header)) if place not in known)

    def references(self) -> tuple[int, ...]:
        """Columns that hold references."""
        return tuple(self.places[short] for short in REFERENCES if short in self.places)


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()


def found_in(header: Sequence[str]) -> dict[str, str]:
    """The required columns that a header has, each as the file calls it."""
    plain = {_plain(name): name for name in header}
    return {short: plain[name] for short in REQUIRED for name in NAMES[short] if name in plain}
