"""Where messages may go: every disguise of an inner address is refused, before anything is sent there."""

from __future__ import annotations

import socket
from collections.abc import Sequence

import pytest

from payments.notices import wire
from payments.notices.addresses import AddressRefused, check_url
from tests.payments.providers.events.servers import serving

INNER = [
    "127.0.0.1", "127.1.2.3", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
    "255.255.255.255", "224.0.0.1", "192.0.0.1", "198.18.0.1", "::1", "::", "fe80::1", "fc00::1", "fd00:ec2::254",
    "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "64:ff9b::7f00:1",
    "64:ff9b:1::a00:1", "2002:7f00:1::", "2002:c0a8:101::1", "2001:0:7f00:1::", "fe80::1%eth0",
]  # fmt: skip
OUTER = ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946"]


def post(
    url: str, resolver: wire.Resolver = wire.resolve, *, loopback: bool = False, seconds: float = 5
) -> wire.Outcome:
    """Send a small message."""
    return wire.post(wire.Post(url, {"webhook-id": "msg_1"}, b"{}", loopback, resolver, seconds))


def never(host: str, port: int) -> Sequence[str]:
    """A resolver that must not be asked."""
    raise AssertionError(host)


@pytest.mark.parametrize("number", INNER)
def test_an_inner_number_is_refused_written_out_and_behind_a_name(number: str) -> None:
    literal = f"[{number}]" if ":" in number else number
    assert post(f"https://{literal}/told", never).error == "the address is not public"
    outcome = post("https://shop.example.com/told", lambda *_: [number])
    assert (outcome.status, outcome.error) == (None, "the address is not public")


@pytest.mark.parametrize("number", INNER)
def test_one_inner_number_among_outer_ones_is_enough(number: str) -> None:
    assert post("https://shop.example.com/", lambda *_: [OUTER[0], number]).error == "the address is not public"


@pytest.mark.parametrize("host", ["2130706433", "0x7f000001", "0177.0.0.1", "127.1", "0x7f.1", "3232235777", "0"])
def test_a_number_in_disguise_is_refused(host: str) -> None:
    # The system reads all of these as numbers; a name without a dot is none to begin with.
    assert socket.getaddrinfo(host, 443)[0][4][0] in ("127.0.0.1", "192.168.1.1", "0.0.0.0")
    assert post(f"https://{host}/told").error in ("the address is not public", "this is no public name")


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://shop.example.com/", "messages are sent by https only"),
        ("ftp://shop.example.com/", "messages are sent by https only"),
        ("http://127.0.0.1/", "messages are sent by https only"),
        ("file:///etc/passwd", "this is no address"),
        ("https://", "this is no address"),
        ("https://shop.example.com:99999/", "this is no address"),
        ("https://shop.example.com:0/", "this is no address"),
        ("https://shop .example.com/", "this is no address"),
        ("https://shop.example.com/\r\nHost: inner", "this is no address"),
        ("https://[::1", "this is no address"),
        ("https://user:secret@shop.example.com/", "an address has no user, password or fragment"),
        ("https://93.184.216.34@127.0.0.1/", "an address has no user, password or fragment"),
        ("https://shop.example.com/#part", "an address has no user, password or fragment"),
        ("https://localhost/", "this is no public name"),
        ("https://metadata/", "this is no public name"),
        ("https://shop.example.com/" + "a" * 500, "this is no address"),
    ],
)
def test_a_url_that_is_none_is_refused_with_words(url: str, why: str) -> None:
    with pytest.raises(AddressRefused, match=why):
        check_url(url, is_loopback_allowed=False)
    assert post(url, never).error == why


@pytest.mark.parametrize("number", OUTER)
def test_an_outer_number_is_let_through(number: str) -> None:
    literal = f"[{number}]" if ":" in number else number
    check_url(f"https://{literal}:8443/told?shop=1", is_loopback_allowed=False)


def test_this_machine_is_reached_only_where_it_is_allowed() -> None:
    with serving(lambda _: (204, b"", {})) as server:
        assert post(f"{server.address}/told", loopback=True) == wire.Outcome(204, "")
        assert post(f"{server.address}/told").error == "messages are sent by https only"
    assert len(server.asked) == 1
    assert post("https://10.0.0.1/", never, loopback=True).error == "the address is not public"


def test_a_name_is_asked_once_and_the_connection_goes_to_the_checked_number() -> None:
    answers = [["127.0.0.1"], ["169.254.169.254"]]  # a name that changes its mind
    asked: list[str] = []

    def rebinding(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return answers[len(asked) - 1]

    with serving(lambda _: (200, b"", {})) as server:
        port = server.address.rpartition(":")[2]
        message = wire.Post(f"http://127.0.0.1:{port}/told", {}, b"{}", is_loopback_allowed=True, resolver=rebinding)
        assert wire.post(message).is_taken
        assert asked == ["127.0.0.1"]
        assert server.asked[0].headers["host"] == f"127.0.0.1:{port}"
        # The second answer is inner: the next message goes nowhere.
        assert wire.post(message).error == "the address is not public"
    assert len(server.asked) == 1


def test_a_redirect_is_not_followed() -> None:
    with (
        serving(lambda _: (200, b"secret", {})) as inner,
        serving(lambda _: (302, b"", {"Location": inner.address})) as outer,
    ):
        outcome = post(outer.address, loopback=True)
    assert (outcome.status, outcome.is_taken) == (302, False)
    assert outcome.error == "it answers with a redirect, which is not followed"
    assert inner.asked == []


def test_an_answer_that_never_ends_is_cut_off() -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    with listener:  # it accepts, and says nothing
        assert post(address, loopback=True, seconds=0.3) == wire.Outcome(None, "no answer in time")


def test_nobody_there_and_hanging_up_are_words() -> None:
    with serving(lambda _: None) as server:
        assert post(server.address, loopback=True).error == "RemoteProtocolError"
    assert post(server.address, loopback=True).error == "not reached: ConnectError"
    assert post("https://shop.example.com/", lambda *_: []).error == "the name leads nowhere"


def test_the_certificate_must_be_of_the_name() -> None:
    with serving(lambda _: (200, b"", {})) as server:  # speaks no TLS at all
        port = server.address.rpartition(":")[2]
        outcome = post(f"https://127.0.0.1:{port}/", loopback=True)
    assert (outcome.status, outcome.error) == (None, "the certificate does not hold")
