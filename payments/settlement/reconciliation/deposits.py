"""Layer 3: payouts against bank lines, per bank account over all the providers that pay to it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import connection
from django.utils import timezone

from payments.methods.models import BankAccount, Provider
from payments.settlement.models import (
    AccountRun,
    Deposit,
    DepositBankLine,
    DepositPayout,
    DepositRule,
    Payout,
)
from payments.settlement.reconciliation import breaks, credits, deposit_findings
from payments.settlement.reconciliation.deposit_parties import Claim, Marks, Outcome, Pairing
from payments.settlement.reconciliation.deposit_rules import pair
from payments.settlement.reconciliation.scope import business_today, clear_temporary_tables

RULES_VERSION = 3
"""Raised when the rules change, so that what was paired by the old ones is paired again."""

FACTS = """
SELECT md5(ROW(
    %(version)s::integer,
    (SELECT string_agg(ROW(id, is_current)::text, ',' ORDER BY id)
       FROM payments_bankstatement WHERE account_id = %(account)s),
    (SELECT string_agg(ROW(v.id, v.code, v.name, v.adapter)::text, ',' ORDER BY v.id)
       FROM payments_provider v WHERE v.bank_account_id = %(account)s),
    (SELECT string_agg(ROW(p.id, p.payout_key, p.amount, p.currency, p.booked_on, p.paid_on, p.deposit_due_on,
                           p.is_complete, x.deposit_id)::text, ',' ORDER BY p.id)
       FROM payments_payout p JOIN payments_provider v ON v.id = p.provider_id AND v.bank_account_id = %(account)s
       LEFT JOIN payments_depositpayout x ON x.payout_id = p.id),
    (SELECT string_agg(ROW(d.id, d.rule)::text, ',' ORDER BY d.id)
       FROM payments_deposit d WHERE d.account_id = %(account)s))::text)
"""
"""Everything a run over an account judges by, but the date: few rows each. Bank lines never change within a version."""


def run(account: BankAccount, as_of: date | None) -> AccountRun | None:
    """Pair what is not paired by hand from all that is known, and bring the deposit breaks in line with it.

    Returns None, having read no bank line, when nothing has changed since the last run. When only the date is another,
    the pairs stay and only the breaks are judged again. The caller holds the account's books and its providers'.
    """
    judged_by = as_of or business_today(account.zone)
    last = AccountRun.objects.filter(account=account).order_by("-id").first()
    is_same = last is not None and last.facts_hash == _facts_hash(account)
    if last is not None and is_same and last.as_of == judged_by:
        return None
    started_at = timezone.now()
    outcome = _pair_again(account) if last is None or not is_same else _remembered(last)
    _judge(account, judged_by, outcome)
    return AccountRun.objects.create(
        account=account,
        as_of=judged_by,
        facts_hash=_facts_hash(account),
        has_paired=not is_same,
        outcome={"ambiguous": sorted(outcome.ambiguous), "foreign": sorted(outcome.foreign.items())},
        started_at=started_at,
        finished_at=timezone.now(),
    )


def _facts_hash(account: BankAccount) -> str:
    with connection.cursor() as cursor:
        cursor.execute(FACTS, {"account": account.pk, "version": RULES_VERSION})
        (found,) = cursor.fetchone()
    return str(found)


def _pair_again(account: BankAccount) -> Outcome:
    outcome = pair(_claims(account), credits.of_account(account), _marks(account))
    _store(account, outcome.pairings)
    return outcome


def _remembered(last: AccountRun) -> Outcome:
    return Outcome([], frozenset(last.outcome["ambiguous"]), dict(last.outcome["foreign"]))


def _judge(account: BankAccount, judged_by: date, outcome: Outcome) -> None:
    clear_temporary_tables()
    with connection.cursor() as cursor:
        deposit_findings.collect(cursor, account, judged_by, outcome)
        breaks.store(
            cursor,
            breaks.Judged(
                provider_id=None,
                as_of=judged_by,
                now=timezone.now(),
                zone=account.zone,
                condition=deposit_findings.JUDGED,
                values={"account": account.pk},
            ),
        )


def _claims(account: BankAccount) -> list[Claim]:
    payouts = (
        Payout.objects.filter(provider__bank_account=account, deposit_due_on__isnull=False, paid_on__isnull=False)
        .exclude(amount=0)
        # What a payout without all of its lines adds up to is not what the bank pays.
        .exclude(is_complete=False, is_stated=False)
        .exclude(deposit_link__deposit__rule=DepositRule.HAND)
        .values_list("id", "provider_id", "payout_key", "amount", "currency", "paid_on", "deposit_due_on")
    )
    return [
        Claim(pk, provider_id, key, amount, currency, paid_on, due_on)
        for pk, provider_id, key, amount, currency, paid_on, due_on in payouts
        if paid_on is not None and due_on is not None
    ]


def _marks(account: BankAccount) -> Marks:
    """Return the words by which the bank may know each provider: its code, its name, and that of its file format."""
    rows = Provider.objects.filter(bank_account=account).values_list("id", "code", "name", "adapter")
    return {pk: sorted({code, name, adapter}) for pk, code, name, adapter in rows}


def _store(account: BankAccount, pairings: list[Pairing]) -> None:
    """Keep the deposits that are found again, drop those that are not, add the new ones."""
    wanted = {
        (pairing.rule, pairing.claim_ids, pairing.credit_ids, pairing.expected, pairing.received): pairing
        for pairing in pairings
    }
    stale = _elsewhere(account)
    for key, deposit_id in _stored(account):
        if wanted.pop(key, None) is None:
            stale.append(deposit_id)
    Deposit.objects.filter(id__in=stale).delete()
    first_of = {pairing: pairing.claim_ids[0] for pairing in wanted.values()}
    payouts = Payout.objects.in_bulk(set(first_of.values()))
    made = Deposit.objects.bulk_create(
        Deposit(
            provider_id=payouts[first_of[pairing]].provider_id,
            account=account,
            rule=pairing.rule,
            currency=payouts[first_of[pairing]].currency,
            expected=pairing.expected,
            received=pairing.received,
        )
        for pairing in wanted.values()
    )
    both = list(zip(made, wanted.values(), strict=True))
    DepositPayout.objects.bulk_create(
        DepositPayout(deposit=deposit, payout_id=payout_id)
        for deposit, pairing in both
        for payout_id in pairing.claim_ids
    )
    DepositBankLine.objects.bulk_create(
        DepositBankLine(deposit=deposit, bank_line_id=line_id)
        for deposit, pairing in both
        for line_id in pairing.credit_ids
    )


def _elsewhere(account: BankAccount) -> list[int]:
    """Deposits made on another account before the provider was told to pay to this one."""
    return list(
        Deposit.objects.filter(payouts__payout__provider__bank_account=account)
        .exclude(account=account)
        .exclude(rule=DepositRule.HAND)
        .values_list("id", flat=True)
        .distinct()
    )


def _stored(account: BankAccount) -> list[tuple[tuple[Any, ...], int]]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT d.id, d.rule, d.expected, d.received,
                   (SELECT array_agg(payout_id ORDER BY payout_id) FROM payments_depositpayout WHERE deposit_id = d.id),
                   (SELECT array_agg(bank_line_id ORDER BY bank_line_id) FROM payments_depositbankline
                     WHERE deposit_id = d.id)
              FROM payments_deposit d WHERE d.account_id = %s AND d.rule <> 'hand'
            """,
            [account.pk],
        )
        return [
            ((rule, tuple(payouts or ()), tuple(lines or ()), expected, received), deposit_id)
            for deposit_id, rule, expected, received, payouts, lines in cursor.fetchall()
        ]
