"""The table of failure words: every word of a provider has one meaning, every meaning one leaf of the result tree."""

from __future__ import annotations

from payments.facts import AttemptResult
from payments.providers import declines
from payments.providers.declines import RESULT_OF, UNKNOWN_WORD, DeclineCode, decline_of


def test_every_code_has_a_leaf_that_a_failure_can_have() -> None:
    assert set(RESULT_OF) == set(DeclineCode)
    assert not {AttemptResult.SUCCEEDED, AttemptResult.UNKNOWN, AttemptResult.BLOCKED_OURS} & set(RESULT_OF.values())
    assert max(len(code) for code in DeclineCode) <= 40


def test_no_word_of_a_provider_means_two_things() -> None:
    for words in (declines._STRIPE, declines._ADYEN, declines._TOSS):
        spelled = [declines._plain(word) for listed in words.values() for word in listed.split()]
        assert sorted(set(spelled)) == sorted(spelled)


def test_words_are_known_however_they_are_spelled() -> None:
    assert decline_of("stripe", "insufficient_funds").code is DeclineCode.INSUFFICIENT_FUNDS
    assert decline_of("adyen", "Not enough balance") == decline_of("adyen", "51 : Insufficient funds/over credit limit")
    assert decline_of("toss", "REJECT_CARD_COMPANY").result is AttemptResult.DECLINED_SOFT
    assert decline_of("adyen", "CVC Declined").code is DeclineCode.INVALID_CVC


def test_the_first_known_word_decides_and_unknown_ones_say_nothing() -> None:
    assert decline_of("stripe", "a_new_word", "expired_card").code is DeclineCode.EXPIRED_CARD
    assert decline_of("stripe", "", "a_new_word") == UNKNOWN_WORD
    assert decline_of("nobody", "expired_card") == UNKNOWN_WORD
