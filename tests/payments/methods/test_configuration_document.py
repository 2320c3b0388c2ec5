"""docs/configuration.md says what the schema says: every table, every key, and an example that is taken as it stands."""

from __future__ import annotations

import re

import pytest

from config.settings.environment import CHECKOUT
from payments.intake.configuration import configuration_rules
from payments.methods.configuration.schema import REQUIRED, Table, tables
from payments.methods.services.configuration import counts, plan_configuration

DOCUMENT = (CHECKOUT / "docs" / "configuration.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("table", tables(configuration_rules()), ids=lambda table: table.name)
def test_every_key_stands_in_the_row_of_its_table(table: Table) -> None:
    name, keys = table.name, table.keys
    [row] = [line for line in DOCUMENT.splitlines() if line.startswith(f"| `[[{name}]]` |")]
    for key, declared in keys.items():
        written = f"**{key}**" if declared.default is REQUIRED else key
        assert re.search(rf"(?<![\w*]){re.escape(written)}(?![\w*])", row), key


@pytest.mark.django_db
def test_the_example_is_taken_as_it_stands() -> None:
    example = re.search(r"```toml\n(.*?)```", DOCUMENT, re.S)
    assert example is not None
    assert counts(plan_configuration(example[1].encode(), configuration_rules())) == {
        "created": 4, "changed": 0, "unchanged": 0,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("mapping", "reason"),
    [
        ('mapping = {columns = {gross = "a"}, kolumns = 1}', "The mapping has the key “kolumns”, which means nothing."),
        ('mapping = {columns = {gross = "a"}, encoding = "klingon"}', "The mapping's key “encoding” is “klingon”."),
        ("mapping = '{\"columns\": '", "it is no JSON"),
    ],
)
@pytest.mark.django_db
def test_a_mapping_is_judged_by_the_readers_own_schema(mapping: str, reason: str) -> None:
    text = (
        '[[provider]]\ncode = "n"\nname = "N"\nadapter = "mapped"\nzone = "Asia/Seoul"\ncountry = "KR"\n'
        f'currencies = ["KRW"]\n{mapping}\n'
    )
    with pytest.raises(Exception, match=re.escape(reason)) as caught:
        plan_configuration(text.encode(), configuration_rules())
    assert str(caught.value).startswith("[[provider]] n, mapping: ")
