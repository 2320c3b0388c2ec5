"""What the bench knows of a page that it asks for."""

from __future__ import annotations

import pytest

from tests.bench.pages import statements_of


@pytest.mark.django_db
def test_the_statements_of_a_page_are_told() -> None:
    statements = statements_of("/insights/metrics/failure_rate/", ("insights.view", "payments.view"))
    assert any("analytics_rollup" in each for each in statements)
