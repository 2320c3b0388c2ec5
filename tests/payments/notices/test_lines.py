"""Lines to a shop: kept open from message to message, checked whenever they are opened, and never a reason to fail."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress

from payments.notices import wire

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class Shop:
    """A server that answers every message of a connection by a function, which gets the socket."""

    def __init__(self, answer: Callable[[socket.socket], bool]) -> None:
        self.answer = answer
        self.connections = self.messages = 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}/told"

    def run(self) -> None:
        """Serve one connection after another, until the listener is closed."""
        while True:
            try:
                connected, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            with connected, suppress(ConnectionError):
                while self._is_told(connected) and self.answer(connected):
                    pass

    def _is_told(self, connected: socket.socket) -> bool:
        read = b""
        while not read.endswith(b"{}"):
            part = connected.recv(65_536)
            if not part:
                return False
            read += part
        self.messages += 1
        return True


@contextmanager
def shop(answer: Callable[[socket.socket], bool]) -> Iterator[Shop]:
    """A shop on this machine."""
    made = Shop(answer)
    thread = threading.Thread(target=made.run, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        made.listener.shutdown(socket.SHUT_RDWR)
        made.listener.close()
        thread.join(5)


def keeps_open(connected: socket.socket) -> bool:
    """Takes it, and waits for the next."""
    connected.sendall(OK)
    return True


def hangs_up(connected: socket.socket) -> bool:
    """Takes it and hangs up without having said that it would."""
    connected.sendall(OK)
    return False


class Book:
    """A resolver that counts how often it is asked."""

    def __init__(self, *answers: str) -> None:
        self.answers, self.asked = answers, 0

    def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked += 1
        return [self.answers[min(self.asked, len(self.answers)) - 1]]


def message(url: str, book: wire.Resolver = wire.resolve, seconds: float = 5) -> wire.Post:
    """A small message to this machine."""
    return wire.Post(url, {"webhook-id": "msg_1"}, b"{}", is_loopback_allowed=True, resolver=book, seconds=seconds)


def test_one_connection_serves_many_messages_and_its_name_is_asked_once() -> None:
    book = Book("127.0.0.1")
    with shop(keeps_open) as there, wire.Line() as line:
        assert [line.post(message(there.url, book)) for _ in range(3)] == [wire.Outcome(200)] * 3
        assert (there.connections, there.messages, book.asked) == (1, 3, 1)


def test_a_shop_that_hangs_up_gets_the_next_message_over_a_new_connection() -> None:
    book = Book("127.0.0.1")
    with shop(hangs_up) as there, wire.Line() as line:
        assert [line.post(message(there.url, book)) for _ in range(20)] == [wire.Outcome(200)] * 20
        assert (there.connections, there.messages, book.asked) == (20, 20, 20)


def test_a_kept_connection_that_breaks_under_a_message_says_nothing_of_it() -> None:
    answers = iter([keeps_open, lambda _: False, keeps_open])  # the second message is read, and never answered
    with shop(lambda connected: next(answers)(connected)) as there, wire.Line() as line:
        assert [line.post(message(there.url)) for _ in range(2)] == [wire.Outcome(200)] * 2
        assert (there.connections, there.messages) == (2, 3)


def test_every_new_connection_is_checked_anew() -> None:
    book = Book("127.0.0.1", "169.254.169.254")  # a name that changes its mind
    with shop(hangs_up) as there, wire.Line() as line:
        assert line.post(message(there.url, book)).is_taken
        assert line.post(message(there.url, book)) == wire.Outcome(None, "the address is not public")
        assert there.messages == 1


def test_a_shop_that_is_not_there_is_tried_once() -> None:
    book = Book("127.0.0.1")
    with shop(keeps_open) as there:
        url = there.url
    with wire.Line() as line:
        assert line.post(message(url, book)).error == "not reached: ConnectError"
    assert book.asked == 1


def test_a_new_connection_that_breaks_is_a_failure() -> None:
    with shop(lambda _: False) as there, wire.Line() as line:
        assert line.post(message(there.url)) == wire.Outcome(None, "RemoteProtocolError")
        assert there.messages == 1


def test_a_long_answer_is_taken_and_its_connection_closed() -> None:
    def long(connected: socket.socket) -> bool:
        connected.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 900000\r\n\r\n" + b"x" * 200_000)
        return True

    with shop(long) as there, wire.Line() as line:
        assert [line.post(message(there.url)) for _ in range(2)] == [wire.Outcome(200)] * 2
    assert there.connections == 2


def test_an_answer_that_never_ends_is_taken_as_soon_as_its_number_is_known() -> None:
    def endless(connected: socket.socket) -> bool:
        connected.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        return True

    with shop(endless) as there, wire.Line() as line:
        started = time.monotonic()
        assert line.post(message(there.url, seconds=10)) == wire.Outcome(200)
        assert time.monotonic() - started < 5


def test_each_message_has_its_own_time() -> None:
    def slowly(connected: socket.socket) -> bool:
        time.sleep(0.4)
        return keeps_open(connected)

    with shop(slowly) as there, wire.Line() as line:
        assert [line.post(message(there.url, seconds=0.7)).status for _ in range(3)] == [200] * 3
        assert line.post(message(there.url, seconds=0.1)) == wire.Outcome(None, "no answer in time")
        assert there.connections == 1
