"""The merchant of the measured year: providers, methods, what goes wrong there, and who buys; shares as lists of 64."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

ZONE: Final = "Asia/Seoul"


class Told(NamedTuple):
    """A provider account."""

    code: str
    currency: str
    payout_days: int
    """From the day sold to the day paid."""
    vat_percent: int


class Offered(NamedTuple):
    """A method through a provider."""

    currency: str
    share: int
    """Of 64 attempts in that currency."""
    provider: str
    method: str
    family: str
    is_voucher: bool
    latency_milliseconds: int
    """The median."""
    basis_points: int


PROVIDERS: Final = (
    Told("toss", "KRW", 2, 10),
    Told("nicepay", "KRW", 4, 10),
    Told("sbps", "JPY", 15, 0),
    Told("komoju", "JPY", 7, 0),
    Told("stripe", "USD", 2, 0),
    Told("adyen", "USD", 3, 0),
)
OFFERED: Final = (
    Offered("KRW", 22, "toss", "card", "card", False, 850, 230),
    Offered("KRW", 14, "toss", "toss_pay", "wallet", False, 420, 190),
    Offered("KRW", 4, "toss", "virtual_account", "virtual_account", True, 650, 40),
    Offered("KRW", 12, "nicepay", "card", "card", False, 1150, 210),
    Offered("KRW", 8, "nicepay", "kakao_pay", "wallet", False, 560, 200),
    Offered("KRW", 2, "nicepay", "bank_transfer", "bank_transfer", False, 1700, 150),
    Offered("KRW", 2, "nicepay", "carrier", "carrier_billing", False, 2600, 400),
    Offered("JPY", 30, "sbps", "card", "card", False, 1300, 300),
    Offered("JPY", 14, "sbps", "paypay", "wallet", False, 700, 350),
    Offered("JPY", 8, "komoju", "card", "card", False, 900, 330),
    Offered("JPY", 12, "komoju", "konbini", "convenience_store", True, 1000, 280),
    Offered("USD", 26, "stripe", "card", "card", False, 620, 290),
    Offered("USD", 12, "stripe", "apple_pay", "wallet", False, 380, 290),
    Offered("USD", 16, "adyen", "card", "card", False, 700, 180),
    Offered("USD", 6, "adyen", "apple_pay", "wallet", False, 450, 180),
    Offered("USD", 4, "adyen", "bank_debit", "bank_transfer", False, 1400, 90),
)
DECLINES: Final = (
    (18, "declined.soft", "insufficient_funds", "NOT_ENOUGH_BALANCE", "insufficient_funds"),
    (9, "declined.soft", "do_not_honor", "REJECT_CARD_COMPANY", "do_not_honor"),
    (5, "declined.soft", "limit_exceeded", "EXCEED_MAX_AMOUNT", "card_velocity_exceeded"),
    (2, "declined.soft", "issuer_unavailable", "CARD_PROCESSING_ERROR", "issuer_not_available"),
    (3, "declined.soft", "invalid_cvc", "INVALID_CVC", "incorrect_cvc"),
    (4, "declined.hard", "expired_card", "INVALID_CARD_EXPIRATION", "expired_card"),
    (3, "declined.hard", "invalid_card", "INVALID_CARD_NUMBER", "incorrect_number"),
    (3, "declined.hard", "restricted_card", "INVALID_STOPPED_CARD", "restricted_card"),
    (1, "declined.hard", "lost_or_stolen", "INVALID_CARD_LOST_OR_STOLEN", "stolen_card"),
    (1, "declined.hard", "fraud_suspected", "FDS_SUSPECTED", "fraudulent"),
    (4, "blocked.provider", "provider_risk", "FDS_ERROR", "highest_risk_level"),
    (1, "blocked.ours", "", "", ""),
    (4, "authentication.failed", "authentication_failed", "PAY_PROCESS_ABORTED", "authentication_required"),
    (3, "authentication.abandoned", "canceled_by_buyer", "USER_CANCEL", "payment_method_customer_decline"),
    (2, "technical.timeout", "provider_error", "PROVIDER_ERROR", "api_error"),
    (1, "technical.not_sent", "configuration", "INVALID_REQUEST", "parameter_invalid_empty"),
)
"""Share, leaf of the result tree, our code, the word of the providers in Korea and Japan, that of the others."""
COUNTRIES: Final = (
    ("KR", 32), ("JP", 14), ("US", 6), ("GB", 2), ("DE", 2), ("FR", 1), ("CA", 1), ("AU", 1), ("SG", 1), ("TW", 2),
    ("TH", 1), ("VN", 1),
)  # fmt: skip
DEVICES: Final = (("mobile", 40), ("desktop", 20), ("tablet", 4))
CHANNELS: Final = (("web", 34), ("app", 24), ("marketplace", 6))
CAMPAIGNS: Final = (
    ("", 30), ("newsletter", 6), ("spring", 4), ("summer", 4), ("autumn", 4), ("winter", 4), ("retarget", 4),
    ("affiliate", 3), ("influencer", 3), ("launch", 2),
)  # fmt: skip
BRANDS: Final = (("visa", 26), ("mastercard", 20), ("amex", 4), ("jcb", 8), ("bc", 6))


def spread(shares: Sequence[tuple[str, int]]) -> list[str]:
    """Values as a list of 64 in which each stands as often as its share says.

    Raises:
        ValueError: the shares are not 64 together.
    """
    found = [value for value, share in shares for _ in range(share)]
    if len(found) != 64:
        raise ValueError(f"{shares} are {len(found)} of 64")
    return found
