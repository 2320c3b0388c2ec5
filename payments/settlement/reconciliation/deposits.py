"""Layer 3: payouts against bank lines, per bank account over all the providers that pay to it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from payments.methods.models import BankAccount
from payments.settlement.models import (
    BankLine,
    BankStatement,
    Deposit,
    DepositBankLine,
    DepositPayout,
    DepositRule,
    Payout,
)
from payments.settlement.reconciliation import breaks, findings
from payments.settlement.reconciliation.deposit_rules import Claim, Credit, Pairing, pair
from payments.settlement.reconciliation.scope import business_today, clear_temporary_tables

MISSING_DEPOSIT = """
INSERT INTO finding
SELECT (CASE WHEN p.id = ANY(%(ambiguous)s) THEN 'ambiguous/' ELSE 'missing_deposit/' END)
         || v.code || '/' || p.payout_key || '/' || p.currency,
       'deposit', CASE WHEN p.id = ANY(%(ambiguous)s) THEN 'ambiguous' ELSE 'missing_deposit' END,
       p.booked_on, p.currency, abs(p.amount), p.amount, NULL, p.payout_key, NULL, NULL, p.id, NULL, p.provider_id,
       %(account)s, p.deposit_due_on + 1
  FROM payments_payout p JOIN payments_provider v ON v.id = p.provider_id AND v.bank_account_id = %(account)s
 WHERE p.deposit_due_on < %(as_of)s AND p.amount <> 0
   AND NOT EXISTS (SELECT FROM payments_depositpayout d WHERE d.payout_id = p.id)
"""

UNEQUAL_DEPOSIT = """
INSERT INTO finding
SELECT DISTINCT ON (d.id)
       'amount/deposit/' || v.code || '/' || p.payout_key || '/' || p.currency, 'deposit', 'amount',
       p.booked_on, d.currency, abs(d.received - d.expected), d.expected, d.received, p.payout_key,
       NULL::bigint, NULL::bigint, p.id, NULL::bigint, p.provider_id, %(account)s::bigint
  FROM payments_deposit d
  JOIN payments_depositpayout l ON l.deposit_id = d.id
  JOIN payments_payout p ON p.id = l.payout_id
  JOIN payments_provider v ON v.id = p.provider_id
 WHERE d.account_id = %(account)s AND d.received <> d.expected AND d.rule <> 'hand'
   AND (p.deposit_due_on < %(as_of)s OR abs(d.received) > abs(d.expected))
 ORDER BY d.id, p.payout_key
"""
"""Until the bank is due, a part of a payout is only the part that is here already."""

BALANCE_GAP = """
INSERT INTO finding
SELECT 'residual/bank/' || %(code)s || '/' || statement_key, 'deposit', 'residual', opened_on, currency,
       abs(opening_balance - previous), previous, opening_balance, statement_key,
       NULL, NULL, NULL, NULL, NULL, %(account)s
  FROM (SELECT *, lag(closing_balance) OVER (PARTITION BY currency ORDER BY closed_on, opened_on, statement_key)
                  AS previous
          FROM payments_bankstatement
         WHERE account_id = %(account)s AND is_current AND NOT is_interim
           AND opening_balance IS NOT NULL AND closing_balance IS NOT NULL) s
 WHERE previous IS NOT NULL AND previous <> opening_balance
"""
"""An opening balance that is not the closing balance before it: a file is missing or was changed."""

JUDGED = """
b.layer = 'deposit' AND (b.account_id = %(account)s
                         OR b.provider_id IN (SELECT id FROM payments_provider WHERE bank_account_id = %(account)s))
"""


def run(account: BankAccount, as_of: date | None) -> None:
    """Pair what is not paired by hand from all that is known, and bring the deposit breaks in line with it."""
    clear_temporary_tables()
    claims = _claims(account)
    pairings, ambiguous = pair(claims, _credits(account))
    providers = {claim.id: claim.provider_id for claim in claims}
    _store(account, pairings, providers)
    judged_by = as_of or business_today(account.zone)
    parameters: dict[str, Any] = {
        "account": account.pk,
        "code": account.code,
        "as_of": judged_by,
        "ambiguous": sorted(ambiguous),
    }
    with connection.cursor() as cursor:
        cursor.execute(findings.CREATE)
        for statement in (MISSING_DEPOSIT, UNEQUAL_DEPOSIT, BALANCE_GAP):
            cursor.execute(statement, parameters)
        breaks.store(
            cursor,
            breaks.Judged(
                provider_id=None,
                as_of=judged_by,
                now=timezone.now(),
                zone=account.zone,
                condition=JUDGED,
                values={"account": account.pk},
            ),
        )


def _claims(account: BankAccount) -> list[Claim]:
    payouts = (
        Payout.objects.filter(provider__bank_account=account, deposit_due_on__isnull=False, paid_on__isnull=False)
        .exclude(amount=0)
        .exclude(deposit_link__deposit__rule=DepositRule.HAND)
        .values_list("id", "provider_id", "payout_key", "amount", "currency", "paid_on", "deposit_due_on")
    )
    return [
        Claim(pk, provider_id, key, amount, currency, paid_on, due_on)
        for pk, provider_id, key, amount, currency, paid_on, due_on in payouts
        if paid_on is not None and due_on is not None
    ]


def _credits(account: BankAccount) -> list[Credit]:
    lines = (
        BankLine.objects.filter(account=account, bank_statement__is_current=True)
        .filter(Q(deposit_link__isnull=True) | ~Q(deposit_link__deposit__rule=DepositRule.HAND))
        .exclude(Q(bank_statement__is_interim=True) & Exists(_statements_of_its_day(account)))
        .values_list(
            "id",
            "amount",
            "currency",
            "booked_on",
            "end_to_end_reference",
            "bank_reference",
            "remittance",
            "counterparty",
        )
    )
    return [
        Credit(pk, amount, currency, booked_on, f"{end_to_end} {bank_reference} {remittance}", counterparty)
        for pk, amount, currency, booked_on, end_to_end, bank_reference, remittance, counterparty in lines
    ]


def _statements_of_its_day(account: BankAccount) -> QuerySet[BankStatement]:
    """What holds the entries of a bank line's day for good: an interim report of several days may outlive some of them.

    On the opening date of an MT940 only its lines tell (see `posting.banking`).
    """
    day = OuterRef("booked_on")
    return BankStatement.objects.filter(
        Q(closed_on=day) | Q(opened_on__lt=day, closed_on__gt=day) | Q(opened_on=day, lines__booked_on=day),
        account=account,
        is_current=True,
        is_interim=False,
    )


def _store(account: BankAccount, pairings: list[Pairing], providers: dict[int, int]) -> None:
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
    currencies = dict(Payout.objects.filter(id__in=providers).values_list("id", "currency"))
    made = Deposit.objects.bulk_create(
        Deposit(
            provider_id=providers[pairing.claim_ids[0]],
            account=account,
            rule=pairing.rule,
            currency=currencies[pairing.claim_ids[0]],
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
