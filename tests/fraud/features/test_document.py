"""The page that lists the features says what the catalogue says, and the catalogue keeps what was given away."""

from __future__ import annotations

from typing import Final

from fraud.features.catalogue import CATALOGUE
from fraud.features.declarations import schema_hash
from fraud.features.document import features_page
from tests.architecture.sources import ROOT

GIVEN_AWAY: Final = 106
"""So many places are in use: models and assessments know them. The list may only grow, at its end."""
DEFINED: Final = "9c32256061642ac0ff048fe9748a7a5410c5af4398ffd90255baeb1fd529a001"


def test_the_page_is_current() -> None:
    assert (ROOT / "docs" / "fraud-features.md").read_text(encoding="utf-8") == features_page()


def test_definitions_in_use_stay_as_they_are() -> None:
    assert schema_hash(CATALOGUE[:GIVEN_AWAY]) == DEFINED
