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
from payments.ledger.services.tables import any_of, arrays, insert
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
    homes = _homes(provider, named)
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


class Home(NamedTuple):
    """The payment that a line belongs to."""

    pk: int
    merchant_reference: str


Homes = Mapping[ChargebackLine, Home]


def _homes(provider: Provider, rows: Sequence[ChargebackLine]) -> Homes:
    references = {row.payment_reference for row in rows} | {row.provider_key for row in rows}
    known = PaymentReference.objects.filter(any_of("reference", "text", references - {""}), provider=provider)
    by_id = {
        reference: Home(pk, merchant)
        for reference, pk, merchant in known.values_list("reference", "payment", "payment__merchant_reference")
    }
    merchants = {row.merchant_reference for row in rows} - {""}
    named = Payment.objects.filter(any_of("merchant_reference", "text", merchants))
    by_name = {merchant: Home(pk, merchant) for pk, merchant in named.values_list("pk", "merchant_reference")}
    found = {}
    for row in rows:
        home = by_id.get(row.payment_reference) or by_id.get(row.provider_key) or by_name.get(row.merchant_reference)
        if home is not None:
            found[row] = home
    return found


def _told_by_events(provider: Provider, rows: Sequence[ChargebackLine], homes: Homes) -> set[ChargebackLine]:
    """The lines whose chargeback or reversal an event has told of."""
    keyed = {row: movement_key(_kind(row), row.provider_key) for row in rows if row.provider_key}
    # A movement without a payment came from an export of the ledger, which opens no dispute.
    movements = Movement.objects.filter(
        any_of("movement_key", "text", set(keyed.values())), provider=provider, payment__isnull=False
    ).values_list("movement_key", flat=True)
    disputes = Dispute.objects.filter(provider=provider, is_from_statement=False)
    references = disputes.filter(any_of("provider_reference", "text", {row.provider_key for row in keyed}))
    told_keys, told_references = set(movements), set(references.values_list("provider_reference", flat=True))
    told = {row for row, key in keyed.items() if key in told_keys or row.provider_key in told_references}
    keyless = {row: homes[row].pk for row in rows if not row.provider_key and row in homes}
    if keyless:
        of_these = disputes.filter(any_of("payment_id", "bigint", set(keyless.values())))
        amounts = set(of_these.values_list("payment", "amount"))
        told |= {row for row, payment in keyless.items() if (payment, row.amount) in amounts}
    return told


def _kind(row: ChargebackLine) -> MovementKind:
    return MovementKind.CHARGEBACK_REVERSAL if row.is_reversal else MovementKind.CHARGEBACK


Place = tuple[int, str, str]
"""Payment's id, or 0 and the merchant's reference while nobody knows that; and the currency."""


def _place_of(payment: int | None, merchant_reference: str, currency: str) -> Place:
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

    def __init__(self, provider: Provider, rows: Sequence[ChargebackLine], homes: Homes) -> None:
        """Three kinds of relation lead to them: a name of theirs, the payment, the merchant's reference."""
        self._provider = provider
        references = {row.reference for row in rows}
        merchants = {row.merchant_reference[:80] for row in rows if row not in homes} - {""}
        found = (
            Dispute.objects.select_for_update(of=("self",))
            .filter(provider=provider, is_from_statement=True)
            .filter(
                Q(any_of("provider_reference", "text", references))
                | Q(any_of("reversal_reference", "text", references))
                | Q(any_of("payment_id", "bigint", {home.pk for home in homes.values()}))
                | Q(any_of("merchant_reference", "text", merchants), payment=None)
            )
            .order_by("pk")
        )
        self._by_reference: dict[str, Dispute] = {}
        self._reversals: Counter[str] = Counter()
        self._by_place: dict[Place, list[Dispute]] = defaultdict(list)
        """In the order of their ids, which is the order in which they came."""
        self._changed: dict[int, Dispute] = {}
        self._renamed: set[int] = set()
        self._new: list[Dispute] = []
        for dispute in found:
            self._take(dispute)

    def _take(self, dispute: Dispute) -> None:
        self._by_reference[dispute.provider_reference] = dispute
        self._reversals[dispute.reversal_reference] += 1
        place = _place_of(dispute.payment_id, dispute.merchant_reference, dispute.currency)
        self._by_place[place].append(dispute)

    def _beside(self, row: ChargebackLine, home: Home | None) -> list[Dispute]:
        """Disputes of the same payment, or while nobody knows that, of the same reference of the merchant."""
        if home is None and not row.merchant_reference:
            return []
        return self._by_place[_place_of(home.pk if home else None, row.merchant_reference[:80], row.currency)]

    def open(self, row: ChargebackLine, home: Home | None) -> None:
        """Find or make the dispute of a chargeback; one that only its reversal has told of so far gets its name."""
        same = self._by_reference.get(row.reference)
        orphans = (each for each in self._beside(row, home) if each.reversal_reference == each.provider_reference)
        found = same or min(orphans, key=lambda each: each.amount != row.amount, default=None)
        if found is None:
            self._create(row, home, DisputeStatus.CHARGED_BACK)
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

    def reverse(self, row: ChargebackLine, home: Home | None) -> None:
        """Note that the money came back, or keep that it did until its chargeback is told."""
        if self._reversals[row.reference]:
            return
        same = self._by_reference.get(row.reference)
        taken = (each for each in self._beside(row, home) if each.status == DisputeStatus.CHARGED_BACK)
        # Of several, the one of the same amount; a reversal of a part is the oldest's.
        found = same or min(taken, key=lambda each: (each.amount != row.amount, each.opened_at), default=None)
        if found is None:
            self._create(row, home, DisputeStatus.REVERSED)
        elif found.status != DisputeStatus.REVERSED:
            found.status = DisputeStatus.REVERSED.value
            found.reversal_reference = "" if found.provider_reference == row.reference else row.reference
            self._reversals[found.reversal_reference] += 1
            self._changed[id(found)] = found

    def _create(self, row: ChargebackLine, home: Home | None, status: DisputeStatus) -> None:
        made = Dispute(
            # By their ids: setting the object behind a foreign key takes longer than all the rest.
            provider_id=self._provider.pk,
            provider_reference=row.reference,
            payment_id=home.pk if home else None,
            merchant_reference=home.merchant_reference if home else row.merchant_reference[:80],
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
            any_of("provider_reference", "text", {each.provider_reference for each in self._new}),
            provider=self._provider,
            is_from_statement=True,
        )
        return {each.pk for each in stored} | set(made.values_list("pk", flat=True))
