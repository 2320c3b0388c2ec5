"""`manage.py replay_simulation` from the outside, against a site that sometimes says no."""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from payments.simulator.writing import write
from tests.payments.simulator.conftest import simulated

KEY = "44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("replayed")
    write(simulated(5, 2, 20), found)
    (found / "secrets.toml").write_text(f'adyen-eu = "{KEY}"\n"adyen-jp" = "{KEY}"\n')
    return found


@contextmanager
def site(answer: Callable[[str, int], int]) -> Iterator[tuple[str, list[tuple[str, bytes]]]]:
    """A site that answers with `answer(path, times this body came)`; its address and what was sent."""
    received: list[tuple[str, bytes]] = []
    times: Counter[bytes] = Counter()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            received.append((self.path, body))
            times[body] += 1
            content = json.dumps({"results": [{"status": 201}]}).encode()
            self.send_response(answer(self.path, times[body]))
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", received
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def replay(folder: Path, url: str, *arguments: str) -> dict[str, Any]:
    output = StringIO()
    secrets = str(folder / "secrets.toml")
    call_command(
        "replay_simulation", str(folder), "--url", url, "--rate", "0", "--secrets", secrets, "--json", *arguments,
        stdout=output,
    )  # fmt: skip
    told: dict[str, Any] = json.loads(output.getvalue())
    return told


def test_everything_is_sent_to_its_door(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOPS_KEY", "jsk_x")
    with site(lambda path, times: 200) as (url, received):
        told = replay(folder, url, "--api-key-from-environment", "SHOPS_KEY")
    paths = Counter(path for path, _ in received)
    assert set(paths) == {
        "/webhooks/toss/", "/webhooks/adyen-jp/", "/webhooks/adyen-eu/", "/api/v1/checkouts", "/api/v1/events:batch",
    }  # fmt: skip
    assert (sum(told["taken"].values()), told["refused"], told["retries"]) == (len(received), {}, 0)


def test_no_request_has_a_line_of_its_own(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="httpx")
    with site(lambda path, times: 200) as (url, received):
        replay(folder, url, "--provider", "adyen-jp")
    assert received
    assert [record.name for record in caplog.records if record.name == "httpx"] == []


def test_one_provider_alone_and_some_of_it_twice(folder: Path) -> None:
    with site(lambda path, times: 200) as (url, received):
        replay(folder, url, "--provider", "adyen-jp", "--repeat", "--shuffle")
    assert {path for path, _ in received} == {"/webhooks/adyen-jp/"}
    assert len({body for _, body in received}) < len(received)


def test_a_busy_site_is_asked_again(folder: Path) -> None:
    with site(lambda path, times: 503 if times == 1 else 200) as (url, received):
        told = replay(folder, url, "--provider", "adyen-jp")
    assert (told["retries"], told["refused"]) == (len(received) // 2, {})


def test_a_refusal_is_counted_and_ends_with_1(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with site(lambda path, times: 404) as (url, received), pytest.raises(SystemExit) as ended:
        call_command("replay_simulation", str(folder), "--url", url, "--rate", "0", "--provider", "toss")
    assert ended.value.code == 1
    assert f"{len(received):7d} refused webhook toss 404" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments",
    [
        ["{nowhere}", "--url", "http://127.0.0.1:1"],
        ["{folder}", "--url", "ftp://127.0.0.1"],
        ["{folder}", "--url", "http://127.0.0.1:1", "--rate", "-1"],
        ["{folder}", "--url", "http://127.0.0.1:1", "--provider", "adyen-eu"],
        ["{folder}", "--url", "http://127.0.0.1:1", "--provider", "toss", "--secrets", "{nowhere}"],
        ["{folder}", "--url", "http://127.0.0.1:1", "--provider", "toss", "--api-key-from-environment", "NOBODYS_KEY"],
    ],
)
def test_misuse_ends_with_2(folder: Path, arguments: list[str]) -> None:
    given = [each.format(folder=folder, nowhere=folder / "nowhere") for each in arguments]
    with pytest.raises(CommandError) as refusal:
        call_command("replay_simulation", *given)
    assert refusal.value.returncode == 2
