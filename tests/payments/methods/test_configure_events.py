"""What a provider's entry says of its events and its API, through file, rows and export."""

from __future__ import annotations

from dataclasses import replace

import pytest

from payments.methods.configuration.export import written
from payments.methods.configuration.problems import ConfigurationRefused
from payments.methods.configuration.stored import stored_entries
from payments.methods.models import Provider
from payments.methods.services.configuration import apply_configuration, counts
from tests.payments.methods.configurations import RULES, WHOLE

pytestmark = pytest.mark.django_db

SPEAKING = replace(RULES, event_adapters=frozenset({"toss", "stripe"}))


def whole(lines: str) -> str:
    """The whole configuration, with some more lines for its provider."""
    return WHOLE.replace('adapter = "toss"\n', f'adapter = "toss"\n{lines}\n', 1)


def apply(text: str) -> dict[str, int]:
    return counts(apply_configuration(text.encode(), SPEAKING, name="c.toml", by=None))


def kept() -> tuple[str, str, bool]:
    found = Provider.objects.get()
    return found.event_adapter, found.api_address, found.captures_apart


def test_a_provider_tells_nothing_unless_the_file_says_so() -> None:
    apply(WHOLE)
    assert kept() == ("", "", False)


@pytest.mark.parametrize("address", ["https://api.example.com", "http://127.0.0.1:8420", "http://localhost:1"])
@pytest.mark.parametrize("is_apart", [True, False])
def test_all_three_go_through_file_rows_and_export(address: str, is_apart: bool) -> None:
    text = whole(f'event_adapter = "toss"\napi_address = "{address}/"\ncaptures_apart = {str(is_apart).lower()}')
    apply(text)
    assert kept() == ("toss", address, is_apart)
    exported = written(stored_entries(SPEAKING))
    assert f'api_address = "{address}"' in exported
    assert apply(exported)["changed"] == 0
    Provider.objects.update(event_adapter="", api_address="", captures_apart=not is_apart)
    assert apply(exported)["changed"] == 1
    assert kept() == ("toss", address, is_apart)
    assert written(stored_entries(SPEAKING)) == exported


def test_leaving_the_lines_out_takes_the_values_back() -> None:
    apply(whole('event_adapter = "toss"\napi_address = "https://api.example.com"\ncaptures_apart = true'))
    assert apply(WHOLE)["changed"] == 1
    assert kept() == ("", "", False)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('event_adapter = "adyen"', "event_adapter"),
        ("event_adapter = true", "event_adapter"),
        ('api_address = "http://api.example.com"', "is no address"),
        ('api_address = "https://name:word@api.example.com"', "is no address"),
        ('api_address = "ftp://127.0.0.1"', "is no address"),
        ('api_address = "https://"', "is no address"),
        ('api_address = "https://api.example.com:99999"', "is no address"),
        ('api_address = "https://api.example.com:0"', "is no address"),
        ('api_address = "https://10.0.0.7"', "is no address"),
        ('api_address = "https://169.254.169.254/latest"', "is no address"),
        ('api_address = "https://intranet"', "is no address"),
        ('api_address = "https://api.shop.internal"', "is no address"),
        ('api_address = "https://api.example.com/?to=other"', "is no address"),
        ("api_address = 1", "api_address"),
        ('captures_apart = "true"', "neither true nor false"),
        ("captures_apart = 1", "neither true nor false"),
    ],
)
def test_what_they_cannot_be_is_refused_by_name(line: str, said: str) -> None:
    with pytest.raises(ConfigurationRefused) as refused:
        apply(whole(line))
    assert [said in str(problem) for problem in refused.value.problems] == [True]
    assert Provider.objects.count() == 0
