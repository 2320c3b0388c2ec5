"""Opens disputes that only a statement shows, and lets them give way to what events tell of the same chargeback."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from django.db import connection
from django.db.models import CharField, Q, Value
from django.db.models.functions import Cast, Concat

from payments.facts import MovementKind
from payments.ledger import pipeline
from payments.ledger.models import Dispute, Movement, Payment, PaymentReference
from payments.ledger.money import movement_key
from payments.ledger.services.tables import arrays, insert
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

    In the caller's transaction; the same lines again change nothing, and files may come in any order. A known number of
    queries, however many lines. Returns how many disputes were opened or changed.
    """
    named = [row for row in rows if row.reference]
    if not named:
        return 0
    homes = _payments(provider, named)
    told = _told_by_events(provider, named, homes)
    known = _Known(provider, named, homes)
    for row in sorted(named, key=lambda row: (row.is_reversal, row.occurred_at, row.reference)):
        if row in told:
            continue
        place = known.reverse if row.is_reversal else known.open
        place(row, homes.get(row))
    changed = known.write()
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


def _told_by_events(
    provider: Provider, rows: Sequence[ChargebackLine], homes: Mapping[ChargebackLine, Payment]
) -> set[ChargebackLine]:
    """The lines whose chargeback or reversal an event has told of."""
    keyed = {row: movement_key(_kind(row), row.provider_key) for row in rows if row.provider_key}
    # A movement without a payment came from an export of the ledger, which opens no dispute.
    movements = Movement.objects.filter(
        provider=provider, movement_key__in=set(keyed.values()), payment__isnull=False
    ).values_list("movement_key", flat=True)
    disputes = Dispute.objects.filter(provider=provider, is_from_statement=False)
    references = disputes.filter(provider_reference__in={row.reference for row in keyed})
    told_keys, told_references = set(movements), set(references.values_list("provider_reference", flat=True))
    told = {row for row, key in keyed.items() if key in told_keys or row.reference in told_references}
    keyless = {row: homes[row].pk for row in rows if not row.provider_key and row in homes}
    if keyless:
        amounts = set(disputes.filter(payment__in=set(keyless.values())).values_list("payment", "amount"))
        told |= {row for row, payment in keyless.items() if (payment, row.amount) in amounts}
    return told


def _kind(row: ChargebackLine) -> MovementKind:
    return MovementKind.CHARGEBACK_REVERSAL if row.is_reversal else MovementKind.CHARGEBACK


Home = tuple[int, str, str]
"""Payment's id, or 0 and the merchant's reference while nobody knows that; and the currency."""


def _home_of(payment: int | None, merchant_reference: str, currency: str) -> Home:
    return (payment, "", currency) if payment else (0, merchant_reference, currency)


_BORN: Final = {
    "provider_id": "bigint", "provider_reference": "text", "payment_id": "bigint", "merchant_reference": "text",
    "amount": "bigint", "currency": "text", "status": "text", "reason": "text", "is_from_statement": "boolean",
    "reversal_reference": "text", "opened_at": "timestamptz", "closed_at": "timestamptz",
}  # fmt: skip


def _row(dispute: Dispute) -> list[Any]:
    return [getattr(dispute, name) for name in _BORN]


class _Known:
    """The disputes of statements that some lines concern, locked: read once, changed in memory, written once."""

    def __init__(
        self, provider: Provider, rows: Sequence[ChargebackLine], homes: Mapping[ChargebackLine, Payment]
    ) -> None:
        """Three kinds of relation lead to them: a name of theirs, the payment, the merchant's reference."""
        self._provider = provider
        references = {row.reference for row in rows}
        merchants = {row.merchant_reference[:80] for row in rows if row not in homes} - {""}
        found = (
            Dispute.objects.select_for_update(of=("self",))
            .filter(provider=provider, is_from_statement=True)
            .filter(
                Q(provider_reference__in=references)
                | Q(reversal_reference__in=references)
                | Q(payment__in={payment.pk for payment in homes.values()})
                | Q(payment=None, merchant_reference__in=merchants)
            )
            .order_by("pk")
        )
        self._by_reference: dict[str, Dispute] = {}
        self._reversals: Counter[str] = Counter()
        self._by_home: dict[Home, list[Dispute]] = defaultdict(list)
        """In the order of their ids, which is the order in which they came."""
        self._changed: dict[int, Dispute] = {}
        self._renamed: set[int] = set()
        self._new: list[Dispute] = []
        for dispute in found:
            self._take(dispute)

    def _take(self, dispute: Dispute) -> None:
        self._by_reference[dispute.provider_reference] = dispute
        self._reversals[dispute.reversal_reference] += 1
        home = _home_of(dispute.payment_id, dispute.merchant_reference, dispute.currency)
        self._by_home[home].append(dispute)

    def _of_home(self, row: ChargebackLine, payment: Payment | None) -> list[Dispute]:
        """Disputes of the same payment, or while nobody knows that, of the same reference of the merchant."""
        if payment is None and not row.merchant_reference:
            return []
        return self._by_home[_home_of(payment.pk if payment else None, row.merchant_reference[:80], row.currency)]

    def open(self, row: ChargebackLine, payment: Payment | None) -> None:
        """Find or make the dispute of a chargeback; one that only its reversal has told of so far gets its name."""
        same = self._by_reference.get(row.reference)
        orphans = (each for each in self._of_home(row, payment) if each.reversal_reference == each.provider_reference)
        found = same or min(orphans, key=lambda each: each.amount != row.amount, default=None)
        if found is None:
            self._create(row, payment, DisputeStatus.CHARGED_BACK)
            return
        if not found.reversal_reference or found.reversal_reference != found.provider_reference:
            return  # told before
        if found is same:
            self._reversals[found.reversal_reference] -= 1
            found.reversal_reference = ""
        else:
            del self._by_reference[found.provider_reference]
            self._by_reference[row.reference] = found
            self._renamed.add(id(found))
            found.reversal_reference, found.provider_reference = found.provider_reference, row.reference
        found.amount, found.opened_at = row.amount, row.occurred_at
        self._changed[id(found)] = found

    def reverse(self, row: ChargebackLine, payment: Payment | None) -> None:
        """Note that the money came back, or keep that it did until its chargeback is told."""
        if self._reversals[row.reference]:
            return
        same = self._by_reference.get(row.reference)
        taken = (each for each in self._of_home(row, payment) if each.status == DisputeStatus.CHARGED_BACK)
        # Of several, the one of the same amount; a reversal of a part is the oldest's.
        found = same or min(taken, key=lambda each: (each.amount != row.amount, each.opened_at), default=None)
        if found is None:
            self._create(row, payment, DisputeStatus.REVERSED)
        elif found.status != DisputeStatus.REVERSED:
            found.status = DisputeStatus.REVERSED.value
            found.reversal_reference = "" if found.provider_reference == row.reference else row.reference
            self._reversals[found.reversal_reference] += 1
            self._changed[id(found)] = found

    def _create(self, row: ChargebackLine, payment: Payment | None, status: DisputeStatus) -> None:
        made = Dispute(
            provider=self._provider,
            provider_reference=row.reference,
            payment=payment,
            merchant_reference=payment.merchant_reference if payment else row.merchant_reference[:80],
            amount=row.amount,
            currency=row.currency,
            status=status.value,
            is_from_statement=True,
            reversal_reference=row.reference if row.is_reversal else "",
            opened_at=row.occurred_at,
        )
        self._new.append(made)
        self._take(made)

    def write(self) -> set[int]:
        """Write what changed; the ids of it."""
        stored = [each for each in self._changed.values() if each.pk]
        renamed = [each.pk for each in stored if id(each) in self._renamed]
        if renamed:
            # A name given up and a name taken may be the same one, and the table knows each but once at any moment.
            Dispute.objects.filter(pk__in=renamed).update(
                provider_reference=Concat(Value("renamed/"), Cast("pk", CharField()))
            )
        if stored:
            names = ("provider_reference", "reversal_reference", "amount", "opened_at", "status")
            Dispute.objects.bulk_update(stored, names, batch_size=1_000)
        if not self._new:
            return {each.pk for each in stored}
        # An event that tells of one in this moment makes it its own.
        insert("payments_dispute", _BORN, [_row(each) for each in self._new], "ON CONFLICT DO NOTHING")
        made = Dispute.objects.filter(
            provider=self._provider,
            is_from_statement=True,
            provider_reference__in={each.provider_reference for each in self._new},
        )
        return {each.pk for each in stored} | set(made.values_list("pk", flat=True))
