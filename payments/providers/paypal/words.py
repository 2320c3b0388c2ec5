"""The words of the activity download: what PayPal calls types, states and effects in several languages."""

from __future__ import annotations

import re
from typing import Final

from payments.providers.paypal.codes import (
    ADJUSTMENT,
    CHARGED_BACK,
    FEE,
    FX,
    HELD,
    PAID,
    SENT_BACK,
    TRANSFER,
    UNKNOWN,
    WITHDRAWN,
    Kinds,
)

# First come, first served: a chargeback fee is a fee, and the reversal of a hold is no reversal of a payment.
_TYPES: Final[tuple[tuple[str, Kinds], ...]] = (
    (r"\bhold\b|\bholds\b|\breserve\b|\brelease\b|open authorization|einbehalt|freigabe|freigegeben"
     r"|blocage|déblocage|réserve|retenci[oó]n|liberaci[oó]n|reserva\b|s?blocco|trattenut|blokkering|vrijgave|blokad"
     r"|保留|リザーブ|解放|冻结|凍結|准备金|보류|유보", HELD),
    (r"currency conversion|währungsumrechnung|conversion de devise|conversion monétaire"
     r"|conversi[oó]n de (?:divisa|moneda)|conversione (?:di )?valuta|valutaomrekening|przeliczenie walut"
     r"|通貨換算|通貨の換算|通貨両替|币种兑换|货币兑换|幣別兌換|환전|통화 변환", FX),
    (r"\bfees?\b|gebühr|\bfrais\b|\bcommission\b|\btarifas?\b|comisi[oó]n|tariffa|commissione|\bkosten\b|opłata"
     r"|手数料|费用|手續費|手续费|수수료", FEE),
    (r"open wallet|generic instrument(?!-funded)|restricted balance|disbursement|buyer credit|bill ?pay\b", TRANSFER),
    (r"chargeback|instant payment review|rückbuchung|rücklastschrift|payment reversal|rétrofacturation"
     r"|rejet de paiement|contracargo|devoluci[oó]n de cargo|\bstorno\b|terugboeking|obciążenie zwrotne"
     r"|チャージバック|支払いの取り消し|退单|拒付|차지백|지불 거절", CHARGED_BACK),
    (r"refund|rückzahlung|rückerstattung|erstattung|remboursement|reembolso|devoluci[oó]n|rimborso|terugbetaling"
     r"|\bzwrot|返金|退款|환불", SENT_BACK),
    (r"withdrawal|auto-sweep|transfer to (?:your )?bank|abbuchung|auszahlung|überweisung auf|retrait|virement vers"
     r"|retiro|retirada|transferencia a|prelievo|trasferimento|\bopname\b|wypłata|引き出し|引出|提现|提款|인출|출금",
     WITHDRAWN),
    (r"deposit|einzahlung|bank(?:konto)?gutschrift|approvisionnement|ingreso|mass ?pay|versamento|storting|wpłata"
     r"|入金|存款|充值|입금", TRANSFER),
    (r"adjustment|correction|anpassung|korrektur|bonus|cash ?back|ajuste|ajustement|rettifica|correctie|korekta"
     r"|調整|调整|조정", ADJUSTMENT),
    (r"payment|zahlung|zahlungseingang|spende|donation|subscription|abonnement|purchase|paiement|\bpago\b|donaci[oó]n"
     r"|pagamento|donazione|abbonamento|betaling|donatie|płatność|支払|決済|寄付|付款|支付|捐|결제|지불|기부", PAID),
)  # fmt: skip
_PATTERNS: Final = tuple((re.compile(pattern, re.IGNORECASE), kinds) for pattern, kinds in _TYPES)

_SHOWN_ONLY: Final = frozenset(
    {
        "authorization", "general authorization", "reauthorization", "void of authorization", "order", "invoice sent",
        "invoice received", "request sent", "request received", "payment request", "autorisierung",
        "allgemeine autorisierung", "bestellung", "zahlungsaufforderung", "autorisation", "autorización",
        "autorizzazione", "autorizzazione generica", "autorisatie", "algemene autorisatie", "承認",
    }
)  # fmt: skip
"""Types of rows that never move the balance."""
_CREDIT: Final = frozenset(
    {"credit", "haben", "gutschrift", "crédit", "crédito", "abono", "accredito", "貸方", "クレジット"}
)
_DEBIT: Final = frozenset({"debit", "soll", "belastung", "débit", "débito", "cargo", "addebito", "借方", "デビット"})
_NO_EFFECT: Final = frozenset({"memo", "no impact", "none", "kein", "keine", "keine auswirkung", "mémo", "メモ"})
_FAILED: Final = frozenset(
    {
        "denied", "failed", "canceled", "cancelled", "expired", "voided", "removed", "rejected", "unclaimed", "placed",
        "abgelehnt", "fehlgeschlagen", "storniert", "abgelaufen", "refusé", "échoué", "annulé", "expiré", "denegado",
        "rechazado", "cancelado", "anulado", "caducado", "negata", "annullata", "non riuscita", "scaduta",
        "geweigerd", "geannuleerd", "mislukt", "verlopen", "拒否", "失敗", "キャンセル", "期限切れ", "已拒绝", "已取消",
        "거부됨", "취소됨",
    }
)  # fmt: skip
_PENDING: Final = frozenset(
    {
        "pending",
        "ausstehend",
        "offen",
        "en attente",
        "pendiente",
        "in sospeso",
        "in attesa",
        "in behandeling",
        "保留中",
        "待处理",
        "未完成",
        "대기 중",
        "보류 중",
    }
)


def kinds_of_words(type_name: str) -> Kinds:
    """The kinds of a type as PayPal words it; words that nobody knows stay unknown."""
    return next((kinds for pattern, kinds in _PATTERNS if pattern.search(type_name)), UNKNOWN)


def moves_balance(type_name: str, status: str, impact: str, kinds: Kinds) -> bool:
    """Whether a row moves the balance: as its effect says, else by its type and state.

    A withdrawal leaves the balance while it is still pending; a payment that is pending has not come in yet.
    """
    effect = _plain(impact)
    if effect in _CREDIT or effect in _DEBIT:
        return True
    if effect in _NO_EFFECT or _plain(type_name) in _SHOWN_ONLY or _plain(status) in _FAILED:
        return False
    return not (_plain(status) in _PENDING and kinds in (PAID, SENT_BACK))


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()
