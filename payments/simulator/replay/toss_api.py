"""A small Toss Payments API on this machine that knows the payments of a simulation: hints are read back from it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from zoneinfo import ZoneInfo

from payments.simulator.replay.reading import Told

_ZONE = ZoneInfo("Asia/Seoul")


class TossBooks:
    """Payments and transactions as they stand after everything was told."""

    def __init__(self, told: Iterable[Told]) -> None:
        hints = [each.body["data"] for each in sorted(told, key=lambda one: one.at) if "eventType" in each.body]
        self.payments: dict[str, dict[str, Any]] = {payment["paymentKey"]: payment for payment in hints}
        self.approvals = {p["paymentKey"]: p["lastTransactionKey"] for p in hints if p["status"] == "DONE"}
        self._by_order = {payment["orderId"]: payment for payment in hints}

    def answer(self, address: str) -> tuple[int, Any]:
        """Status and body for a GET."""
        parts = urlsplit(address)
        match [unquote(part) for part in parts.path.strip("/").split("/")]:
            case ["v1", "payments", "orders", order]:
                found = self._by_order.get(order)
            case ["v1", "payments", key]:
                found = self.payments.get(key)
            case ["v1", "transactions"]:
                return 200, list(self._transactions(parse_qs(parts.query)))
            case _:
                return 404, {"code": "NOT_FOUND", "message": "존재하지 않는 주소 입니다."}
        return (200, found) if found else (404, {"code": "NOT_FOUND_PAYMENT", "message": "존재하지 않는 결제 입니다."})

    def _transactions(self, query: dict[str, list[str]]) -> Iterator[dict[str, Any]]:
        since, until = (
            datetime.fromisoformat(query[name][0]).replace(tzinfo=_ZONE) for name in ("startDate", "endDate")
        )
        for key, payment in self.payments.items():
            if key in self.approvals and since <= datetime.fromisoformat(payment["approvedAt"]) <= until:
                yield {
                    "mId": payment["mId"],
                    "transactionKey": self.approvals[key],
                    "paymentKey": key,
                    "orderId": payment["orderId"],
                    "status": "DONE",
                    "transactionAt": payment["approvedAt"],
                    "amount": payment["totalAmount"],
                }


@contextmanager
def serving(books: TossBooks, port: int = 0) -> Iterator[str]:
    """Serve the books on the loopback until left; its address. Raises OSError for a port that is taken."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = books.answer(self.path)
            if not self.headers.get("Authorization", "").startswith("Basic "):
                status, body = 401, {"code": "UNAUTHORIZED_KEY", "message": "인증되지 않은 시크릿 키 입니다."}
            content = json.dumps(body, ensure_ascii=False).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
