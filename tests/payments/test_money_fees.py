"""What contracts allow providers to keep, against rows real providers have sent."""

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.money import Fee, FeeTerms, Rounding, contract_fee, divide_rounded, split_vat

KOREAN_CARD = FeeTerms(
    rate_basis_points=Decimal(210),
    fixed_minor=0,
    minimum_minor=0,
    vat_rate_basis_points=1000,
    vat_included=False,
    fee_rounding=Rounding.DOWN,
    vat_rounding=Rounding.HALF_UP,
    returned_on_refund=True,
)
KONBINI = replace(KOREAN_CARD, rate_basis_points=Decimal(275), fee_rounding=Rounding.HALF_UP, returned_on_refund=False)
EUROPEAN_CARD = replace(
    KOREAN_CARD,
    rate_basis_points=Decimal(140),
    fixed_minor=25,
    vat_rate_basis_points=0,
    fee_rounding=Rounding.HALF_UP,
    returned_on_refund=False,
)


@pytest.mark.parametrize(
    ("gross", "terms", "fee"),
    [
        # the two Toss rows of 2025-02 (2.10 %) and 2023-11 (2.05 %, cancelled)
        (64_601, KOREAN_CARD, Fee(1356, 136)),
        (-99_800, replace(KOREAN_CARD, rate_basis_points=Decimal(205)), Fee(-2045, -205)),
        # the same first row under a contract that states 2.31 % with VAT in it
        (64_601, replace(KOREAN_CARD, rate_basis_points=Decimal(231), vat_included=True), Fee(1356, 136)),
        # KOMOJU keeps its fee on a refund
        (5_000, KONBINI, Fee(138, 14)),
        (-5_000, KONBINI, Fee(0, 0)),
        # 1.4 % + 0.25, no VAT
        (10_000, EUROPEAN_CARD, Fee(165, 0)),
        (0, EUROPEAN_CARD, Fee(0, 0)),
        # the minimum counts, and it counts before VAT
        (1_000, replace(KOREAN_CARD, minimum_minor=300), Fee(300, 30)),
        (-1_000, replace(KOREAN_CARD, minimum_minor=300), Fee(-300, -30)),
        (1_000, replace(KOREAN_CARD, minimum_minor=300, vat_included=True), Fee(273, 27)),
    ],
)
def test_fees(gross: int, terms: FeeTerms, fee: Fee) -> None:
    assert contract_fee(gross, terms) == fee


def test_withheld_is_fee_and_vat() -> None:
    assert contract_fee(64_601, KOREAN_CARD).withheld_minor == 1492


@pytest.mark.external
def test_every_toss_row_splits_as_toss_splits_it(samples: Path) -> None:
    rows = [row for path in sorted((samples / "toss").glob("*.json")) for row in json.loads(path.read_bytes())]
    assert len(rows) >= 2
    for row in rows:
        assert split_vat(row["fee"], 1000, Rounding.HALF_UP) == Fee(row["supplyAmount"], row["vat"])


terms = st.builds(
    FeeTerms,
    rate_basis_points=st.decimals(min_value=0, max_value=10_000, places=2),
    fixed_minor=st.integers(0, 1_000),
    minimum_minor=st.integers(0, 1_000),
    vat_rate_basis_points=st.sampled_from([0, 800, 1000, 2000]),
    vat_included=st.booleans(),
    fee_rounding=st.sampled_from(list(Rounding)),
    vat_rounding=st.sampled_from(list(Rounding)),
    returned_on_refund=st.booleans(),
)


@given(st.integers(1, 10**12), terms)
def test_a_refund_mirrors_its_sale_or_costs_nothing(gross: int, terms: FeeTerms) -> None:
    sale, refund = contract_fee(gross, terms), contract_fee(-gross, terms)
    expected = Fee(-sale.fee_minor, -sale.vat_minor) if terms.returned_on_refund else Fee(0, 0)
    assert refund == expected


@given(st.integers(1, 10**12), st.integers(0, 10**6), terms)
def test_a_larger_sale_never_costs_less(gross: int, more: int, terms: FeeTerms) -> None:
    assert contract_fee(gross + more, terms).withheld_minor >= contract_fee(gross, terms).withheld_minor


@given(st.integers(1, 10**12), terms)
def test_vat_inside_and_vat_on_top_tell_the_same_stated_fee(gross: int, terms: FeeTerms) -> None:
    inside = contract_fee(gross, replace(terms, vat_included=True))
    on_top = contract_fee(gross, replace(terms, vat_included=False))
    assert inside.withheld_minor == on_top.fee_minor
    assert on_top.vat_minor == divide_rounded(
        on_top.fee_minor * terms.vat_rate_basis_points, 10_000, terms.vat_rounding
    )
    assert on_top.fee_minor >= max(terms.minimum_minor, terms.fixed_minor)


@given(st.integers(-(10**12), 10**12), st.sampled_from([800, 1000, 2000]))
def test_the_parts_of_a_fee_are_the_fee(withheld: int, rate: int) -> None:
    fee = split_vat(withheld, rate, Rounding.HALF_UP)
    assert fee.withheld_minor == withheld
    assert abs(fee.vat_minor * 10_000 - fee.fee_minor * rate) <= 10_000


@pytest.mark.parametrize(
    "wrong",
    [
        {"rate_basis_points": Decimal(-1)},
        {"rate_basis_points": Decimal("NaN")},
        {"rate_basis_points": Decimal("1E-80000000")},
        {"fixed_minor": -1},
        {"minimum_minor": -1},
        {"vat_rate_basis_points": -1},
    ],
)
def test_terms_that_make_no_sense_are_refused(wrong: dict[str, Decimal]) -> None:
    with pytest.raises(ValueError, match="rate"):
        replace(KOREAN_CARD, **wrong)  # type: ignore[arg-type]
