"""A balance report of Mollie as its API writes it, in both groupings, for tests."""

from __future__ import annotations

from typing import Any

NOTHING = {"amount": {"value": "0.00", "currency": "EUR"}}


def amount(value: str, *below: dict[str, Any], **about: Any) -> dict[str, Any]:
    return {**about, "amount": {"value": value, "currency": "EUR"}, **({"subtotals": list(below)} if below else {})}


def category(pending: Any = NOTHING, moved: Any = NOTHING, at_once: Any = NOTHING) -> dict[str, Any]:
    return {"pending": pending, "movedToAvailable": moved, "immediatelyAvailable": at_once}


def payments(value: str, ideal: str, *more: dict[str, Any]) -> dict[str, Any]:
    methods = (amount(ideal, method="ideal", count=1), amount("1.05", method="pointofsale", count=35))
    split = amount("2.50", amount("2.50", method="ideal", count=3), transactionType="split-payment", count=3)
    paid = f"{float(ideal) + 1.05:.2f}"
    return amount(value, amount(paid, *methods, transactionType="payment", count=36), split, *more)


RELEASED = amount("0.09", transactionType="released-rolling-reserve")
REFUND = amount(
    "-1.00",
    amount(
        "-1.00",
        amount(
            "-1.00", amount("-1.00", cardIssuer="other", cardRegion="domestic", count=1), method="creditcard", count=1
        ),
        transactionType="refund",
        count=1,
    ),
)


def fee(value: str, kind: str, *below: dict[str, Any]) -> dict[str, Any]:
    return amount(value, amount(value, *below, feeType=kind, count=1), prepaymentPartType="fee", count=1)


IDEAL_FEE = fee("-0.28", "payment-fee", amount("-0.28", method="ideal", count=1))
REFUND_FEE = fee("-0.25", "refund-fee")
VAT = amount("-0.0609", prepaymentPartType="fee-vat")
COMPENSATION = amount("-0.0091", prepaymentPartType="fee-rounding-compensation")
INVOICE_ROUNDING = amount("0.01", transactionType="invoice-rounding-compensation", count=1)
TRANSFER = amount("-2.00", amount("-2.00", transactionType="outgoing-transfer", count=1))


def report(totals: dict[str, Any], grouping: str) -> dict[str, Any]:
    return {
        "resource": "balance-report",
        "balanceId": "bal_CKjKwQdjCwCSArXFAJNFH",
        "timeZone": "Europe/Amsterdam",
        "from": "2026-07-01",
        "until": "2026-07-31",
        "grouping": grouping,
        "totals": totals,
        "_links": {"self": {"href": "…", "type": "application/hal+json"}},
    }


def by_category() -> dict[str, Any]:
    fees = amount("-0.35", IDEAL_FEE, VAT, COMPENSATION)
    return report(
        {
            "open": {"pending": amount("5.30"), "available": amount("0.11")},
            "payments": category(payments("3.57", "0.02"), payments("3.66", "0.02", RELEASED)),
            "refunds": category(at_once=REFUND),
            "chargebacks": category(),
            "capital": category(),
            "transfers": category(at_once=TRANSFER),
            "fee-prepayments": category(fees, fees, amount("-0.24", REFUND_FEE, INVOICE_ROUNDING)),
            "corrections": category(),
            "topups": category(),
            "close": {"pending": amount("5.21"), "available": amount("0.18")},
        },
        "transaction-categories",
    )


def by_status() -> dict[str, Any]:
    fees = amount("-0.35", IDEAL_FEE, VAT, COMPENSATION, transactionType="fee-prepayment")
    pending = payments("3.22", "0.02", fees)
    moved = payments("3.31", "0.02", RELEASED, fees)
    at_once = amount(
        "-3.24",
        REFUND["subtotals"][0],
        amount("-0.25", REFUND_FEE, transactionType="fee-prepayment"),
        INVOICE_ROUNDING,
        TRANSFER["subtotals"][0],
    )
    return report(
        {
            "pendingBalance": {
                "open": amount("5.30"),
                "pending": pending,
                "movedToAvailable": moved,
                "close": amount("5.21"),
            },
            "availableBalance": {
                "open": amount("0.11"),
                "movedFromPending": moved,
                "immediatelyAvailable": at_once,
                "close": amount("0.18"),
            },
        },
        "status-balances",
    )
