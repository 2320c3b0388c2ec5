"""Opens disputes that only a statement shows, and lets them give way to what events tell of the same chargeback."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from django.db import connection
from django.db.models import F, Q, QuerySet

from payments.facts import MovementKind
from payments.ledger import pipeline
from payments.ledger.models import Dispute, Movement, Payment, PaymentReference
from payments.ledger.services.tables import arrays
from payments.ledger.states import DisputeStatus
from payments.methods.models import Provider

KEYLESS: Final = "line/"
"""Begins the reference of a dispute whose line has no key of the provider's."""


class ChargebackLine(NamedTuple):
    """A line of a statement by which money of a dispute was taken from us, or came back."""

    provider_key: str
    """'' where the provider's file has none."""
    payment_reference: str
    merchant_reference: str
    amount: int
    """Minor units, positive."""
    currency: str
    occurred_at: datetime
    """Aware."""
    is_reversal: bool

    @property
    def reference(self) -> str:
        """What the dispute is called; '' for a line that names nothing at all."""
        if self.provider_key:
            return self.provider_key
        name = self.payment_reference or self.merchant_reference
        return f"{KEYLESS}{name[:80]}/{self.occurred_at:%Y-%m-%d}/{self.amount}" if name else ""


def open_from_statement(provider: Provider, rows: Sequence[ChargebackLine]) -> int:
    """Open a dispute for each chargeback that no event has told of, and reverse those whose money came back.

    In the caller's transaction; the same lines again change nothing, and files may come in any order. Returns how many
    disputes were opened or changed.
    """
    named = [row for row in rows if row.reference]
    homes = _payments(provider, named)
    changed: set[int] = set()
    for row in sorted(named, key=lambda row: (row.is_reversal, row.occurred_at, row.reference)):
        if _is_told_by_events(provider, row, homes.get(row)):
            continue
        place = _reverse if row.is_reversal else _open
        changed |= place(provider, row, homes.get(row))
    if changed:
        payments = {homes[row].pk for row in named if row in homes}
        pipeline.run(pipeline.Changed(payments=tuple(sorted(payments)), disputes=tuple(sorted(changed))))
    return len(changed)


def give_way(told: Sequence[tuple[int, int, str, int]]) -> None:
    """Drop what statements alone have opened and events now tell of.

    `told` are the movements of disputes that events made: provider's and payment's id, provider key, amount without
    sign.
    """
    if not told:
        return
    columns = {"provider_id": "bigint", "payment_id": "bigint", "name": "text", "amount": "bigint"}
    source, parameters = arrays(columns, sorted(set(told)))
    with connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM payments_dispute d USING {source} AS told({', '.join(columns)})"  # noqa: S608
            " WHERE d.is_from_statement AND d.provider_id = told.provider_id AND (d.provider_reference = told.name"
            " OR d.payment_id = told.payment_id AND d.amount = told.amount AND starts_with(d.provider_reference, %s))",
            [*parameters, KEYLESS],
        )


def _payments(provider: Provider, rows: Sequence[ChargebackLine]) -> Mapping[ChargebackLine, Payment]:
    references = {row.payment_reference for row in rows} | {row.provider_key for row in rows}
    by_id = {
        known.reference: known.payment
        for known in PaymentReference.objects.filter(provider=provider, reference__in=references - {""}).select_related(
            "payment"
        )
    }
    merchants = {row.merchant_reference for row in rows} - {""}
    by_name = {
        payment.merchant_reference: payment for payment in Payment.objects.filter(merchant_reference__in=merchants)
    }
    found = {}
    for row in rows:
        payment = by_id.get(row.payment_reference) or by_id.get(row.provider_key) or by_name.get(row.merchant_reference)
        if payment is not None:
            found[row] = payment
    return found


def _is_told_by_events(provider: Provider, row: ChargebackLine, payment: Payment | None) -> bool:
    disputes = Dispute.objects.filter(provider=provider, is_from_statement=False)
    if not row.provider_key:
        return payment is not None and disputes.filter(payment=payment, amount=row.amount).exists()
    kind = MovementKind.CHARGEBACK_REVERSAL if row.is_reversal else MovementKind.CHARGEBACK
    told = Movement.objects.filter(provider=provider, movement_key=f"{kind.name.lower()}:{row.provider_key}")
    # A movement without a payment came from an export of the ledger, which opens no dispute.
    return told.filter(payment__isnull=False).exists() or disputes.filter(provider_reference=row.reference).exists()


def _open(provider: Provider, row: ChargebackLine, payment: Payment | None) -> set[int]:
    same = _of_statements(provider).filter(provider_reference=row.reference).first()
    orphan = _of_statements(provider).filter(_home(row, payment), reversal_reference=F("provider_reference"))
    found = same or min(orphan, key=lambda dispute: (dispute.amount != row.amount, dispute.pk), default=None)
    if found is None:
        return _create(provider, row, payment, status=DisputeStatus.CHARGED_BACK)
    if not found.reversal_reference or found.reversal_reference != found.provider_reference:
        return set()  # told before
    found.reversal_reference = "" if found is same else found.provider_reference
    found.provider_reference, found.amount, found.opened_at = row.reference, row.amount, row.occurred_at
    found.save(update_fields=["provider_reference", "reversal_reference", "amount", "opened_at"])
    return {found.pk}


def _reverse(provider: Provider, row: ChargebackLine, payment: Payment | None) -> set[int]:
    known = _of_statements(provider)
    if known.filter(reversal_reference=row.reference).exists():
        return set()
    same = known.filter(provider_reference=row.reference)
    taken = same or known.filter(_home(row, payment), status=DisputeStatus.CHARGED_BACK)
    # Of several, the one of the same amount; a reversal of a part is the oldest's.
    found = min(taken, key=lambda each: (each.amount != row.amount, each.opened_at, each.pk), default=None)
    if found is None:
        return _create(provider, row, payment, status=DisputeStatus.REVERSED, reversal_reference=row.reference)
    if found.status == DisputeStatus.REVERSED:
        return set()
    found.status = DisputeStatus.REVERSED.value
    found.reversal_reference = "" if found.provider_reference == row.reference else row.reference
    found.save(update_fields=["status", "reversal_reference"])
    return {found.pk}


def _of_statements(provider: Provider) -> QuerySet[Dispute]:
    return Dispute.objects.select_for_update(of=("self",)).filter(provider=provider, is_from_statement=True)


def _home(row: ChargebackLine, payment: Payment | None) -> Q:
    """Disputes of the same payment, or while nobody knows that, of the same reference of the merchant."""
    if payment is not None:
        return Q(payment=payment, currency=row.currency)
    if row.merchant_reference:
        return Q(payment=None, merchant_reference=row.merchant_reference[:80], currency=row.currency)
    return Q(pk=None)


def _create(
    provider: Provider, row: ChargebackLine, payment: Payment | None, *, status: DisputeStatus,
    reversal_reference: str = "",
) -> set[int]:  # fmt: skip
    dispute, is_new = Dispute.objects.get_or_create(
        provider=provider,
        provider_reference=row.reference,
        defaults={
            "payment": payment,
            "merchant_reference": payment.merchant_reference if payment else row.merchant_reference[:80],
            "amount": row.amount,
            "currency": row.currency,
            "status": status.value,
            "is_from_statement": True,
            "reversal_reference": reversal_reference,
            "opened_at": row.occurred_at,
        },
    )
    return {dispute.pk} if is_new else set()
