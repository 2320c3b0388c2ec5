"""Runs the three layers: per provider its lines, per bank account its deposits. Twice, late or at once does no harm."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import structlog
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from payments.ledger.models import MovementBatch
from payments.methods.models import BankAccount, Provider
from payments.settlement.models import Break, BreakState, Layer, ReconciliationRun, Statement
from payments.settlement.models.breaks import SUBJECT_SQL
from payments.settlement.posting.locks import lock_books
from payments.settlement.reconciliation import breaks, deposits, fees, findings, opening, payouts, transactions
from payments.settlement.reconciliation.scope import Scope, business_today, clear_temporary_tables, open_scope
from payments.settlement.selectors import totals

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ProviderRun:
    """What one run did for one provider."""

    provider: Provider
    as_of: date
    has_worked: bool
    """False when nothing was new and nothing was read but that."""
    seconds: dict[str, float]
    """By layer; empty when nothing was new."""


@dataclass(frozen=True, slots=True)
class RunResult:
    """Where one provider stands after a run: per layer matched, suggested, breaks by kind, and the run's seconds."""

    provider: str
    as_of: date
    has_worked: bool
    layers: dict[str, dict[str, Any]]


class ReconciliationFailed(Exception):
    """The books of some providers or bank accounts could not be reconciled; all others were."""

    def __init__(self, failed: Sequence[str], results: Sequence[RunResult]) -> None:
        super().__init__(f"could not reconcile {', '.join(failed)}")
        self.failed = failed
        """Each as `provider CODE` or `bank account CODE`."""
        self.results = results
        """Of the providers that were reconciled."""


def reconcile_everything(*, provider_codes: Sequence[str] = (), as_of: date | None = None) -> list[RunResult]:
    """Reconcile the named providers, then the bank accounts they pay to; without names, everything there is.

    A provider that is switched off still owes what it sold, and an account that nobody pays to has balances too.

    Each provider and each account is one transaction under its own lock, so that a second run waits for the first and
    then finds nothing to do. What is wrong with one is logged and keeps no other from being reconciled.

    Raises:
        Provider.DoesNotExist: a code is unknown; nothing is done.
        ReconciliationFailed: some could not be reconciled; at the end, when all others are.
    """
    if provider_codes:
        providers = [Provider.objects.get(code=code) for code in provider_codes]
    else:
        providers = list(Provider.objects.order_by("code"))
    failed: list[str] = []
    runs: list[ProviderRun] = []
    deposit_seconds: dict[int, float] = {}
    for provider in providers:
        try:
            runs.append(reconcile_provider(provider, as_of=as_of))
        except Exception:
            log.exception("reconcile.failed", provider=provider.code)
            failed.append(f"provider {provider.code}")
            _remember_failure(provider, as_of)
    for account in _accounts_of(providers) if provider_codes else BankAccount.objects.order_by("code"):
        try:
            deposit_seconds[account.pk] = reconcile_account(account, as_of=as_of)
        except Exception:
            log.exception("reconcile.failed", bank_account=account.code)
            failed.append(f"bank account {account.code}")
    results = [_result(run, deposit_seconds.get(run.provider.bank_account_id or 0, 0.0)) for run in runs]
    if failed:
        raise ReconciliationFailed(failed, results)
    return results


def _accounts_of(providers: Sequence[Provider]) -> QuerySet[BankAccount]:
    """The accounts that some providers pay to, and those where breaks of theirs wait from before."""
    accounts = {provider.bank_account_id for provider in providers if provider.bank_account_id}
    accounts |= set(_waiting(providers).values_list("account_id", flat=True))
    return BankAccount.objects.filter(pk__in=accounts).order_by("code")


def _waiting(providers: Sequence[Provider]) -> QuerySet[Break]:
    """What is not explained yet of the deposits of some providers."""
    return Break.objects.filter(provider__in=providers, layer=Layer.DEPOSIT, account__isnull=False).exclude(
        state=BreakState.RESOLVED
    )


def _remember_failure(provider: Provider, as_of: date | None) -> None:
    """Keep one unfinished run from the first failure to the next success, so that a page can say since when."""
    with transaction.atomic():
        lock_books(provider)
        if not ReconciliationRun.objects.filter(provider=provider, finished_at__isnull=True).exists():
            ReconciliationRun.objects.create(
                provider=provider, as_of=as_of or business_today(provider.zone), started_at=timezone.now()
            )


def _result(run: ProviderRun, deposit_seconds: float) -> RunResult:
    layers = totals.of_layers(run.provider)
    for layer, figures in layers.items():
        figures["seconds"] = deposit_seconds if layer == Layer.DEPOSIT else run.seconds.get(layer, 0.0)
    return RunResult(run.provider.code, run.as_of, run.has_worked, layers)


def reconcile_provider(provider: Provider, *, as_of: date | None = None) -> ProviderRun:
    """Run layers 1 and 2 over one provider, in one transaction; returns at once when nothing is new."""
    with transaction.atomic():
        lock_books(provider)
        scope = open_scope(provider, as_of)
        seconds = _run(scope) if scope.has_work else {}
        ReconciliationRun.objects.filter(provider=provider, finished_at__isnull=True).delete()
    return ProviderRun(provider, scope.as_of, scope.has_work, seconds)


def _run(scope: Scope) -> dict[str, float]:
    run = ReconciliationRun.objects.create(
        provider=scope.provider,
        as_of=scope.as_of,
        configuration_hash=scope.configuration_hash,
        started_at=scope.now,
    )
    clear_temporary_tables()
    started = time.monotonic()
    transactions.run(scope)
    matched = time.monotonic()
    payouts.run(scope)
    audited = fees.run(scope)
    _store_breaks(scope, audited)
    seconds = {Layer.TRANSACTION.value: matched - started, Layer.SETTLEMENT.value: time.monotonic() - matched}
    Statement.objects.filter(id__in=scope.statement_ids).update(reconciled_at=scope.now)
    MovementBatch.objects.filter(id__in=scope.batch_ids).update(reconciled_at=scope.now)
    run.finished_at = timezone.now()
    run.totals = {"statements": len(scope.statement_ids), "batches": len(scope.batch_ids), "seconds": seconds}
    run.save(update_fields=["finished_at", "totals"])
    return seconds


def _store_breaks(scope: Scope, audited: fees.Audited) -> None:
    """Every break of the two layers is judged by each run, but a fee only when its line or month was, or is gone."""
    with connection.cursor() as cursor:
        if scope.is_reconfigured:
            opening.judge_dates_again(cursor, scope)
        findings.collect(cursor, scope)
        breaks.store(
            cursor,
            breaks.Judged(
                provider_id=scope.provider.pk,
                as_of=scope.as_of,
                now=scope.now,
                zone=scope.provider.zone,
                condition=JUDGED,
                values={"audited": audited.statement_ids, "months": audited.months},
            ),
        )
        cursor.execute(ADD_DAYS, scope.parameters())


JUDGED = f"""
b.provider_id = %(provider)s AND b.layer IN ('transaction', 'settlement')
AND (b.kind <> 'fee'
     OR CASE WHEN {SUBJECT_SQL} IN ('transfer_fee', 'monthly_fee', 'other_fee')
             THEN date_trunc('month', b.booked_on)::date = ANY(%(months)s::date[])
             ELSE EXISTS (
                  SELECT FROM payments_statementline l JOIN payments_statement s ON s.id = l.statement_id
                   WHERE l.id = b.line_id AND (NOT s.is_current OR s.id = ANY(%(audited)s))) END)
"""

ADD_DAYS = """
INSERT INTO payments_settlementday (provider_id, booked_on, state, signed_sha256)
SELECT DISTINCT %(provider)s, t.booked_on, 'open', ''
  FROM payments_linetotal t WHERE t.statement_id = ANY(%(statements)s)
ON CONFLICT (provider_id, booked_on) DO NOTHING
"""


def reconcile_account(account: BankAccount, *, as_of: date | None = None) -> float:
    """Run layer 3 over one bank account and all the providers that pay to it, in one transaction; return seconds.

    When nothing is new no bank line is read. The books of providers are always taken before those of an account, so
    that nobody waits in a circle.
    """
    started = time.monotonic()
    with transaction.atomic():
        for provider in Provider.objects.filter(bank_account=account).order_by("pk"):
            lock_books(provider)
        lock_books(account)
        deposits.run(account, as_of)
    return time.monotonic() - started
