"""Questions about rules: which versions are in force."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from django.db import connection

from fraud.assessments.models import Assessment
from fraud.features.catalogue import CATALOGUE
from fraud.rules.ast import Node
from fraud.rules.closures import Judge, compiled
from fraud.rules.given import InForce, Live
from fraud.rules.models import RuleVersion
from fraud.rules.parsing import parse
from fraud.rules.vocabulary import Vocabulary, vocabulary_of

VOCABULARY: Final[Vocabulary] = vocabulary_of(CATALOGUE)
"""Everything that a rule of this house may speak of."""
SOURCES: Final = {field.name: CATALOGUE[field.position - 1].source for field in VOCABULARY.values() if field.position}
"""Whose history each feature is made of, by the name of its field."""
_IN_FORCE: Final = """
WITH asked AS (
  SELECT v.id, r.name, v.action, v.digest, v.state = 3 AS is_live, coalesce(v.shadow_until, v.expires_at) AS until
    FROM fraud_ruleversion v JOIN fraud_rule r ON r.id = v.rule_id
   WHERE v.state = 3 AND (v.expires_at IS NULL OR v.expires_at > %(at)s)
      OR v.state <> 3 AND v.shadow_until > %(at)s
), together AS (
  SELECT coalesce(string_agg(id::text, ',' ORDER BY id) FILTER (WHERE is_live), '') || '|'
         || coalesce(string_agg(id::text, ',' ORDER BY id) FILTER (WHERE NOT is_live), '') AS ids FROM asked
)
SELECT asked.*, s.id FROM asked CROSS JOIN together
  LEFT JOIN fraud_ruleset s ON s.digest = encode(sha256(convert_to(together.ids, 'UTF8')), 'hex')
 ORDER BY asked.id
"""


def in_force(at: datetime) -> InForce:
    """The live versions that have not expired at an instant, and those on trial; one query once they were read.

    What a version says is compiled once in a process. Which versions there are is asked every time: they are few, and
    so nobody decides by a rule that was retired a moment ago. The set has no id while nothing is in force, nor in the
    moment between the expiry of a version and the job that writes it down.
    """
    live: list[Live] = []
    shadow: list[Live] = []
    rows = _rows(at)
    for pk, name, action, digest, is_live, until, _ in rows:
        (live if is_live else shadow).append(Live(pk, name, action, _judge(pk, digest), until))
    return InForce(rows[0][-1] if rows else None, tuple(live), tuple(shadow))


def combination(at: datetime) -> tuple[list[int], list[int]]:
    """Ids of the versions that decide at an instant and of those on trial, ascending."""
    rows = _rows(at)
    return [row[0] for row in rows if row[4]], [row[0] for row in rows if not row[4]]


def node_of(version: RuleVersion) -> Node:
    """What a version says, as a tree."""
    return parse(version.condition, VOCABULARY)


def digest_of_set(live_ids: Sequence[int], shadow_ids: Sequence[int]) -> str:
    """SHA-256, hex, of the versions in force together."""
    text = ",".join(map(str, sorted(live_ids))) + "|" + ",".join(map(str, sorted(shadow_ids)))
    return hashlib.sha256(text.encode()).hexdigest()


def _rows(at: datetime) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(_IN_FORCE, {"at": at})
        return list(cursor.fetchall())


@lru_cache(maxsize=1024)
def _judge(version_id: int, digest: str) -> Judge:
    """What a version says; a draft on trial that is changed has another digest."""
    return compiled(parse(RuleVersion.objects.values_list("condition", flat=True).get(pk=version_id), VOCABULARY))


def hits_on_trial(version: RuleVersion, since: datetime) -> int:
    """Decisions since an instant that a version, as it reads now, was true of while it was on trial."""
    began = max(since, version.shadow_since) if version.shadow_since else since
    found = Assessment.objects.filter(as_of__gte=since, assessed_at__gte=began)
    return found.filter(shadow_ids__contains=[version.pk]).count()
