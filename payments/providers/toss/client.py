"""Toss Payments' API: payments read back and cancelled, whole or in part. Toss captures by itself."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Final
from zoneinfo import ZoneInfo

from payments.facts import NeutralEvent
from payments.money import format_minor
from payments.providers.answers import NOT_SUPPORTED, ActResult, ActState, act
from payments.providers.deliveries import ProviderTerms, Untranslatable
from payments.providers.event_fields import LONGEST_KEY, LONGEST_REASON, EventFields
from payments.providers.toss.payments import ZONE, cancel_events, needs_approval_key, payment_events
from payments.providers.toss.webhooks import ORDER
from payments.providers.transport import (
    Answer,
    Call,
    Transport,
    error_code,
    path_part,
    raise_refused,
    refuse_other,
)

ADDRESS: Final = "https://api.tosspayments.com"
DEFAULT_REASON: Final = "Cancelled by the merchant"
_UNSURE: Final = frozenset({"PROVIDER_ERROR", "UNKNOWN_PAYMENT_ERROR", "FAILED_INTERNAL_SYSTEM_PROCESSING"})
"""Codes by which Toss says that it does not know either; one of them comes with a 400."""
_PAGE: Final = 1000
_PAGES: Final = 10


class TossClient:
    """One shop at Toss Payments."""

    repeats_within = timedelta(days=15)

    def __init__(self, transport: Transport, terms: ProviderTerms) -> None:
        self._transport = transport
        self._terms = terms

    @staticmethod
    def headers(secret: str) -> Mapping[str, str]:
        """What goes with every call: the secret key as a user name without a password."""
        return {"Authorization": f"Basic {base64.b64encode(f'{secret}:'.encode()).decode()}"}

    def read_payment(self, reference: str) -> tuple[NeutralEvent, ...]:
        """A payment by paymentKey, or `order:<orderId>`. See `ProviderClient.read_payment`."""
        order = reference.removeprefix(ORDER)
        if order != reference:
            payment = refuse_other(self._read(f"/v1/payments/orders/{path_part(order)}"), "orderId", order)
        else:
            payment = refuse_other(self._read(f"/v1/payments/{path_part(reference)}"), "paymentKey", reference)
        return payment_events(payment, self._terms, self._approval_key(payment))

    def capture(self, reference: str, amount: int, currency: str, key: str) -> ActResult:
        """Not supported: what Toss approves it captures."""
        del reference, amount, currency, key
        return NOT_SUPPORTED

    def void(self, reference: str, key: str) -> ActResult:
        """Cancel the whole payment. See `ProviderClient.void`."""
        return self._cancel(reference, {"cancelReason": json.dumps(DEFAULT_REASON)}, key)

    def refund(self, reference: str, amount: int, currency: str, key: str, reason: str) -> ActResult:
        """Cancel a part of the payment, or all of it. See `ProviderClient.refund`."""
        spelled = {
            "cancelReason": json.dumps(reason[:LONGEST_REASON] or DEFAULT_REASON),
            "cancelAmount": format_minor(amount, currency),
            "currency": json.dumps(currency),
        }
        return self._cancel(reference, spelled, key)

    def _cancel(self, reference: str, spelled: Mapping[str, str], key: str) -> ActResult:
        path = f"/v1/payments/{path_part(reference)}/cancel"
        document = "{" + ",".join(f"{json.dumps(name)}:{value}" for name, value in spelled.items()) + "}"
        headers = {"Idempotency-Key": key}
        result = act(
            self._transport,
            Call("POST", path, is_repeatable=True, document=document, headers=headers),
            _code_of,
            self._cancelled,
        )
        if result.state is ActState.FAILED and result.error in _UNSURE:
            return ActResult(ActState.UNKNOWN, error=result.error)
        return result

    def _cancelled(self, payment: EventFields) -> ActResult:
        cancels = payment.rows("cancels")
        if not cancels:
            raise Untranslatable("cancels is missing")
        # The payment's last transaction is the cancel that we asked for.
        made = payment.reference("lastTransactionKey", longest=LONGEST_KEY) or cancels[-1].text("transactionKey")
        return ActResult(ActState.DONE, made, cancel_events(payment, self._terms))

    def _approval_key(self, payment: EventFields) -> str:
        """The transactionKey of an approval that was cancelled since."""
        if not needs_approval_key(payment):
            return ""
        own = payment.text("paymentKey", is_required=True)
        cancelled = {each.text("transactionKey") for each in payment.rows("cancels")}
        at = payment.instant("approvedAt", ZONE).astimezone(ZoneInfo(ZONE))
        second = timedelta(seconds=1)
        around = [moment.strftime("%Y-%m-%dT%H:%M:%S") for moment in (at - second, at + second)]
        after: tuple[tuple[str, str], ...] = ()
        for _ in range(_PAGES):
            period = (("startDate", around[0]), ("endDate", around[1]), ("limit", str(_PAGE)), *after)
            rows = self._transactions(period)
            for row in rows:
                key = row.reference("transactionKey", longest=LONGEST_KEY, is_required=True)
                if row.text("paymentKey") == own and key not in cancelled:
                    return key
            if len(rows) < _PAGE:
                break
            after = (("startingAfter", rows[-1].text("transactionKey")),)
        raise Untranslatable("the transaction of the approval is not there")

    def _transactions(self, parameters: tuple[tuple[str, str], ...]) -> tuple[EventFields, ...]:
        answer = self._transport.call(Call("GET", "/v1/transactions", is_repeatable=True, parameters=parameters))
        raise_refused(answer, error_code(answer, _code_of))
        # The answer is a bare list.
        return Answer(answer.status, b'{"transactions":' + answer.body + b"}").fields().rows("transactions")

    def _read(self, path: str) -> EventFields:
        answer = self._transport.call(Call("GET", path, is_repeatable=True))
        raise_refused(answer, error_code(answer, _code_of))
        return answer.fields()


def _code_of(body: EventFields) -> str:
    return body.words("code")
