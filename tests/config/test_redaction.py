"""Nothing secret reaches a log line, and nothing harmless is lost from one."""

from __future__ import annotations

import io
import json
import logging
import logging.config
from typing import Any

import pytest
import structlog
from django.conf import settings
from django.http import HttpResponse
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from config.history import RedactedHistory
from config.logs import configure_logging
from config.redaction import BLANK, redact, redacted, redacted_text

CARDS = ["4111111111111111", "5555 5555 5555 4444", "3782-822463-10005", "6011000990139424"]


@pytest.mark.parametrize("card", CARDS)
def test_a_card_number_is_blanked_however_it_is_grouped(card: str) -> None:
    assert redacted_text(f"paid with {card} today") == f"paid with {BLANK} today"


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("GET /api/v1/payments?q=cvv+123", f"GET /api/v1/payments?q=cvv+{BLANK}"),
        ("GET /api/v1/payments/4111.1111.1111.1111", f"GET /api/v1/payments/{BLANK}"),
        ("GET /api/v1/payments?q=%EF%BC%94111111111111111", f"GET /api/v1/payments?q={BLANK}"),
        ("GET /x?q=%2534111111111111111", f"GET /x?q={BLANK}"),
        ("GET /x?note=%EB%B3%B4%EC%95%88%EC%BD%94%EB%93%9C%20123", f"GET /x?note=보안코드 {BLANK}"),
        ("카드 4111111111111111로", f"카드 {BLANK}로"),
        ("4111\n1111\n1111\n1111", BLANK),
    ],
)
def test_whatever_the_guard_refuses_is_blanked(line: str, kept: str) -> None:
    assert redacted_text(line) == kept


def test_security_codes_are_blanked_by_their_names() -> None:
    assert redacted({"security_code": 123, "card.csc": "123", "4111111111111111": 1}) == {
        "security_code": BLANK, "card.csc": BLANK, BLANK: 1,
    }  # fmt: skip


def test_the_history_of_rows_keeps_no_card_number_of_an_address() -> None:
    request = RequestFactory().get("/api/v1/payments/4111111111111111")
    middleware: Any = RedactedHistory
    context = middleware(lambda _request: HttpResponse()).get_context(request)
    assert context == {"user": None, "url": f"/api/v1/payments/{BLANK}"}
    assert "config.history.RedactedHistory" in settings.MIDDLEWARE


@pytest.mark.parametrize(
    "text",
    ["4111111111111112", "order 20261121000123", "tx4111111111111111", "43301234****1234", "2026-11-21 15:04:05"],
)
def test_what_is_no_card_number_stays(text: str) -> None:
    assert redacted_text(text) == text


def test_what_stands_beside_a_card_number_stays() -> None:
    assert redacted_text("2026 4111 1111 1111 1111 22") == f"2026 {BLANK} 22"
    assert redacted_text("4111111111111111 5555555555554444") == f"{BLANK} {BLANK}"


def test_tokens_and_passwords_in_texts_are_blanked() -> None:
    assert redacted_text("Authorization: Bearer abcdef0123456789") == f"Authorization: Bearer {BLANK}"
    assert redacted_text("GET /hook?token=abc123&page=2") == f"GET /hook?token={BLANK}&page=2"
    assert redacted_text("redis://shop:hunter2@queue:6379/0") == f"redis://shop:{BLANK}@queue:6379/0"


def test_values_are_blanked_by_their_names_at_any_depth() -> None:
    event = {"event": "x", "body": {"list": [{"api_key": "k", "amount": 12}]}, "Cookie": "a=b", "password": None}
    assert redact(None, "info", event) == {
        "event": "x",
        "body": {"list": [{"api_key": BLANK, "amount": 12}]},
        "Cookie": BLANK,
        "password": None,
    }


def test_numbers_keep_their_type_unless_they_are_cards() -> None:
    assert redacted([1, 2.5, True, None, 4111111111111111]) == [1, 2.5, True, None, BLANK]


@given(st.text(max_size=200))
def test_any_text_can_be_redacted_and_twice_is_once(text: str) -> None:
    assert redacted_text(redacted_text(text)) == redacted_text(text)


def test_an_error_is_logged_as_one_json_line_without_its_secrets() -> None:
    stream = io.StringIO()
    configuration = configure_logging("INFO", "json")
    configuration["handlers"]["console"]["stream"] = stream
    before = logging.getLogger().handlers[:]
    try:
        logging.config.dictConfig(configuration)
        try:
            raise ValueError("card 4111111111111111 refused")
        except ValueError:
            logging.getLogger("django.request").exception("Internal Server Error: %s", "/pay/")
        structlog.get_logger("payments").info("posted", lines=3, secret="s")
    finally:
        logging.getLogger().handlers[:] = before
    error, posted = map(json.loads, stream.getvalue().splitlines())
    assert error["event"] == "Internal Server Error: /pay/"
    assert (error["level"], error["logger"]) == ("error", "django.request")
    assert f"ValueError: card {BLANK} refused" in error["exception"]
    assert "4111111111111111" not in stream.getvalue()
    assert (posted["event"], posted["lines"], posted["secret"]) == ("posted", 3, BLANK)
