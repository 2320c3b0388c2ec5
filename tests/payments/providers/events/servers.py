"""Small HTTP servers of the tests: one that answers by a function, and remembers what it was asked."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Asked:
    """One request."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Server:
    """A running server. `answer` returns status, body and headers, or None to hang up without an answer."""

    answer: Callable[[Asked], tuple[int, bytes, dict[str, str]] | None]
    address: str = ""
    asked: list[Asked] = field(default_factory=list)


class _Handler(BaseHTTPRequestHandler):
    served: Server

    def do_GET(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        headers = {name.lower(): value for name, value in self.headers.items()}
        asked = Asked(self.command, self.path, headers, self.rfile.read(length))
        self.served.asked.append(asked)
        said = self.served.answer(asked)
        self.close_connection = True
        if said is None:
            self.connection.close()
            return
        status, body, more = said
        self.send_response(status)
        for name, value in more.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET  # noqa: N815 (the name that the library calls)

    def handle_one_request(self) -> None:
        try:
            super().handle_one_request()
        except (OSError, ValueError):
            self.close_connection = True  # hung up on purpose

    def log_message(self, *args: Any) -> None:
        pass


@contextmanager
def serving(answer: Callable[[Asked], tuple[int, bytes, dict[str, str]] | None]) -> Iterator[Server]:
    """Serve on a free port of this machine."""
    server = Server(answer)
    http = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"served": server}))
    http.daemon_threads = True
    server.address = f"http://127.0.0.1:{http.server_port}"
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        http.shutdown()
        http.server_close()
        thread.join(5)
