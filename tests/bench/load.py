"""Load on a web server: signed deliveries over kept connections, from a process of its own.

`python -m tests.bench.load PORT SECONDS CONNECTIONS` prints one JSON object: requests, seconds, their times.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import socket
import sys
import threading
import time
from typing import Final

from tests.bench.inbox import charge

SECRET: Final = "whsec_of_the_bench_00000"


def request(number: int, second: int) -> bytes:
    """One signed delivery as it goes over the wire."""
    body = charge().replace("00000000", f"{number:08d}").encode()
    digest = hmac.new(SECRET.encode(), f"{second}.".encode() + body, hashlib.sha256).hexdigest()
    head = (
        f"POST /webhooks/stripe/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\nStripe-Signature: t={second},v1={digest}\r\n\r\n"
    )
    return head.encode() + body


def answer(connection: socket.socket) -> bytes:
    """The status line of an answer, read to its end."""
    received = b""
    while b"\r\n\r\n" not in received:
        received += connection.recv(65536) or _closed()
    head, _, rest = received.partition(b"\r\n\r\n")
    lengths = [int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
    while len(rest) < lengths[0] if lengths else not rest.endswith(b"0\r\n\r\n"):
        rest += connection.recv(65536) or _closed()
    return head.split(b"\r\n", 1)[0]


def _closed() -> bytes:
    raise ConnectionError("the server closed the connection")


def run(port: int, until: float, first: int, times: list[float]) -> None:
    """Send one after the other on a connection of its own, made anew when the server renews a worker."""
    number, connection = first, socket.create_connection(("127.0.0.1", port))
    while time.monotonic() < until:
        message = request(number, int(time.time()))
        number += 1
        started = time.perf_counter()
        try:
            connection.sendall(message)
            status = answer(connection)
        except OSError:
            connection = socket.create_connection(("127.0.0.1", port))
            continue
        times.append(time.perf_counter() - started)
        if b" 200 " not in status + b" ":
            raise RuntimeError(status.decode())


def main(port: int, seconds: float, connections: int) -> None:
    """Send for some seconds."""
    times: list[float] = []
    until = time.monotonic() + seconds
    base = int(time.time()) % 90 * 1_000_000
    threads = [
        threading.Thread(target=run, args=(port, until, base + place * 100_000, times)) for place in range(connections)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    times.sort()
    result = {"per_second": len(times) / seconds, "p50": times[len(times) // 2], "p99": times[len(times) * 99 // 100]}
    sys.stdout.write(json.dumps(result | {"requests": len(times)}) + "\n")


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3]))
