"""Judges payments: lists, score and rules are asked, and a policy decides where they cannot be."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

import structlog
from django.conf import settings
from django.db import transaction

from fraud.assessments.verdicts import Facts, Verdict
from fraud.decisions.policy import NOTHING, decide, when_down
from fraud.features.subjects import FeatureRow, Subject
from fraud.lists.hits import Hits, keys_of
from fraud.lists.selectors import hits
from fraud.rules.firing import fire
from fraud.rules.given import Fired, Given, InForce
from fraud.rules.selectors import in_force
from fraud.scoring.scorer import Scored, Scorer
from fraud.scoring.selectors import live_scorer

logger = structlog.get_logger(__name__)
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked about one payment."""

    subject: Subject
    facts: Facts
    merchant_reference: str


class _Judges:
    """Everybody who is asked, read once for a batch; what could not be read is in `missing`."""

    def __init__(self, asked: Sequence[Asked], at: datetime) -> None:
        self.missing: list[str] = []
        keys = [keys_of(each.subject) for each in asked]
        self.hits = self._read("lists", lambda: hits(keys, at)) or [Hits()] * len(asked)
        self.rules = self._read("rules", lambda: in_force(at)) or InForce()
        self.scorer = self._read("score", live_scorer)

    def _read(self, name: str, read: Callable[[], Answer]) -> Answer | None:
        try:
            # Of its own, or an error of the database would end the caller's transaction too.
            with transaction.atomic():
                return read()
        except Exception as problem:
            # Whatever it is: a payment is decided all the same, and says what was missing.
            logger.exception("judge_missing", judge=name)
            self.missing.append(_words(name, problem))
            return None


def judge(asked: Sequence[Asked], rows: Sequence[FeatureRow], at: datetime) -> list[Verdict]:
    """What is decided about each, in the order asked; three questions to the database however many they are.

    What can be asked still decides where it has something to say: only of what nobody speaks the policy for such times
    decides, by amount, and the verdict says why.
    """
    if not asked:
        return []
    judges = _Judges(asked, at)
    return [_verdict(one, row, judges, its) for one, row, its in zip(asked, rows, judges.hits, strict=True)]


def _verdict(asked: Asked, row: FeatureRow, judges: _Judges, its: Hits) -> Verdict:
    missing = list(judges.missing)
    scorer = judges.scorer
    score = _try("score", missing, lambda: _scored(scorer, row)) if scorer is not None else None
    given = Given(row.values, asked.facts, its.codes, score.score_ppm if score else None)
    fired = _try("rules", missing, lambda: fire(given, judges.rules)) or Fired()
    made = decide(fired, its, score)
    if missing and made.basis == NOTHING:
        made = when_down(asked.facts.amount, asked.facts.currency, settings.FRAUD_DOWN_POLICY)
    verdict = Verdict(
        made.outcome, made.basis, ruleset_id=judges.rules.ruleset_id, rule_ids=fired.version_ids,
        shadow_ids=fired.shadow_ids, list_hits=its.codes, list_ids=its.entry_ids,
        down_reason="; ".join(missing)[:200],
    )  # fmt: skip
    return replace(verdict, model_id=scorer.model_id, score_ppm=score.score_ppm) if scorer and score else verdict


def _scored(scorer: Scorer, row: FeatureRow) -> Scored:
    return Scored(scorer.score(row.values), scorer.review_from_ppm, scorer.block_from_ppm)


def _try(name: str, missing: list[str], ask: Callable[[], Answer]) -> Answer | None:
    try:
        return ask()
    except Exception as problem:
        # As above: one payment that cannot be judged keeps no other from being.
        logger.exception("judge_failed", judge=name)
        missing.append(_words(name, problem))
        return None


def _words(name: str, problem: Exception) -> str:
    return f"{name}: {type(problem).__name__}"
