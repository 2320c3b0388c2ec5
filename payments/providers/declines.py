"""Why payments fail: the words of every provider, and the one word and leaf of the result tree we have for each."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from payments.facts import AttemptResult
from payments.providers.event_fields import LONGEST_METHOD


class DeclineCode(StrEnum):
    """Our unified codes; the values are stored."""

    INSUFFICIENT_FUNDS = "insufficient_funds"
    LIMIT_EXCEEDED = "limit_exceeded"
    DO_NOT_HONOR = "do_not_honor"
    """The issuer declined and did not say why."""
    ISSUER_UNAVAILABLE = "issuer_unavailable"
    TRY_AGAIN = "try_again"
    EXPIRED_CARD = "expired_card"
    INVALID_CARD = "invalid_card"
    """Number, name, address or expiry wrong, or no such account."""
    INVALID_CVC = "invalid_cvc"
    INVALID_PIN = "invalid_pin"
    RESTRICTED_CARD = "restricted_card"
    LOST_OR_STOLEN = "lost_or_stolen"
    FRAUD_SUSPECTED = "fraud_suspected"
    """By the issuer."""
    STOPPED_BY_BUYER = "stopped_by_buyer"
    """The buyer withdrew the mandate or stopped the payment at the bank."""
    NOT_SUPPORTED = "not_supported"
    """The card cannot do this: currency, country, kind of transaction, instalments."""
    AMOUNT_NOT_ALLOWED = "amount_not_allowed"
    DUPLICATE = "duplicate"
    PROVIDER_RISK = "provider_risk"
    AUTHENTICATION_REQUIRED = "authentication_required"
    AUTHENTICATION_FAILED = "authentication_failed"
    AUTHENTICATION_ABANDONED = "authentication_abandoned"
    CANCELED_BY_BUYER = "canceled_by_buyer"
    PROVIDER_ERROR = "provider_error"
    CONFIGURATION = "configuration"
    """Our request was wrong, or our account may not do it."""
    OTHER = "other"


class Decline(NamedTuple):
    """What a provider's word for a failure means."""

    code: DeclineCode
    result: AttemptResult

    def facts(self, *words: str) -> dict[str, Any]:
        """What the event of a failure says of it, with the first of the provider's own words that there is."""
        word = next((word for word in words if word), "")
        return {
            "result": self.result,
            "decline_code": self.code.value,
            "provider_decline_code": word[:LONGEST_METHOD],
        }


_C = DeclineCode
_R = AttemptResult

RESULT_OF: Final[Mapping[DeclineCode, AttemptResult]] = MappingProxyType(
    {
        _C.INSUFFICIENT_FUNDS: _R.DECLINED_SOFT,
        _C.LIMIT_EXCEEDED: _R.DECLINED_SOFT,
        _C.DO_NOT_HONOR: _R.DECLINED_SOFT,
        _C.ISSUER_UNAVAILABLE: _R.DECLINED_SOFT,
        _C.TRY_AGAIN: _R.DECLINED_SOFT,
        _C.EXPIRED_CARD: _R.DECLINED_HARD,
        _C.INVALID_CARD: _R.DECLINED_HARD,
        _C.INVALID_CVC: _R.DECLINED_SOFT,
        _C.INVALID_PIN: _R.DECLINED_SOFT,
        _C.RESTRICTED_CARD: _R.DECLINED_HARD,
        _C.LOST_OR_STOLEN: _R.DECLINED_HARD,
        _C.FRAUD_SUSPECTED: _R.DECLINED_HARD,
        _C.STOPPED_BY_BUYER: _R.DECLINED_HARD,
        _C.NOT_SUPPORTED: _R.DECLINED_HARD,
        _C.AMOUNT_NOT_ALLOWED: _R.DECLINED_HARD,
        _C.DUPLICATE: _R.DECLINED_SOFT,
        _C.PROVIDER_RISK: _R.BLOCKED_PROVIDER,
        _C.AUTHENTICATION_REQUIRED: _R.AUTHENTICATION_FAILED,
        _C.AUTHENTICATION_FAILED: _R.AUTHENTICATION_FAILED,
        _C.AUTHENTICATION_ABANDONED: _R.AUTHENTICATION_ABANDONED,
        _C.CANCELED_BY_BUYER: _R.AUTHENTICATION_ABANDONED,
        _C.PROVIDER_ERROR: _R.TECHNICAL_TIMEOUT,
        _C.CONFIGURATION: _R.TECHNICAL_NOT_SENT,
        _C.OTHER: _R.DECLINED_SOFT,
    }
)
"""The leaf of the result tree of each unified code; soft may work if tried again, hard will not."""

_Words = Mapping[DeclineCode, str]

_STRIPE: Final[_Words] = {
    _C.INSUFFICIENT_FUNDS: "insufficient_funds",
    _C.LIMIT_EXCEEDED: "card_velocity_exceeded charge_exceeds_source_limit charge_exceeds_transaction_limit "
    "withdrawal_count_limit_exceeded",
    _C.DO_NOT_HONOR: "call_issuer do_not_honor generic_decline no_action_taken security_violation card_declined",
    _C.ISSUER_UNAVAILABLE: "issuer_not_available",
    _C.TRY_AGAIN: "try_again_later approve_with_id reenter_transaction processing_error",
    _C.EXPIRED_CARD: "expired_card",
    _C.INVALID_CARD: "incorrect_number invalid_number invalid_account incorrect_address incorrect_zip "
    "invalid_expiry_month invalid_expiry_year new_account_information_available postal_code_invalid "
    "bank_account_unusable account_closed no_account",
    _C.INVALID_CVC: "incorrect_cvc invalid_cvc",
    _C.INVALID_PIN: "incorrect_pin invalid_pin pin_try_exceeded offline_pin_required online_or_offline_pin_required",
    _C.RESTRICTED_CARD: "restricted_card pickup_card service_not_allowed transaction_not_allowed not_permitted",
    _C.LOST_OR_STOLEN: "lost_card stolen_card",
    _C.FRAUD_SUSPECTED: "fraudulent",
    _C.STOPPED_BY_BUYER: "stop_payment_order revocation_of_all_authorizations revocation_of_authorization "
    "debit_not_authorized",
    _C.NOT_SUPPORTED: "card_not_supported currency_not_supported testmode_decline live_mode_test_card",
    _C.AMOUNT_NOT_ALLOWED: "invalid_amount amount_too_large amount_too_small",
    _C.DUPLICATE: "duplicate_transaction",
    _C.PROVIDER_RISK: "merchant_blacklist highest_risk_level elevated_risk_level rule blocked",
    _C.AUTHENTICATION_REQUIRED: "authentication_required authentication_not_handled",
    _C.AUTHENTICATION_FAILED: "payment_intent_authentication_failure setup_intent_authentication_failure",
    _C.CANCELED_BY_BUYER: "payment_method_customer_decline",
    _C.PROVIDER_ERROR: "payment_method_provider_timeout payment_method_not_available api_error "
    "payment_method_provider_decline",
    _C.CONFIGURATION: "parameter_invalid_empty platform_api_key_expired account_invalid",
}
_ADYEN: Final[_Words] = {
    _C.INSUFFICIENT_FUNDS: "notenoughbalance 51",
    _C.LIMIT_EXCEEDED: "withdrawalamountexceeded withdrawalcountexceeded 61 65",
    _C.DO_NOT_HONOR: "refused declinednongeneric referral 05 01 declined",
    _C.ISSUER_UNAVAILABLE: "issuerunavailable 91",
    _C.TRY_AGAIN: "acquirererror error pending notsubmitted 19",
    _C.EXPIRED_CARD: "expiredcard 54",
    _C.INVALID_CARD: "invalidcardnumber avsdeclined 14 15 noncheckingaccount nochecking invalidaccount",
    _C.INVALID_CVC: "cvcdeclined n7 82",
    _C.INVALID_PIN: "invalidpin pintriesexceeded pinvalidationnotpossible 55 75",
    _C.RESTRICTED_CARD: "blockedcard restrictedcard 04 62 57",
    _C.LOST_OR_STOLEN: "41 43 lostcard stolencard",
    _C.FRAUD_SUSPECTED: "issuersuspectedfraud 59",
    _C.STOPPED_BY_BUYER: "revocationofauth stoppayment r0 r1 r3",
    _C.NOT_SUPPORTED: "notsupported transactionnotpermitted mobilepinrequired contactlessfallback 58",
    _C.AMOUNT_NOT_ALLOWED: "invalidamount 13",
    _C.PROVIDER_RISK: "fraud fraud-cancelled blacklist riskrefusal",
    _C.AUTHENTICATION_REQUIRED: "authenticationrequired 1a",
    _C.AUTHENTICATION_FAILED: "3dnotauthenticated 3dsecureauthenticationfailed authenticationfailed",
    _C.CANCELED_BY_BUYER: "cancelled shoppercancelled",
    _C.CONFIGURATION: "configurationerror invalidmerchant 03",
}
_TOSS: Final[_Words] = {
    _C.INSUFFICIENT_FUNDS: "REJECT_ACCOUNT_PAYMENT NOT_ENOUGH_BALANCE REJECT_TOSSPAY_INSUFFICIENT_BALANCE",
    _C.LIMIT_EXCEEDED: "EXCEED_MAX_DAILY_PAYMENT_COUNT EXCEED_MAX_PAYMENT_AMOUNT EXCEED_MAX_AMOUNT "
    "EXCEED_MAX_ONE_DAY_WITHDRAW_AMOUNT EXCEED_MAX_ONE_TIME_WITHDRAW_AMOUNT EXCEED_MAX_ONE_DAY_AMOUNT "
    "EXCEED_MAX_MONTHLY_PAYMENT_AMOUNT EXCEED_MAX_AUTH_COUNT",
    _C.DO_NOT_HONOR: "REJECT_CARD_COMPANY REJECT_CARD_PAYMENT",
    _C.ISSUER_UNAVAILABLE: "NOT_AVAILABLE_BANK CARD_PROCESSING_ERROR FDS_ERROR_BANK BANK_MAINTENANCE "
    "UNAPPROVED_ORDER_ID_BANK COMMON_ERROR_BANK",
    _C.EXPIRED_CARD: "INVALID_CARD_EXPIRATION",
    _C.INVALID_CARD: "INVALID_CARD_NUMBER INVALID_CARD INVALID_CARD_IDENTITY INVALID_CARD_PASSWORD_FORMAT "
    "NOT_FOUND_CARD INVALID_ACCOUNT_INFO_RE_REGISTER",
    _C.INVALID_PIN: "INVALID_PASSWORD INVALID_CARD_PASSWORD EXCEED_MAX_CARD_PASSWORD_COUNT",
    _C.RESTRICTED_CARD: "INVALID_STOPPED_CARD INVALID_REJECT_CARD RESTRICTED_TRANSFER_ACCOUNT RESTRICTED_CARD",
    _C.LOST_OR_STOLEN: "INVALID_CARD_LOST_OR_STOLEN",
    _C.NOT_SUPPORTED: "NOT_SUPPORTED_INSTALLMENT_PLAN_CARD_OR_MERCHANT NOT_ALLOWED_POINT_USE "
    "INVALID_CARD_INSTALLMENT_PLAN NOT_SUPPORTED_CARD_TYPE NOT_SUPPORTED_MONTHLY_INSTALLMENT_PLAN "
    "NOT_SUPPORTED_MONTHLY_INSTALLMENT_PLAN_BELOW_AMOUNT",
    _C.AMOUNT_NOT_ALLOWED: "BELOW_MINIMUM_AMOUNT BELOW_ZERO_AMOUNT EXCEED_MIN_PAYMENT_AMOUNT",
    _C.DUPLICATE: "ALREADY_PROCESSED_PAYMENT DUPLICATED_ORDER_ID",
    _C.PROVIDER_RISK: "FDS_ERROR",
    _C.AUTHENTICATION_FAILED: "PAY_PROCESS_ABORTED NOT_FOUND_PAYMENT_SESSION INVALID_AUTHENTICATION",
    _C.CANCELED_BY_BUYER: "PAY_PROCESS_CANCELED USER_CANCEL",
    _C.PROVIDER_ERROR: "FAILED_PAYMENT_INTERNAL_SYSTEM_PROCESSING FAILED_INTERNAL_SYSTEM_PROCESSING PROVIDER_ERROR "
    "UNKNOWN_PAYMENT_ERROR FAILED_METHOD_HANDLING_CANCEL",
    _C.CONFIGURATION: "INVALID_API_KEY UNAUTHORIZED_KEY INVALID_REQUEST NOT_REGISTERED_BUSINESS "
    "INVALID_UNREGISTERED_SUBMALL INCORRECT_BASIC_AUTH_FORMAT FORBIDDEN_REQUEST",
}


def _plain(word: str) -> str:
    """`3D Not Authenticated`, `3d_not_authenticated` and `3DNotAuthenticated` are one word."""
    return "".join(character for character in word.casefold() if character.isalnum())


def _by_word(words: _Words) -> Mapping[str, Decline]:
    return {_plain(word): Decline(code, RESULT_OF[code]) for code, listed in words.items() for word in listed.split()}


_TABLES: Final[Mapping[str, Mapping[str, Decline]]] = {
    scheme: _by_word(words) for scheme, words in (("stripe", _STRIPE), ("adyen", _ADYEN), ("toss", _TOSS))
}
UNKNOWN_WORD: Final = Decline(DeclineCode.OTHER, AttemptResult.DECLINED_SOFT)


def decline_of(scheme: str, *words: str) -> Decline:
    """What the first word that we know means, most telling word first; OTHER when we know none of them.

    A word such as `51 : Insufficient funds` is known by its number.
    """
    table = _TABLES.get(scheme, {})
    for word in words:
        found = table.get(_plain(word)) or table.get(_plain(word.split(":", 1)[0]))
        if word and found is not None:
            return found
    return UNKNOWN_WORD
