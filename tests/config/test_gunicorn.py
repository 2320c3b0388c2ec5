"""How the web server ends a connection."""

from __future__ import annotations

import pytest
from gunicorn.config import Config  # type: ignore[import-untyped]
from gunicorn.http.parser import RequestParser  # type: ignore[import-untyped]

from config.gunicorn import pre_request


@pytest.mark.parametrize(("length", "closes"), [(0, False), (1024 * 1024, False), (1024 * 1024 + 1, True)])
def test_a_connection_ends_with_the_answer_to_a_body_that_nobody_may_read(length: int, closes: bool) -> None:
    head = f"POST /webhooks/stripe/ HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n".encode()
    request = next(RequestParser(Config(), iter([head]), ("127.0.0.1", 1)))
    assert not request.should_close()
    pre_request(None, request)
    assert request.should_close() is closes
