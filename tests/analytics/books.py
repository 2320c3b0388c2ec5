"""Statements of the town's providers: sales and refunds with fees and payout dates, and corrections of them."""

from __future__ import annotations

import random
from datetime import date, timedelta

from payments import models as rows
from payments.facts import LineKind
from payments.ledger import pipeline
from payments.methods.models import Provider
from tests.payments.valid_rows import row

BOOKED = tuple(date(2026, month, day) for month, day in ((7, 1), (7, 2), (9, 22), (9, 23), (10, 30)))
"""Plain days, days before Chuseok, and the end of a month."""
KINDS = (LineKind.SALE, LineKind.SALE, LineKind.SALE, LineKind.REFUND, LineKind.FEE, LineKind.CHARGEBACK)


def post(provider: Provider, booked_on: date, dice: random.Random) -> rows.Statement:
    """Post a statement of a day, or the next version of it; it is marked as the posting of files marks it."""
    key = f"{provider.code}/{booked_on}"
    older = list(rows.Statement.objects.filter(provider=provider, statement_key=key).order_by("version"))
    rows.Statement.objects.filter(pk__in=[each.pk for each in older]).update(is_current=False)
    statement: rows.Statement = row(
        rows.Statement, provider=provider, statement_key=key, version=len(older) + 1, booked_on=booked_on,
        # Else each statement would come with one provider more, and whoever posts for all of them would for those too.
        file_import=row(rows.FileImport, provider=provider),
        # As with Adyen: the period is that of the events, and lines are booked behind it.
        period_from=booked_on - timedelta(days=2), period_to=booked_on - timedelta(days=1),
    )  # fmt: skip
    payout = f"po-{booked_on}"
    for number in range(dice.randint(2, 9)):
        on, key = booked_on + timedelta(days=dice.randrange(2)), dice.choice((payout, "", "po-other"))
        _line(statement, number, on, key, dice)
    for name, day in {(payout, booked_on + timedelta(days=dice.randint(1, 9))), ("po-other", None)}:
        for currency in ("KRW", "USD"):
            row(rows.StatementPayout, statement=statement, payout_key=name, currency=currency, paid_on=day)
    pipeline.run(pipeline.Changed(statements=(*(each.pk for each in older), statement.pk)))
    return statement


def sold(provider: Provider, sold_on: date, paid_on: date | None) -> None:
    """One sale of 1000 won that is booked on its day, and paid out when its payout says, if it does."""
    statement = row(rows.Statement, provider=provider, booked_on=sold_on, period_from=sold_on, period_to=sold_on)
    row(rows.StatementLine, statement=statement, provider=provider, method="card", booked_on=sold_on, sold_on=sold_on,
        payout_key="po-1")  # fmt: skip
    row(rows.LineTotal, statement=statement, booked_on=sold_on, payout_key="po-1")
    row(rows.StatementPayout, statement=statement, payout_key="po-1", paid_on=paid_on)
    pipeline.run(pipeline.Changed(statements=(statement.pk,)))


def _line(statement: rows.Statement, number: int, on: date, payout: str, dice: random.Random) -> None:
    kind, currency = dice.choice(KINDS), dice.choice(("KRW", "KRW", "USD"))
    gross = dice.randint(500, 90_000) * (1 if kind is LineKind.SALE else -1)
    fee = dice.randint(0, 300) * (1 if kind is not LineKind.REFUND else -1)
    row(
        rows.StatementLine, statement=statement, provider=statement.provider, line_number=number, kind=kind,
        method=dice.choice(("card", "가상계좌", "visa")), currency=currency, gross=gross, net_currency=currency,
        gross_settled=gross, fee=fee, fee_vat=fee // 10, net=gross - fee - fee // 10, booked_on=on,
        sold_on=dice.choice((on - timedelta(days=dice.randint(0, 8)), None)),
        paid_on=dice.choice((None, None, on + timedelta(days=dice.randint(0, 12)))), payout_key=payout,
    )  # fmt: skip
    total, _ = rows.LineTotal.objects.get_or_create(
        statement=statement, booked_on=on, kind=kind, currency=currency, payout_key=payout,
        defaults={"line_count": 0, "gross": 0, "fee": 0, "fee_vat": 0, "rounding": 0, "net": 0},
    )  # fmt: skip
    total.line_count += 1
    total.gross += gross
    total.fee += fee
    total.fee_vat += fee // 10
    total.net += gross - fee - fee // 10
    total.save()
