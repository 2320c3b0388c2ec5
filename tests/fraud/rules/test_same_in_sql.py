"""A condition says the same as a function and as SQL, of any payment, whatever is missing."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fraud.assessments.models import Assessment
from fraud.rules.closures import compiled, leaves
from fraud.rules.given import Given
from fraud.rules.parsing import parse
from fraud.rules.sql import to_sql
from tests.fraud.rules.conditions import VOCABULARY, assessment_of, conditions, givens

pytestmark = pytest.mark.django_db


@settings(max_examples=150, suppress_health_check=list(HealthCheck))
@given(payments=st.lists(givens(), min_size=1, max_size=12), wanted=st.lists(conditions(), min_size=1, max_size=8))
def test_functions_and_sql_agree(payments: list[Given], wanted: list[dict[str, Any]]) -> None:
    nodes = [parse(each, VOCABULARY) for each in wanted]
    with transaction.atomic():
        Assessment.objects.bulk_create([assessment_of(payment, n) for n, payment in enumerate(payments, 1)])
        pieces = [to_sql(node) for node in nodes]
        columns = ", ".join(sql for sql, _ in pieces)
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT {columns} FROM fraud_assessment a ORDER BY a.payment_id",
                [value for _, values in pieces for value in values],
            )
            in_sql = [list(row) for row in cursor.fetchall()]
        transaction.set_rollback(True)
    judges = [compiled(node) for node in nodes]
    assert in_sql == [[judge(payment) for judge in judges] for payment in payments]


@settings(max_examples=100)
@given(payment=givens(), wanted=conditions())
def test_a_condition_follows_from_its_leaves(payment: Given, wanted: dict[str, Any]) -> None:
    """The reasons shown are of the leaves: one without `not` and `or` is true exactly when all of them are."""
    node = parse(wanted, VOCABULARY)
    found = leaves(node, payment)
    if "not" not in str(wanted) and "'or'" not in str(wanted):
        assert compiled(node)(payment) is all(each.is_true for each in found)
