"""What can be known of whoever pays: device, network, card, address; the same for a buyer from visit to visit."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any, Final

from payments.simulator.chance import chance
from payments.simulator.journeys import Journey

SHOPS: Final = 24
"""Where goods can be picked up and paid, in each country."""
_COUNTRIES: Final = {"KR": ("KR",), "JP": ("JP",), "EU": ("NL", "DE", "FR", "BE"), "US": ("US",), "DE": ("DE",)}
_CARRIER_IPS: Final = 12
"""Of a country, each shared by thousands."""
_ON_CARRIER: Final = 0.55
"""Of visits by telephone."""
_ELSEWHERE: Final = 0.03
"""Of honest visits from, of honest cards of, and of honest deliveries to another country."""
_SECOND_DEVICE: Final = 0.12


@dataclass(frozen=True, slots=True)
class Identity:
    """Whoever goes through one checkout, as shop and provider see them."""

    email: str
    address: str
    country: str
    """Where it is shipped to."""
    device: str
    ip: str
    ip_country: str
    card_country: str
    fingerprint: str
    """Of the card or account."""
    shop: str

    def extra(self) -> dict[str, Any]:
        """What the shop tells beside the fields that events have."""
        return {"card_country": self.card_country, "ip_country": self.ip_country, "shop": self.shop}


def countries_of(market: str) -> tuple[str, ...]:
    """Countries of a market."""
    return _COUNTRIES[market]


def identity_of(journey: Journey) -> Identity:
    """An honest buyer: at home mostly, with the same things mostly."""
    wish = journey.wish
    seed, customer, market = wish.seed, wish.customer, wish.plan.country
    luck = chance(seed, "identity", wish.reference)
    number = int(customer.rpartition("-")[2])
    home = _COUNTRIES[market][number % len(_COUNTRIES[market])]
    second = "second" if luck.random() < _SECOND_DEVICE else "first"
    is_on_carrier = journey.device == "mobile" and luck.random() < _ON_CARRIER
    return Identity(
        email=f"buyer{number}@{market.lower()}.example",
        address=f"{number % 240 + 1} Example Street, {number}",
        country=_elsewhere(home, luck.random()),
        device=f"{journey.device}-{digest(seed, 'device', customer, journey.device, second)}",
        ip=carrier_ip(market, luck.randrange(_CARRIER_IPS)) if is_on_carrier else home_ip(seed, customer),
        ip_country=_elsewhere(home, luck.random()),
        card_country=_elsewhere(home, chance(seed, "card country", customer).random()),
        fingerprint=digest(seed, "instrument", customer, wish.brand, length=32),
        shop=shop_of(market, chance(seed, "shop of", customer).randrange(SHOPS)),
    )


def _elsewhere(home: str, dice: float) -> str:
    return "US" if dice < _ELSEWHERE else home


def shop_of(market: str, number: int) -> str:
    """The name of a shop."""
    return f"{market.lower()}-store-{number:02d}"


def carrier_ip(market: str, number: int) -> str:
    """An address that thousands share."""
    return f"203.0.113.{list(_COUNTRIES).index(market) * 40 + number + 1}"


def home_ip(seed: int, whose: str) -> str:
    """An address of one household, of the range for examples."""
    text = digest(seed, "ip", whose)
    return f"2001:db8:{text[:4]}:{text[4:8]}::1"


def digest(seed: int, *what: object, length: int = 12) -> str:
    """A name that means nothing, the same for the same."""
    return hashlib.sha256("|".join([str(seed), *map(str, what)]).encode()).hexdigest()[:length]
