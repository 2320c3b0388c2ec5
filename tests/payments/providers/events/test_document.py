"""The page about webhooks names every type that is read, and no other."""

from __future__ import annotations

import re

from payments.facts import EventKind
from payments.providers.adyen.event_codes import READINGS
from payments.providers.events import EVENT_ADAPTERS
from payments.providers.stripe.events import EVENT_TYPES
from tests.architecture.sources import ROOT

PAGE = (ROOT / "docs/webhooks.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    return PAGE.split(f"## {title}", 1)[1].split("\n## ", 1)[0]


def first_cells(text: str) -> set[str]:
    rows = re.findall(r"^\| (`[^|]*`) \|", text, re.MULTILINE)
    return {name for row in rows for name in re.findall(r"`([^`]+)`", row)}


def test_every_scheme_has_its_section() -> None:
    assert set(re.findall(r"^## .*\(`(\w+)`\)$", PAGE, re.MULTILINE)) == set(EVENT_ADAPTERS)


def test_the_types_of_stripe_and_the_codes_of_adyen_are_those_of_the_code() -> None:
    assert first_cells(section("Stripe")) == EVENT_TYPES
    assert first_cells(section("Adyen")) == set(READINGS)


def test_the_kinds_of_the_generic_body_are_those_of_the_code() -> None:
    kinds = section("Any other provider").split("Types:", 1)[1]
    assert set(re.findall(r"`([a-z_.]+)`", kinds)) == {kind.value for kind in EventKind}
