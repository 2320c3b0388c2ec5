"""A machine of the shop that asks the merchant API."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connections
from django.test import Client

from payments.intake.models import ApiKey
from payments.intake.scopes import Scope
from payments.intake.services.keys import Issued, NewKey, issue
from tests.addresses import Address

BASE = "/api/v1/"
NOON = "2026-07-01T12:00:00+09:00"


class Machine:
    """A client that shows a key."""

    def __init__(self, *scopes: str, **wanted: Any) -> None:
        self.issued: Issued = issue(NewKey("the shop", scopes or tuple(Scope.values), **wanted), by=None)
        self.client = Client(raise_request_exception=False)

    @property
    def key(self) -> ApiKey:
        """The key's row."""
        return self.issued.key

    def headers(self, **more: str) -> dict[str, str]:
        """The key, and what else is said."""
        return {"Authorization": f"Bearer {self.issued.secret}", **more}

    def get(self, path: str, query: dict[str, Any] | None = None, **headers: Any) -> Any:
        """Ask."""
        return self.client.get(BASE + path, query or {}, headers=self.headers(**headers))

    def get_from(self, forwarded_for: str) -> int:
        """The status of asking for payments behind a proxy that says who asked."""
        return int(self.get("payments", None, **{"X-Forwarded-For": forwarded_for}).status_code)

    def post(self, path: str, body: Any, repeat: str = "", **headers: str) -> Any:
        """Tell; `repeat` is the Idempotency-Key."""
        if repeat:
            headers["Idempotency-Key"] = repeat
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.client.post(BASE + path, content, content_type="application/json", headers=self.headers(**headers))


def at_once(count: int, ask: Any) -> list[Any]:
    """Do something in threads that begin together, each with a connection of its own."""
    barrier = threading.Barrier(count)

    def one(number: int) -> Any:
        barrier.wait()
        try:
            return ask(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def checkout(**values: Any) -> dict[str, Any]:
    """A checkout of 10 000 won."""
    return {"merchant_reference": "A-1", "amount": 10_000, "currency": "KRW", "started_at": NOON} | values


def captured(**values: Any) -> dict[str, Any]:
    """A capture of 10 000 won at `local`."""
    return {
        "id": "e-1", "kind": "capture.succeeded", "occurred_at": NOON, "merchant_reference": "A-1",
        "provider": "local", "shop_attempt": "try-1", "amount": 10_000, "currency": "KRW",
    } | values  # fmt: skip


def refusals(response: Any) -> list[tuple[str, str | None]]:
    """(code, field) of each error of an answer."""
    return [(error["code"], error["attr"]) for error in response.json()["errors"]]


def endpoint_of(address: Address) -> Any:
    """The class behind an address of the API; None for any other address."""
    return getattr(address.view, "cls", None) if address.access and address.access.kind == "api_key" else None
