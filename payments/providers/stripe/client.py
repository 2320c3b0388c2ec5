"""Stripe's API: payment intents and charges read back, captured, cancelled and refunded."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from payments.facts import EventKind, NeutralEvent
from payments.providers.answers import ActResult, ActState, act
from payments.providers.deliveries import ProviderTerms, Untranslatable
from payments.providers.event_fields import EventFields
from payments.providers.stripe.charges import charge_events, refund_events
from payments.providers.stripe.intents import latest_charge, read_back
from payments.providers.stripe.objects import Telling, id_of, own_id, to_stripe
from payments.providers.transport import Call, Transport, error_code, path_part, raise_refused, refuse_other

ADDRESS: Final = "https://api.stripe.com"
VERSION: Final = "2024-06-20"
"""Of the API: what we read back has one shape, whatever the account's default is."""
_REASONS: Final = frozenset({"duplicate", "fraudulent", "requested_by_customer"})
_EXPAND: Final = ("expand[]", "latest_charge.balance_transaction")
_EXPAND_CHARGE: Final = ("expand[]", "balance_transaction")
_LONGEST_REASON: Final = 500
_PAGES: Final = 10


class StripeClient:
    """One account of Stripe."""

    repeats_within = timedelta(hours=24)

    def __init__(self, transport: Transport, terms: ProviderTerms) -> None:
        self._transport = transport
        self._terms = terms

    @staticmethod
    def headers(secret: str) -> Mapping[str, str]:
        """What goes with every call."""
        return {"Authorization": f"Bearer {secret}", "Stripe-Version": VERSION}

    def read_payment(self, reference: str) -> tuple[NeutralEvent, ...]:
        """A payment intent (`pi_…`) or a charge, with its refunds. See `ProviderClient.read_payment`."""
        name = reference.partition(":")[0]
        if name.startswith("pi_"):
            return self._intent(name)
        charge = refuse_other(self._read(f"/v1/charges/{_part(name)}", _EXPAND_CHARGE), "id", name)
        intent = id_of(charge, "payment_intent")
        own = self._telling(own_id(charge), charge)
        # What failed is an attempt of its own; what did not fail is the intent's.
        told = charge_events(charge, own) if charge.text("status") == "failed" or not intent else ()
        return told + (self._intent(intent) if intent else self._refunds("charge", own_id(charge)))

    def capture(self, reference: str, amount: int, currency: str, key: str) -> ActResult:
        """See `ProviderClient.capture`; what is left is given back by Stripe."""
        form = {"amount_to_capture": str(to_stripe(amount, currency))}
        return self._act(f"/v1/payment_intents/{_part(reference)}/capture", form, key)

    def void(self, reference: str, key: str) -> ActResult:
        """See `ProviderClient.void`."""
        return self._act(f"/v1/payment_intents/{_part(reference)}/cancel", {}, key)

    def refund(self, reference: str, amount: int, currency: str, key: str, reason: str) -> ActResult:
        """See `ProviderClient.refund`."""
        name = reference.partition(":")[0]
        form = {
            "payment_intent" if name.startswith("pi_") else "charge": name,
            "amount": str(to_stripe(amount, currency)),
        }
        if reason in _REASONS:
            form["reason"] = reason
        elif reason:
            form["metadata[reason]"] = reason[:_LONGEST_REASON]
        call = Call("POST", "/v1/refunds", is_repeatable=True, form=form, headers={"Idempotency-Key": key})
        return act(self._transport, call, _code_of, self._refunded)

    def _act(self, path: str, form: Mapping[str, str], key: str) -> ActResult:
        headers = {"Idempotency-Key": key}
        call = Call("POST", path, is_repeatable=True, form={**form, **dict([_EXPAND])}, headers=headers)
        return act(self._transport, call, _code_of, self._changed)

    def _changed(self, intent: EventFields) -> ActResult:
        events = read_back(intent, self._telling(own_id(intent), intent), acted_at=datetime.now(UTC))
        return ActResult(ActState.DONE, latest_charge(intent) or own_id(intent), events)

    def _refunded(self, refund: EventFields) -> ActResult:
        events = refund_events(refund, self._telling(own_id(refund), refund))
        is_failed = any(event.kind is EventKind.REFUND_FAILED for event in events)
        return ActResult(ActState.FAILED if is_failed else ActState.DONE, own_id(refund), events)

    def _intent(self, intent_id: str) -> tuple[NeutralEvent, ...]:
        intent = refuse_other(self._read(f"/v1/payment_intents/{_part(intent_id)}", _EXPAND), "id", intent_id)
        told = read_back(intent, self._telling(own_id(intent), intent))
        return told + (self._refunds("payment_intent", own_id(intent)) if latest_charge(intent) else ())

    def _refunds(self, name: str, value: str) -> tuple[NeutralEvent, ...]:
        told: tuple[NeutralEvent, ...] = ()
        after: tuple[tuple[str, str], ...] = ()
        for _ in range(_PAGES):
            page = self._read("/v1/refunds", (name, value), ("limit", "100"), *after)
            refunds = page.rows("data")
            for refund in refunds:
                told += refund_events(refund, self._telling(own_id(refund), refund))
            if page.record.get("has_more") is not True or not refunds:
                return told
            after = (("starting_after", own_id(refunds[-1])),)
        raise Untranslatable("more refunds than a payment can have")

    def _read(self, path: str, *parameters: tuple[str, str]) -> EventFields:
        answer = self._transport.call(Call("GET", path, is_repeatable=True, parameters=parameters))
        raise_refused(answer, error_code(answer, _code_of))
        return answer.fields()

    def _telling(self, object_id: str, fields: EventFields) -> Telling:
        return Telling(self._terms, object_id, fields.unix("created"))


def _part(reference: str) -> str:
    return path_part(reference.partition(":")[0])


def _code_of(body: EventFields) -> str:
    error = body.inner("error")
    return error.words("decline_code") or error.words("code") or error.words("type")
