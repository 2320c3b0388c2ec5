"""What a provider's contract says it may keep of one movement: the fee and the VAT on it."""

from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from .rounding import BASIS_POINTS_IN_ONE, Rounding, divide_rounded, exact_ratio


class Fee(NamedTuple):
    """What is withheld, in minor units: the fee without VAT, and the VAT. Negative when given back."""

    fee_minor: int
    vat_minor: int

    @property
    def withheld_minor(self) -> int:
        """Fee and VAT together: what is missing from the payout."""
        return self.fee_minor + self.vat_minor


@dataclass(frozen=True, slots=True)
class FeeTerms:
    """The price of one movement under a contract.

    Rates are in basis points (231 is 2.31 %), amounts in minor units of the movement's currency. The stated fee is
    rate × gross + fixed, at least the minimum. With `vat_included` that figure already holds the VAT, else the VAT
    comes on top. Raises ValueError for a negative or endless rate or amount.
    """

    rate_basis_points: Decimal
    fixed_minor: int
    minimum_minor: int
    vat_rate_basis_points: int
    vat_included: bool
    fee_rounding: Rounding
    vat_rounding: Rounding
    returned_on_refund: bool

    def __post_init__(self) -> None:
        numerator, _ = exact_ratio(self.rate_basis_points)
        if min(numerator, self.fixed_minor, self.minimum_minor, self.vat_rate_basis_points) < 0:
            raise ValueError("rates and amounts of a fee contract are not negative")


def contract_fee(gross_minor: int, terms: FeeTerms) -> Fee:
    """Return the fee a contract allows for one movement, in the movement's minor units.

    A sale has a positive gross and a positive fee. A refund (negative gross) gives the mirror image back when the
    contract returns fees, else it costs nothing. A gross of zero moves no money and costs nothing.
    """
    if gross_minor == 0 or (gross_minor < 0 and not terms.returned_on_refund):
        return Fee(0, 0)
    if gross_minor < 0:
        mirrored = contract_fee(-gross_minor, terms)
        return Fee(-mirrored.fee_minor, -mirrored.vat_minor)
    numerator, denominator = exact_ratio(terms.rate_basis_points)
    share = divide_rounded(gross_minor * numerator, denominator * BASIS_POINTS_IN_ONE, terms.fee_rounding)
    stated = max(share + terms.fixed_minor, terms.minimum_minor)
    if terms.vat_included:
        return split_vat(stated, terms.vat_rate_basis_points, terms.vat_rounding)
    return Fee(stated, divide_rounded(stated * terms.vat_rate_basis_points, BASIS_POINTS_IN_ONE, terms.vat_rounding))


def split_vat(withheld_minor: int, vat_rate_basis_points: int, rounding: Rounding) -> Fee:
    """Take a fee that contains its VAT apart: at 10 % (1000 basis points) the VAT is one eleventh, rounded."""
    vat = divide_rounded(withheld_minor * vat_rate_basis_points, BASIS_POINTS_IN_ONE + vat_rate_basis_points, rounding)
    return Fee(withheld_minor - vat, vat)
