"""A small merchant for tests of reconciliation: one call posts a statement, a ledger export or a bank statement."""

from __future__ import annotations

import hashlib
import itertools
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection

from payments.facts import LineKind, MovementKind
from payments.intake.models import FileImport, StoredFile
from payments.ledger.models import Movement, MovementBatch
from payments.methods.models import BankAccount, FeeContract, PayoutSchedule, Provider
from payments.settlement.models import BankLine, BankStatement, Statement, StatementLine, StatementPayout
from payments.settlement.services import supersede

_serial = itertools.count(1)

SUM_LINES = """
INSERT INTO payments_linetotal
       (statement_id, booked_on, kind, currency, payout_key, line_count, gross, fee, fee_vat, rounding, net)
SELECT statement_id, booked_on, kind, net_currency, payout_key, count(*), sum(gross_settled), sum(fee), sum(fee_vat),
       sum(rounding), sum(net)
  FROM payments_statementline WHERE statement_id = %s GROUP BY 1, 2, 3, 4, 5
"""


@dataclass
class Merchant:
    """One provider that pays to one account; `sales` and the rest post facts for it."""

    code: str = "toss"
    currency: str = "KRW"
    zone: str = "Asia/Seoul"
    country: str = "KR"
    fee_basis_points: Decimal | None = None
    provider: Provider = field(init=False)
    account: BankAccount = field(init=False)

    def __post_init__(self) -> None:
        self.account = BankAccount.objects.create(
            code=f"bank-{self.code}", name="Bank", currency=self.currency, zone=self.zone, country=self.country
        )
        self.provider = Provider.objects.create(
            code=self.code,
            name=self.code,
            adapter="toss",
            zone=self.zone,
            country=self.country,
            currencies=[self.currency],
            bank_account=self.account,
        )
        PayoutSchedule.objects.create(
            provider=self.provider, currency=self.currency, cycle="daily", lag_business_days=2, country=self.country
        )
        if self.fee_basis_points is not None:
            FeeContract.objects.create(
                provider=self.provider,
                currency=self.currency,
                effective_from=date(2020, 1, 1),
                rate_basis_points=self.fee_basis_points,
                vat_rate_basis_points=1000,
                fee_rounding="down",
                is_returned_on_refund=True,
            )

    def movements(self, *rows: dict[str, Any]) -> MovementBatch:
        """Post a ledger export; each row gives at least `key`, and may give what differs from a plain capture."""
        batch = MovementBatch.objects.create(provider=self.provider, source="export", movement_count=len(rows))
        for row in rows:
            day = row.get("on", date(2026, 7, 1))
            Movement.objects.create(
                provider=self.provider,
                batch=batch,
                movement_key=row["key"],
                provider_key=row.get("provider_key", ""),
                merchant_reference=row.get("reference", row["key"]),
                kind=row.get("kind", MovementKind.CAPTURE),
                amount=row.get("amount", 10_000),
                currency=row.get("currency", self.currency),
                occurred_at=datetime.combine(day, time(3), UTC),
                occurred_on=day,
                method=row.get("method", "card"),
            )
        return batch

    def statement(
        self,
        key: str,
        *rows: dict[str, Any],
        on: date = date(2026, 7, 1),
        sequence: str = "",
        payout: dict[str, Any] | None = None,
    ) -> Statement:
        """Post a statement, as a new version when the key was there before: the current one unless its sequence is older."""
        file_import = self._import("statement")
        older = list(Statement.objects.filter(provider=self.provider, statement_key=key, is_current=True))
        is_current = all(one.sequence <= sequence for one in older)
        if is_current:
            Statement.objects.filter(pk__in=[one.pk for one in older]).update(is_current=False)
        statement = Statement.objects.create(
            provider=self.provider,
            statement_key=key,
            sequence=sequence,
            sha256=file_import.stored_file.sha256,
            file_import=file_import,
            version=Statement.objects.filter(provider=self.provider, statement_key=key).count() + 1,
            is_current=is_current,
            reconciled_at=None if is_current else datetime.now(UTC),
            booked_on=on,
            period_from=on,
            period_to=on,
            line_count=len(rows),
        )
        for number, row in enumerate(rows, start=2):
            self._line(statement, number, row, on)
        with connection.cursor() as cursor:
            cursor.execute(SUM_LINES, [statement.pk])
        if payout:
            self._payout(statement, payout)
        if is_current:
            supersede.release(superseded=[one.pk for one in older], current=[statement.pk])
        return statement

    def _payout(self, statement: Statement, payout: dict[str, Any]) -> None:
        StatementPayout.objects.create(
            statement=statement,
            payout_key=payout["key"],
            currency=payout.get("currency", self.currency),
            amount=payout["amount"],
            paid_on=payout.get("on", statement.booked_on),
            is_stated=payout.get("is_stated", True),
        )

    def _line(self, statement: Statement, number: int, row: dict[str, Any], on: date) -> None:
        gross = row.get("amount", 10_000)
        fee, vat = row.get("fee", 0), row.get("vat", 0)
        day = row.get("on", on)
        StatementLine.objects.create(
            statement=statement,
            provider=self.provider,
            line_number=number,
            byte_offset=0,
            byte_length=0,
            kind=row.get("kind", LineKind.SALE),
            line_key=row.get("line_key", ""),
            provider_key=row.get("provider_key", ""),
            merchant_reference=row.get("reference", ""),
            method=row.get("method", "card"),
            currency=row.get("currency", self.currency),
            gross=gross,
            net_currency=row.get("currency", self.currency),
            gross_settled=gross,
            fee=fee,
            fee_vat=vat,
            fee_installment=row.get("fee_installment"),
            fee_commission=row.get("fee_commission"),
            rounding=0,
            net=gross - fee - vat,
            occurred_at=datetime.combine(day, time(3), UTC),
            sold_on=row.get("sold_on", day),
            sold_from=row.get("from"),
            transaction_count=row.get("count"),
            booked_on=on,
            paid_on=row.get("paid"),
            payout_key=row.get("payout", ""),
        )

    def bank(self, *rows: dict[str, Any], key: str = "", opening: int | None = None) -> BankStatement:
        """Post a bank statement; each row gives `amount`, and may give `on` and `text`."""
        first = min((row.get("on", date(2026, 7, 3)) for row in rows), default=date(2026, 7, 3))
        last = max((row.get("on", date(2026, 7, 3)) for row in rows), default=date(2026, 7, 3))
        file_import = self._import("bank")
        total = sum(row["amount"] for row in rows)
        statement = BankStatement.objects.create(
            account=self.account,
            statement_key=key or f"bank-{next(_serial)}",
            sha256=file_import.stored_file.sha256,
            file_import=file_import,
            version=1,
            is_current=True,
            currency=self.currency,
            opened_on=first,
            closed_on=last,
            opening_balance=opening,
            closing_balance=None if opening is None else opening + total,
            line_count=len(rows),
        )
        for number, row in enumerate(rows, start=1):
            BankLine.objects.create(
                bank_statement=statement,
                account=self.account,
                line_number=number,
                byte_offset=0,
                byte_length=0,
                booked_on=row.get("on", first),
                amount=row["amount"],
                currency=self.currency,
                remittance=row.get("text", ""),
                counterparty=row.get("from", ""),
                fingerprint=UUID(bytes=hashlib.md5(repr(row).encode()).digest()),
                occurrence=sum(1 for earlier in rows[:number] if earlier == row),
            )
        return statement

    def _import(self, kind: str) -> FileImport:
        digest = hashlib.sha256(str(next(_serial)).encode()).hexdigest()
        stored = StoredFile.objects.create(sha256=digest, size=1, name=f"{digest[:8]}.csv")
        owner = {"bank_account": self.account} if kind == "bank" else {"provider": self.provider}
        return FileImport.objects.create(
            kind=kind, stored_file=stored, file_name=stored.name, adapter="toss", state="posted", **owner
        )
