"""Why tries fail: the words of each provider with how often they are said, and what they mean in our codes."""

from __future__ import annotations

from random import Random
from typing import Final, NamedTuple

from payments.facts import AttemptResult
from payments.providers.declines import RESULT_OF, DeclineCode


class Refusal(NamedTuple):
    """One failure."""

    code: DeclineCode
    word: str
    """The provider's own; '' where it says none."""
    raw: str = ""
    """What the issuer said, where the provider passes it on."""
    message: str = ""
    is_silent: bool = False
    """True: the provider never tells of it; only the shop has seen it."""

    @property
    def result(self) -> AttemptResult:
        """The leaf of the result tree."""
        return RESULT_OF[self.code]

    @property
    def provider_code(self) -> str:
        """The most telling of the provider's words."""
        return self.raw or self.word

    @property
    def is_authentication(self) -> bool:
        """Whether it happened while the buyer was asked."""
        return self.result in (AttemptResult.AUTHENTICATION_FAILED, AttemptResult.AUTHENTICATION_ABANDONED)


_C = DeclineCode
TIMEOUT: Final = Refusal(_C.PROVIDER_ERROR, "", is_silent=True)
LEFT: Final = Refusal(_C.AUTHENTICATION_ABANDONED, "", is_silent=True)
"""The buyer closed the window of the authentication."""
NOT_AUTHENTICATED: Final = Refusal(_C.AUTHENTICATION_FAILED, "3D Not Authenticated")
_DO_NOT_HONOR: Final = Refusal(_C.DO_NOT_HONOR, "Refused", "05 : Do not honor")
_TOSS_CANCELED: Final = Refusal(
    _C.CANCELED_BY_BUYER, "PAY_PROCESS_CANCELED", "", "사용자에 의해 결제가 취소되었습니다."
)
_TOSS_REJECTED: Final = Refusal(_C.DO_NOT_HONOR, "REJECT_CARD_COMPANY", "", "결제 승인이 거절되었습니다.")
_TOSS_EMPTY: Final = Refusal(_C.INSUFFICIENT_FUNDS, "NOT_ENOUGH_BALANCE", "", "잔액부족으로 결제에 실패했습니다.")
_TOSSPAY_EMPTY: Final = Refusal(
    _C.INSUFFICIENT_FUNDS, "REJECT_TOSSPAY_INSUFFICIENT_BALANCE", "", "토스페이 잔액이 부족합니다."
)

Weighted = tuple[tuple[int, Refusal], ...]

_ADYEN_CARD: Final[Weighted] = (
    (29, Refusal(_C.INSUFFICIENT_FUNDS, "Not enough balance", "51 : Insufficient funds")),
    (24, _DO_NOT_HONOR),
    (8, Refusal(_C.EXPIRED_CARD, "Expired Card", "54 : Expired card")),
    (7, Refusal(_C.INVALID_CVC, "CVC Declined", "N7 : CVV failure")),
    (6, Refusal(_C.FRAUD_SUSPECTED, "Issuer Suspected Fraud", "59 : Suspected fraud")),
    (4, Refusal(_C.RESTRICTED_CARD, "Restricted Card", "62 : Restricted card")),
    (4, Refusal(_C.LIMIT_EXCEEDED, "Withdrawal amount exceeded", "61 : Exceeds amount limit")),
    (8, NOT_AUTHENTICATED),
    (5, LEFT),
    (3, Refusal(_C.ISSUER_UNAVAILABLE, "Issuer Unavailable", "91 : Issuer unavailable")),
    (1, Refusal(_C.PROVIDER_RISK, "FRAUD")),
    (1, TIMEOUT),
)
_IDEAL: Final[Weighted] = (
    (55, Refusal(_C.CANCELED_BY_BUYER, "Cancelled")),
    (25, Refusal(_C.DO_NOT_HONOR, "Refused")),
    (16, LEFT),
    (4, TIMEOUT),
)
_TABLES: Final[dict[tuple[str, str], Weighted]] = {
    ("toss", "card"): (
        (27, _TOSS_REJECTED),
        (22, _TOSS_EMPTY),
        (14, Refusal(_C.LIMIT_EXCEEDED, "EXCEED_MAX_AMOUNT", "", "거래금액 한도를 초과했습니다.")),
        (6, Refusal(_C.EXPIRED_CARD, "INVALID_CARD_EXPIRATION", "", "카드 정보를 다시 확인해주세요. (유효기간)")),
        (5, Refusal(_C.INVALID_PIN, "INVALID_PASSWORD", "", "비밀번호가 일치하지 않습니다.")),
        (4, Refusal(_C.RESTRICTED_CARD, "INVALID_STOPPED_CARD", "", "정지된 카드 입니다.")),
        (6, Refusal(_C.AUTHENTICATION_FAILED, "PAY_PROCESS_ABORTED", "", "결제 진행 중 인증에 실패했습니다.")),
        (15, _TOSS_CANCELED),
        (1, TIMEOUT),
    ),
    ("toss", "toss-pay"): ((42, _TOSSPAY_EMPTY), (40, _TOSS_CANCELED), (16, _TOSS_REJECTED), (2, TIMEOUT)),
    ("toss", "carrier-billing"): (
        (52, Refusal(_C.LIMIT_EXCEEDED, "EXCEED_MAX_MONTHLY_PAYMENT_AMOUNT", "", "당월 한도를 초과했습니다.")),
        (34, _TOSS_CANCELED),
        (12, Refusal(_C.AUTHENTICATION_FAILED, "PAY_PROCESS_ABORTED", "", "결제 진행 중 인증에 실패했습니다.")),
        (2, TIMEOUT),
    ),
    ("toss", "virtual-account"): ((90, _TOSS_CANCELED), (10, TIMEOUT)),
    ("naver", "naver-pay"): (
        (42, Refusal(_C.CANCELED_BY_BUYER, "UserCancel")),
        (20, Refusal(_C.AUTHENTICATION_FAILED, "OwnerAuthFail")),
        (26, Refusal(_C.INSUFFICIENT_FUNDS, "NotEnoughAccountBalance")),
        (10, Refusal(_C.LIMIT_EXCEEDED, "ExceedPaymentLimit")),
        (2, TIMEOUT),
    ),
    ("sbps", "paypay"): (
        (40, Refusal(_C.INSUFFICIENT_FUNDS, "311-51")),
        (36, Refusal(_C.CANCELED_BY_BUYER, "311-90")),
        (14, Refusal(_C.LIMIT_EXCEEDED, "311-61")),
        (7, Refusal(_C.AUTHENTICATION_FAILED, "311-12")),
        (3, TIMEOUT),
    ),
    ("sbps", "convenience-store"): ((100, TIMEOUT),),
    ("adyen-jp", "card"): _ADYEN_CARD,
    ("adyen-eu", "card"): _ADYEN_CARD,
    ("adyen-eu", "ideal"): _IDEAL,
}
_USUAL: Final[Weighted] = (
    (40, Refusal(_C.INSUFFICIENT_FUNDS, "insufficient_funds")),
    (28, Refusal(_C.DO_NOT_HONOR, "do_not_honor")),
    (14, Refusal(_C.CANCELED_BY_BUYER, "canceled")),
    (9, Refusal(_C.EXPIRED_CARD, "expired_card")),
    (7, Refusal(_C.LIMIT_EXCEEDED, "limit_exceeded")),
    (2, TIMEOUT),
)
"""At providers without words of their own here."""
_EMPTY_ACCOUNT: Final = {"toss-pay": _TOSSPAY_EMPTY}
_DUPLICATES: Final = {
    "toss": Refusal(_C.DUPLICATE, "ALREADY_PROCESSED_PAYMENT", "", "이미 처리된 결제 입니다."),
    "naver": Refusal(_C.DUPLICATE, "AlreadyOnGoing"),
}


def refusal_for(provider: str, method: str, luck: Random) -> Refusal:
    """Return why a try fails that nothing special has befallen."""
    table = _TABLES.get((provider, method), _USUAL)
    return luck.choices([refusal for _, refusal in table], weights=[weight for weight, _ in table])[0]


def every_refusal() -> dict[tuple[str, str], tuple[Refusal, ...]]:
    """All words by provider and method."""
    return {place: tuple(refusal for _, refusal in table) for place, table in _TABLES.items()}


def empty_account(method: str) -> Refusal:
    """What Toss Payments says when there is no money."""
    return _EMPTY_ACCOUNT.get(method, _TOSS_EMPTY)


def declined_by_issuer() -> Refusal:
    """What Adyen says when an issuer does not say why."""
    return _DO_NOT_HONOR


def sent_twice(provider: str) -> Refusal:
    """What a provider says to the second of two equal requests. Raises KeyError."""
    return _DUPLICATES[provider]
