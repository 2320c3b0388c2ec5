"""Every feature has words in every language, and its values read as people speak."""

from __future__ import annotations

import pytest
from django.utils.translation import override

from fraud.features.catalogue import BY_NAME, CATALOGUE, FAMILIES
from fraud.features.declarations import Unit
from fraud.features.labels import show, unit_words, words_of
from payments.methods.models import MethodFamily


def test_places_have_no_holes_and_names_are_not_given_twice() -> None:
    assert [feature.position for feature in CATALOGUE] == list(range(1, len(CATALOGUE) + 1))
    assert len(BY_NAME) == len(CATALOGUE)


def test_families_of_methods_are_all_known() -> None:
    assert list(FAMILIES) == MethodFamily.values


@pytest.mark.parametrize("language", ["en", "ko", "ja"])
def test_every_feature_has_its_own_words(language: str) -> None:
    with override(language):
        words = [str(words_of(feature.name)) for feature in CATALOGUE]
        units = {str(unit_words(unit)) for unit in Unit}
    assert len(set(words)) == len(CATALOGUE)
    assert len(units) == len(Unit)
    assert all("%" not in each for each in words)


def test_words_of_another_language_are_its_own() -> None:
    words = words_of("customer_count_7d")
    assert str(words) == "Customer: attempts in 7 days"
    with override("ko"):
        assert str(words) == "고객: 최근 7일 결제 시도 수"
    with override("ja"):
        assert str(words) == "顧客: 直近7日の決済試行数"


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("customer_amount_ratio_7d", 31_000, "3.1 times"),
        ("customer_amount_ratio_7d", 10_000, "1.0 times"),
        ("customer_amount_ratio_7d", 1_234_567, "123 times"),
        ("customer_amount_ratio_7d", None, "nothing before to compare with"),
        ("customer_count_7d", 1234, "1,234"),
        ("customer_count_7d", None, "not told"),
        ("device_age", 7200, "2 hours"),
        ("device_age", 119, "119 seconds"),
        ("device_age", 120, "2 minutes"),
        ("device_age", 172_800, "2 days"),
        ("shop_frauds_1d", 12_345, "1.2%"),
        ("is_night", 1, "yes"),
        ("is_night", 0, "no"),
        ("hour", 14, "14:00"),
        ("weekday", 0, "Monday"),
        ("method_family", 4, "virtual account"),
        ("amount", 5363, "53.6"),
    ],
)
def test_values_read_as_people_speak(name: str, value: int | None, words: str) -> None:
    assert str(show(BY_NAME[name], value)) == words


@pytest.mark.parametrize(
    ("name", "in_korean", "in_japanese"),
    [
        ("customer_count_7d", "1,234회", "1,234回"),
        ("shop_count_delayed_1d", "1,234회", "1,234回"),
        ("device_failed_1d", "1,234회", "1,234回"),
        ("own_attempts", "1,234회", "1,234回"),
        ("own_failed", "1,234회", "1,234回"),
        ("installment_months", "1,234개월", "1,234か月"),
        ("customer_devices", "1,234대", "1,234台"),
        ("device_customers", "1,234명", "1,234人"),
        ("customer_instruments", "1,234개", "1,234件"),
        ("ip_instruments_1h", "1,234개", "1,234件"),
        ("customer_frauds", "1,234건", "1,234件"),
        ("device_disputes", "1,234건", "1,234件"),
        ("customer_refunds", "1,234건", "1,234件"),
    ],
)
def test_what_is_counted_has_its_counter(name: str, in_korean: str, in_japanese: str) -> None:
    shown = show(BY_NAME[name], 1_234)
    assert str(shown) == "1,234"
    with override("ko"):
        assert str(shown) == in_korean
    with override("ja"):
        assert str(shown) == in_japanese
