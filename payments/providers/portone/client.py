"""PortOne's API, to read payments back; acts are left to the shop, and to the payment company behind PortOne."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from payments.facts import NeutralEvent
from payments.providers.answers import NOT_SUPPORTED, ActResult
from payments.providers.deliveries import ProviderTerms
from payments.providers.portone.payments import payment_events
from payments.providers.transport import Call, Transport, error_code, path_part, raise_refused, refuse_other

ADDRESS: Final = "https://api.portone.io"


class PortOneClient:
    """One store at PortOne."""

    repeats_within = timedelta(0)

    def __init__(self, transport: Transport, terms: ProviderTerms) -> None:
        self._transport = transport
        self._terms = terms

    @staticmethod
    def headers(secret: str) -> Mapping[str, str]:
        """What goes with every call."""
        return {"Authorization": f"PortOne {secret}"}

    def read_payment(self, reference: str) -> tuple[NeutralEvent, ...]:
        """A payment by the id that the shop chose. See `ProviderClient.read_payment`."""
        path = f"/payments/{path_part(reference)}"
        answer = self._transport.call(Call("GET", path, is_repeatable=True))
        raise_refused(answer, error_code(answer, lambda body: body.words("type")))
        return payment_events(refuse_other(answer.fields(), "id", reference), self._terms)

    def capture(self, reference: str, amount: int, currency: str, key: str) -> ActResult:
        """Not supported."""
        del reference, amount, currency, key
        return NOT_SUPPORTED

    def void(self, reference: str, key: str) -> ActResult:
        """Not supported."""
        del reference, key
        return NOT_SUPPORTED

    def refund(self, reference: str, amount: int, currency: str, key: str, reason: str) -> ActResult:
        """Not supported."""
        del reference, amount, currency, key, reason
        return NOT_SUPPORTED
