"""PayPal's transaction event codes: every group that is documented, every code that is not its group, both sides."""

from __future__ import annotations

import pytest

from payments.facts import LineKind
from payments.providers.paypal.codes import has_effect, kinds_of
from payments.providers.paypal.words import kinds_of_words

PAID = (LineKind.TRANSFER, LineKind.SALE)
SENT_BACK = (LineKind.REFUND, LineKind.TRANSFER)
HELD = (LineKind.RESERVE_HOLD, LineKind.RESERVE_RELEASE)
WITHDRAWN = (LineKind.PAYOUT, LineKind.PAYOUT_RETURN)
CHARGED_BACK = (LineKind.CHARGEBACK, LineKind.CHARGEBACK_REVERSAL)
TRANSFER = (LineKind.TRANSFER, LineKind.TRANSFER)
ADJUSTMENT = (LineKind.ADJUSTMENT, LineKind.ADJUSTMENT)
FEE = (LineKind.FEE, LineKind.FEE)
FX = (LineKind.FX, LineKind.FX)
UNKNOWN = (LineKind.UNKNOWN, LineKind.UNKNOWN)

GROUPS = {
    0: PAID, 1: FEE, 2: FX, 3: TRANSFER, 4: WITHDRAWN, 5: TRANSFER, 6: TRANSFER, 7: TRANSFER, 8: ADJUSTMENT,
    9: ADJUSTMENT, 10: TRANSFER, 11: ADJUSTMENT, 12: ADJUSTMENT, 14: ADJUSTMENT, 15: HELD, 16: TRANSFER, 17: TRANSFER,
    18: TRANSFER, 19: ADJUSTMENT, 20: TRANSFER, 21: HELD, 22: TRANSFER, 30: TRANSFER, 50: TRANSFER, 97: TRANSFER,
}  # fmt: skip
"""Every group from T00 to T99 that moves a balance; the others are not documented, or say only *other* (T99)."""
CODES = {
    "T0000": PAID, "T0001": TRANSFER, "T0002": PAID, "T0003": PAID, "T0005": PAID, "T0006": PAID, "T0007": PAID,
    "T0011": PAID, "T0012": PAID, "T0013": PAID, "T0014": ADJUSTMENT, "T0015": TRANSFER, "T0016": TRANSFER,
    "T0017": TRANSFER, "T0018": PAID, "T0019": PAID, "T0020": (LineKind.TAX, LineKind.TAX), "T0104": FEE, "T0106": FEE,
    "T0107": FEE, "T0200": FX, "T0201": FX, "T0300": TRANSFER, "T0400": WITHDRAWN, "T0401": WITHDRAWN,
    "T0805": ADJUSTMENT, "T1100": ADJUSTMENT, "T1101": WITHDRAWN, "T1102": TRANSFER, "T1104": TRANSFER, "T1105": HELD,
    "T1106": CHARGED_BACK, "T1107": SENT_BACK, "T1108": FEE, "T1109": FEE, "T1110": HELD, "T1111": HELD,
    "T1112": TRANSFER, "T1113": SENT_BACK, "T1114": TRANSFER, "T1115": TRANSFER, "T1116": CHARGED_BACK,
    "T1117": ADJUSTMENT, "T1118": TRANSFER, "T1119": TRANSFER, "T1200": ADJUSTMENT, "T1201": CHARGED_BACK,
    "T1202": CHARGED_BACK, "T1203": ADJUSTMENT, "T1204": ADJUSTMENT, "T1205": CHARGED_BACK, "T1207": CHARGED_BACK,
    "T1208": CHARGED_BACK, "T1500": HELD, "T1503": HELD, "T1602": TRANSFER, "T1900": ADJUSTMENT, "T2000": TRANSFER,
    "T2101": HELD, "T2104": HELD, "T2107": HELD, "T2201": TRANSFER, "T3000": TRANSFER, "T5000": TRANSFER,
    "T5001": TRANSFER, "T9700": TRANSFER, "T9900": UNKNOWN, "T7777": UNKNOWN, "": UNKNOWN,
}  # fmt: skip


@pytest.mark.parametrize("group", range(100))
def test_every_group_has_its_kinds_or_stays_unknown(group: int) -> None:
    assert kinds_of(f"T{group:02}99") == GROUPS.get(group, UNKNOWN)


@pytest.mark.parametrize(("code", "kinds"), CODES.items())
def test_every_code_has_its_kinds(code: str, kinds: tuple[LineKind, LineKind]) -> None:
    assert kinds_of(code) == kinds


def test_only_payments_from_account_to_account_are_sales() -> None:
    sales = {code[:3] for group in range(10_000) if LineKind.SALE in kinds_of(code := f"T{group:04}")}
    assert sales == {"T00"}


@pytest.mark.parametrize("group", range(100))
def test_authorizations_and_rows_that_are_only_shown_move_nothing(group: int) -> None:
    assert has_effect(f"T{group:02}00") is (group not in (13, 98))


@pytest.mark.parametrize(
    ("words", "kinds"),
    [
        ("Generic Instrument/Open Wallet Transaction", TRANSFER),
        ("Generic Instrument-Funded Payment", PAID),
        ("Transfer To and From a Credit-Card-Funded Restricted Balance", TRANSFER),
        ("Deferred Disbursement", TRANSFER),
        ("PayPal Buyer Credit Payment Funding", TRANSFER),
        ("BillPay Transaction", TRANSFER),
        ("Instant Payment Review (IPR) Reversal", CHARGED_BACK),
    ],
)
def test_the_words_of_the_same_rows_say_the_same(words: str, kinds: tuple[LineKind, LineKind]) -> None:
    assert kinds_of_words(words) == kinds
