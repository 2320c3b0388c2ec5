"""Which payment of our ledger a line or a movement is about, where the ledger knows one."""

from __future__ import annotations

from collections.abc import Iterable

from payments.ledger.models import Movement, Payment, PaymentReference
from payments.settlement.models import StatementLine


def payment_behind(line: StatementLine | None, movement: Movement | None) -> Payment | None:
    """The payment of a pair, of which either side may be missing: by the movement, the order, or an id of the provider.

    Each way has an index of its own, so each is a question: three at most, as the line was read with its match.
    """
    if movement is None and (match := getattr(line, "match", None)):
        movement = match.movement
    if movement is not None and movement.payment_id is not None:
        return Payment.objects.filter(pk=movement.payment_id).first()
    sides = [side for side in (movement, line) if side is not None]
    orders = {side.merchant_reference for side in sides} - {""}
    found = Payment.objects.filter(merchant_reference__in=orders).order_by("pk").first() if orders else None
    names = {name for side in sides for name in (side.payment_reference, side.provider_key)} - {""}
    if found is not None or not names:
        return found
    known = PaymentReference.objects.filter(provider_id=sides[0].provider_id, reference__in=names)
    reference = known.select_related("payment").order_by("pk").first()
    return reference.payment if reference else None


def payments_of_orders(orders: Iterable[str]) -> dict[str, Payment]:
    """The payments of some orders; one question, and none for no order."""
    named = set(orders) - {""}
    if not named:
        return {}
    rows = Payment.objects.filter(merchant_reference__in=named).only("pk", "merchant_reference")
    return {payment.merchant_reference: payment for payment in rows}
