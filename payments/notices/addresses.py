"""Which addresses our messages may go to: public ones, and this machine only where the installation says so; pure.

The check is made on the numbers that a name has when we connect, and the connection goes to those numbers: a name
that has others a moment later, or a number in a disguise (decimal, octal, IPv4 inside IPv6), leads nowhere.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final
from urllib.parse import urlsplit

_TRANSLATED: Final = (ip_network("64:ff9b::/96"), ip_network("64:ff9b:1::/48"))
"""NAT64: the last four bytes are an IPv4 address."""
_COMPATIBLE: Final = ip_network("::/96")
LONGEST: Final = 500
_PORTS: Final = range(1, 65536)


class AddressRefused(ValueError):
    """Nothing is sent there; the message may be shown."""


def check_url(url: str, *, is_loopback_allowed: bool) -> None:
    """Raise AddressRefused unless messages could go to a URL, as far as that can be told without asking for its name.

    Plain HTTP is for this machine only, named by number.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise AddressRefused("this is no address") from None
    if len(url) > LONGEST or not url.isascii() or not url.isprintable() or " " in url or not host:
        raise AddressRefused("this is no address")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise AddressRefused("an address has no user, password or fragment")
    if port is not None and port not in _PORTS:
        raise AddressRefused("this is no address")
    number = _number(host)
    is_loopback = number is not None and number.is_loopback and is_loopback_allowed
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback):
        raise AddressRefused("messages are sent by https only")
    if number is not None:
        check_number(number, is_loopback_allowed=is_loopback_allowed)
    elif "." not in host.strip("."):
        raise AddressRefused("this is no public name")


def check_number(number: IPv4Address | IPv6Address, *, is_loopback_allowed: bool) -> None:
    """Raise AddressRefused unless the number is public, whatever it is wrapped in."""
    if is_loopback_allowed and number.is_loopback:
        return
    for each in (number, *_inside(number)):
        if not each.is_global or each.is_multicast or each.is_reserved:
            raise AddressRefused("the address is not public")


def _number(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host.partition("%")[0])
    except ValueError:
        return None


def _inside(number: IPv4Address | IPv6Address) -> list[IPv4Address]:
    """The IPv4 addresses that an IPv6 address carries."""
    if isinstance(number, IPv4Address):
        return []
    found = [number.ipv4_mapped, number.sixtofour, *(number.teredo or ())]
    if number in _COMPATIBLE or any(number in network for network in _TRANSLATED):
        found.append(IPv4Address(int(number) & 0xFFFFFFFF))
    return [each for each in found if each is not None]
