"""A fake of Stripe's API by other people, started for the tests: `localstripe`, on a free port, empty."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

API_KEY = "sk_test_12345"
CARD = "4242424242424242"
DECLINED_CARD = "4000000000000341"
NEEDS_AUTHENTICATION = "4000002500003155"


@dataclass(frozen=True)
class LocalStripe:
    """The running fake."""

    address: str

    def post(self, path: str, **form: str) -> dict[str, Any]:
        """Call it as a shop's own server would; refusals are answers too."""
        answer = httpx.post(f"{self.address}{path}", data=form, auth=(API_KEY, ""), timeout=30, trust_env=False)
        found: dict[str, Any] = answer.json() if answer.content else {}
        return found

    def deliver_to(self, url: str, secret: str) -> None:
        """Send every webhook to `url`, signed with `secret`, a second after its event."""
        form = {"url": url, "secret": secret}
        httpx.post(f"{self.address}/_config/webhooks/tests", data=form, timeout=30, trust_env=False).raise_for_status()

    def payment(self, amount: int, currency: str = "eur", *, card: str = CARD, **more: str) -> dict[str, Any]:
        """A confirmed payment intent, however it ended: read its `status`."""
        method = self.post(
            "/v1/payment_methods",
            **{
                "type": "card",
                "card[number]": card,
                "card[exp_month]": "12",
                "card[exp_year]": "2030",
                "card[cvc]": "123",
            },
        )
        form = {"amount": str(amount), "currency": currency, "payment_method": method["id"], **more}
        intent = self.post("/v1/payment_intents", **form)
        confirmed = self.post(f"/v1/payment_intents/{intent['id']}/confirm")
        return confirmed if "id" in confirmed else intent


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
    return port


@contextmanager
def running_localstripe(folder: Path) -> Iterator[LocalStripe]:
    """Start it in `folder` and stop it afterwards."""
    port = free_port()
    with (folder / "localstripe.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "localstripe", "--port", str(port), "--from-scratch"],
            cwd=folder,
            stdout=log,
            stderr=log,
        )
        try:
            _wait(port, process)
            yield LocalStripe(f"http://127.0.0.1:{port}")
        finally:
            process.terminate()
            process.wait(10)


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        assert process.poll() is None, "localstripe ended"
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError("localstripe does not listen")
