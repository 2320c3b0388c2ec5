"""Keys and reference amounts are the same in Python and in SQL."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from fraud.features import keys
from fraud.features.keys import key_of, key_of_hash, network_of
from fraud.features.models import KeyKind
from fraud.features.reference import ratio_of, reference_amount, reference_sql
from payments.ledger.hashing import address_hash, email_hash, personal_hash
from payments.money import EXPONENTS

pytestmark = pytest.mark.django_db
MANY = hypothesis_settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=40).filter(
    lambda text: text == text.strip()
)


def answer(expression: str, *values: Any) -> Any:
    """What the database makes of an expression."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {expression}", values)
        row = cursor.fetchone()
    assert row is not None
    return row[0]


@MANY
@given(text=TEXTS)
def test_texts_have_one_key(text: str) -> None:
    assert answer(keys.SQL_KEY_OF_DEVICE.format("%s::text"), text) == key_of(KeyKind.DEVICE, text)
    assert answer(keys.SQL_KEY_OF_SHOP.format("%s::text"), text) == key_of(KeyKind.SHOP, text)


@MANY
@given(ip=st.ip_addresses())
def test_addresses_have_one_key(ip: Any) -> None:
    assert answer(keys.SQL_KEY_OF_IP.format("%s::inet"), str(ip)) == key_of(KeyKind.IP, str(ip))
    assert answer(keys.SQL_KEY_OF_NETWORK.format("(%s::inet)").replace("%s", f"'{ip}'")) == network_of(str(ip))


@MANY
@given(digest=st.binary(min_size=32, max_size=32))
def test_hashes_have_one_key(digest: bytes) -> None:
    assert answer(keys.SQL_KEY_OF_HASH.format("%s::bytea"), digest) == key_of_hash(digest)


def test_what_is_typed_is_found() -> None:
    assert key_of(KeyKind.EMAIL, " A@Example.com ") == key_of_hash(email_hash("a@example.com"))
    assert key_of(KeyKind.ADDRESS, "Seoul  1") == key_of_hash(address_hash("seoul 1"))
    assert key_of(KeyKind.INSTRUMENT, "f-1") == key_of_hash(personal_hash("instrument", "f-1"))
    weak = answer(keys.SQL_KEY_OF_WEAK_INSTRUMENT.format("%s::text"), "Visa|411111|1111")
    assert key_of(KeyKind.INSTRUMENT, "VISA|411111|1111") == weak
    assert [key_of(kind, " ") for kind in KeyKind] == [None] * len(KeyKind)
    assert key_of(KeyKind.CUSTOMER, "nobody") is None
    assert key_of(KeyKind.IP, "300.1.1.1") is network_of("none") is key_of_hash(None) is None


@MANY
@given(amount=st.integers(0, 2**63 - 1), currency=st.sampled_from([*sorted(EXPONENTS), "XXX"]))
def test_amounts_are_compared_alike(amount: int, currency: str) -> None:
    assert answer(reference_sql("%s", "%s::text").replace("%s::text", f"'{currency}'"), amount) == reference_amount(
        amount, currency
    )


@pytest.mark.parametrize(
    ("amount", "currency", "hundredths"),
    [(5_363, "USD", 5_363), (100_000, "KRW", 7_300), (1_000, "JPY", 660), (100, "EUR", 108), (5, "VND", 500),
     (1_999, "KWD", 199), (7, "XXX", 7), (0, "KRW", 0), (1, "KRW", 0)],
)  # fmt: skip
def test_amounts_are_worth_what_is_configured(amount: int, currency: str, hundredths: int) -> None:
    assert reference_amount(amount, currency) == hundredths


def test_rates_are_of_whole_units(settings: Any) -> None:
    settings.FRAUD_REFERENCE_RATES = {"USD": "1300", "KRW": "1"}
    assert ratio_of("USD") == 1300
    assert reference_amount(10_000, "USD") == 13_000_000
    assert reference_amount(13_000, "KRW") == 1_300_000
