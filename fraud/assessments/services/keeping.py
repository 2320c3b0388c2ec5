"""Keeps what was decided: a batch in one statement, each attempt once, and what a shop asked meets its payment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection

from fraud.assessments.models import Assessment, Outcome
from fraud.assessments.verdicts import Facts, Verdict
from fraud.features.subjects import FeatureRow
from payments.ledger.services.tables import any_of, array, arrays


@dataclass(frozen=True, slots=True)
class Judged:
    """One decision with everything that it rests on."""

    merchant_reference: str
    origin: int
    """Of `fraud.assessments.models.Origin`."""
    row: FeatureRow
    facts: Facts
    verdict: Verdict
    sampled_ppm: int | None = None
    """With which probability it was drawn into the random sample; None: it was not."""


@dataclass(frozen=True, slots=True)
class Linked:
    """An assessment that a shop had asked for and that counts for the payment's attempt from now on."""

    assessment_id: int
    payment_id: int
    attempt_id: int
    outcome: int


_COLUMNS: Final = {
    "payment_id": "bigint", "attempt_id": "bigint", "merchant_reference": "text", "origin": "smallint",
    "as_of": "timestamptz", "amount": "bigint", "currency": "text", "country": "text", "card_country": "text",
    "ip_country": "text", "method": "text", "provider": "text", "shop": "text", "brand": "text", "bin": "text",
    "features": "text", "list_hits": "text", "list_ids": "text", "ruleset_id": "bigint", "rule_ids": "text",
    "shadow_ids": "text", "model_id": "bigint", "score_ppm": "integer", "outcome": "smallint", "basis": "smallint",
    "down_reason": "text", "sampled_ppm": "integer",
}  # fmt: skip
"""As they are sent: arrays of each row travel as text, since an array of arrays would have to be a rectangle."""
_ARRAYS: Final[Mapping[str, str]] = {
    "features": "integer[]", "list_hits": "smallint[]", "list_ids": "bigint[]", "rule_ids": "bigint[]",
    "shadow_ids": "bigint[]",
}  # fmt: skip
_READ: Final = ", ".join(f"{name}::{_ARRAYS[name]}" if name in _ARRAYS else name for name in _COLUMNS)
# The id is taken before the row is written: so each row of the answer stands beside what was asked, in its order.
_KEEP: Final = """
WITH given AS MATERIALIZED (
    SELECT g.*, nextval(pg_get_serial_sequence('fraud_assessment', 'id')) AS id
      FROM {source} WITH ORDINALITY AS g({names}, place)
), written AS (
    INSERT INTO fraud_assessment (id, {names}, assessed_at)
    SELECT id, {read}, now() FROM given ORDER BY payment_id, attempt_id, place
    ON CONFLICT (payment_id, attempt_id) DO NOTHING RETURNING id
)
SELECT written.id FROM given LEFT JOIN written USING (id) ORDER BY given.place
"""
# Of several that were asked about one order the newest counts, when it was about this very amount: another amount is
# another question, and what decided about it decides nothing about this one.
_LINK: Final = """
WITH asked AS (
    SELECT s.id, p.id AS payment_id, s.amount = p.amount AND s.currency = p.currency AS is_the_same,
           row_number() OVER (PARTITION BY p.id ORDER BY s.as_of DESC, s.id DESC) AS place
      FROM payments_payment p
      JOIN fraud_assessment s ON s.merchant_reference = p.merchant_reference AND s.payment_id IS NULL
     WHERE p.id = ANY(%(payments)s::bigint[])
), deciding AS (
    SELECT d.payment_id, d.attempt_id
      FROM unnest(%(payments)s::bigint[], %(attempts)s::bigint[]) AS d(payment_id, attempt_id)
     WHERE NOT EXISTS (SELECT FROM fraud_assessment o
                        WHERE o.payment_id = d.payment_id AND o.attempt_id = d.attempt_id)
)
UPDATE fraud_assessment s
   SET payment_id = a.payment_id,
       attempt_id = CASE WHEN a.place = 1 AND a.is_the_same THEN d.attempt_id END
  FROM asked a LEFT JOIN deciding d USING (payment_id)
 WHERE s.id = a.id AND s.payment_id IS NULL
RETURNING s.id, s.payment_id, s.attempt_id, s.outcome
"""


def keep(judged: Sequence[Judged]) -> list[int | None]:
    """Write assessments in one statement; their ids in the order given, None for an attempt that has one already."""
    if not judged:
        return []
    source, parameters = arrays(_COLUMNS, [_values(each) for each in judged])
    statement = _KEEP.format(source=source, names=", ".join(_COLUMNS), read=_READ)
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return [row[0] for row in cursor.fetchall()]


def link(deciding: Mapping[int, int]) -> list[Linked]:
    """Let what shops asked meet its payments (deciding attempt by payment); those that count for that attempt now.

    The newest of an order counts, if it was asked about the payment's own amount and the attempt has no other; the
    others are the payment's history.
    """
    if not deciding:
        return []
    given = {"payments": array("bigint", deciding), "attempts": array("bigint", deciding.values())}
    with connection.cursor() as cursor:
        cursor.execute(_LINK, given)
        return [Linked(*row) for row in cursor.fetchall() if row[2] is not None]


def draw(assessment_ids: Sequence[int], ppm: int) -> None:
    """Note that assessments of what is allowed were drawn into the random sample, and with which probability."""
    drawn = any_of("id", "bigint", assessment_ids)
    Assessment.objects.filter(drawn, outcome=Outcome.ALLOW, sampled_ppm=None).update(sampled_ppm=ppm)


def explain(assessment_id: int, reasons: Sequence[Mapping[str, Any]]) -> None:
    """Keep the reasons of an assessment, the heaviest first; those that stand already stay."""
    Assessment.objects.filter(pk=assessment_id, reasons__isnull=True).update(reasons=list(reasons))


def _values(judged: Judged) -> tuple[Any, ...]:
    subject, facts, verdict = judged.row.subject, judged.facts, judged.verdict
    return (
        subject.payment_id or None, subject.attempt_id or None, judged.merchant_reference, judged.origin, subject.as_of,
        facts.amount, facts.currency, facts.country, facts.card_country, facts.ip_country, facts.method,
        facts.provider, facts.shop, facts.brand, facts.bin, _written(judged.row.values), _written(verdict.list_hits),
        _written(verdict.list_ids), verdict.ruleset_id, _written(verdict.rule_ids), _written(verdict.shadow_ids),
        verdict.model_id, verdict.score_ppm, int(verdict.outcome), int(verdict.basis), verdict.down_reason[:200],
        judged.sampled_ppm,
    )  # fmt: skip


def _written(values: Iterable[int | None]) -> str:
    return array("bigint", values)
