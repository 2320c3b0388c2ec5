"""PayPal's files for tests: activity downloads in any language, settlement reports record by record."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from payments.facts import ReadingTerms
from payments.providers.paypal import PayPalAdapter
from tests.payments.files import Read, read_all, stored

TERMS = ReadingTerms("Europe/Berlin", ("EUR",))
ENGLISH = (
    "Date", "Time", "TimeZone", "Name", "Type", "Status", "Currency", "Gross", "Fee", "Net", "Transaction ID",
    "Reference Txn ID", "Invoice Number", "Balance", "Balance Impact", "Subject",
)  # fmt: skip
GERMAN = (
    "Datum", "Uhrzeit", "Zeitzone", "Name", "Typ", "Status", "Währung", "Brutto", "Gebühr", "Netto", "Transaktionscode",
    "Zugehöriger Transaktionscode", "Rechnungsnummer", "Guthaben", "Auswirkung auf Guthaben", "Betreff",
)  # fmt: skip
FRENCH = (
    "Date", "Heure", "Fuseau horaire", "Nom", "Type", "État", "Devise", "Avant commission", "Commission", "Net",
    "Numéro de transaction", "Numéro de la transaction de référence", "Nº de facture", "Solde", "Impact sur le solde",
    "Objet",
)  # fmt: skip
SPANISH = (
    "Fecha", "Hora", "Zona horaria", "Nombre", "Tipo", "Estado", "Divisa", "Bruto", "Comisión", "Neto",
    "Id. de transacción", "Id. de referencia de la transacción", "N.° de formato de pago", "Saldo",
    "Repercusiones en el saldo", "Asunto",
)  # fmt: skip
ITALIAN = (
    "Data", "Orario", "Fuso orario", "Nome", "Tipo", "Stato", "Valuta", "Lordo ", "Tariffa ", "Netto",
    "Codice transazione", "Codice transazione di riferimento", "N° ordine commerciante", "Saldo", "Impatto sul saldo",
    "Oggetto",
)  # fmt: skip
DUTCH = (
    "Datum", "Tijd", "Tijdzone", "Naam", "Omschrijving", "Status", "Valuta", "Bruto", "Kosten", "Net",
    "Transactiereferentie", "Reference Txn ID", "Factuurreferentie", "Saldo", "Balance Impact", "Onderwerp",
)  # fmt: skip
POLISH = (
    "Data", "Godzina", "Strefa czasowa", "Nazwa", "Opis", "Status", "Waluta", "Brutto", "Opłata", "Netto",
    "Numer transakcji", "Pomocniczy numer transakcji", "Numer faktury", "Saldo", "Wpływ na saldo", "Temat",
)  # fmt: skip
SPANISH_STATEMENT = (
    "Fecha", "Hora", "Zona horaria", "Nombre", "Descripción", "Estado", "Divisa", "Bruto ", "Comisión ", "Neto",
    "Id. de transacción", "Id. de referencia de trans.", "Id. de factura", "Saldo", "Repercusiones en el saldo",
    "Asunto",
)  # fmt: skip
JAPANESE = (
    "日付", "時間", "タイムゾーン", "名前", "タイプ", "ステータス", "通貨", "合計", "手数料", "正味", "取引ID",
    "リファレンス トランザクションID", "請求書番号", "残高", "Balance Impact", "件名",
)  # fmt: skip
CHINESE = (
    "日期", "时间", "时区", "名称", "类型", "状态", "币种", "总额", "费用", "净额", "交易号", "参考交易号", "账单号",
    "余额", "Balance Impact", "主题",
)  # fmt: skip
KOREAN = (
    "날짜", "시간", "시간대", "이름", "유형", "상태", "통화", "총액", "수수료", "순액", "거래 ID", "참조 거래 ID",
    "인보이스 번호", "잔액", "Balance Impact", "제목",
)  # fmt: skip


def row(type_name: str, gross: str, fee: str, net: str, balance: str, **others: str) -> tuple[str, ...]:
    """The cells of one row in the order of `ENGLISH`."""
    cells = {
        "date": "25/07/2026", "time": "10:00:00", "zone": "CEST", "name": "", "status": "Completed", "currency": "EUR",
        "key": "T1", "reference": "", "invoice": "", "impact": "", "subject": "", **others,
    }  # fmt: skip
    return (
        cells["date"], cells["time"], cells["zone"], cells["name"], type_name, cells["status"], cells["currency"],
        gross, fee, net, cells["key"], cells["reference"], cells["invoice"], balance, cells["impact"], cells["subject"],
    )  # fmt: skip


def activity(rows: Sequence[Sequence[str]], header: Sequence[str] = ENGLISH) -> str:
    """The download of these rows, every cell quoted."""
    return "".join(",".join(f'"{cell}"' for cell in line) + "\r\n" for line in (header, *rows))


def read(folder: Path, content: bytes | str, terms: ReadingTerms = TERMS, name: str = "Download.CSV") -> Read:
    """Everything the adapter says about a file of these bytes."""
    return read_all(PayPalAdapter(), stored(folder, content, name), terms)


HEADER = (
    '"CH","Transaction ID","Invoice ID","PayPal Reference ID","PayPal Reference ID Type","Transaction Event Code",'
    '"Transaction Initiation Date","Transaction Completion Date","Transaction  Debit or Credit",'
    '"Gross Transaction Amount","Gross Transaction Currency","Fee Debit or Credit","Fee Amount","Fee Currency",'
    '"Custom Field","Consumer ID","Payment Tracking ID","Store ID","Bank Reference ID"'
)


def body(code: str, side: str, amount: str, fee_side: str = "", fee: str = "", **others: str) -> str:
    """A body record."""
    cells = {"key": "TX1", "currency": "USD", "at": "2026/08/20 10:00:00 -0700", "invoice": "", "bank": "", **others}
    fee_currency = cells["currency"] if fee else ""
    return (
        f'"SB","{cells["key"]}","{cells["invoice"]}","","","{code}",{cells["at"]},{cells["at"]},"{side}",{amount},'
        f'"{cells["currency"]}","{fee_side}",{fee},"{fee_currency}","","C1","","","{cells["bank"]}"'
    )


def settlement(
    bodies: Sequence[str],
    footers: Sequence[str] = (),
    *,
    number: str = "01",
    report_count: int | None = -1,
    generated: str = "2026/08/21 02:44:19 -0700",
    header: str = HEADER,
) -> str:
    """A report of one section; `report_count` -1 is the true one, None leaves the report's footer out."""
    count = len(bodies)
    lines = [
        f'"RH",{generated},"A","ACC",009,',
        f'"FH",{number}',
        '"SH",2026/08/20 00:00:00 -0700,2026/08/20 23:59:59 -0700,"ACC",""',
        header,
        *bodies,
        *footers,
        f'"SC",{count}',
    ]
    if report_count is not None:
        lines += [f'"RC",{count if report_count < 0 else report_count}']
    return "\n".join([*lines, f'"FF",{count}', ""])
