"""What an assessment rests on besides features, and what it says; pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Facts:
    """What rules see of a payment besides its features. '' is not told."""

    amount: int
    """Minor units."""
    currency: str
    country: str = ""
    card_country: str = ""
    ip_country: str = ""
    method: str = ""
    provider: str = ""
    shop: str = ""
    brand: str = ""
    bin: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was decided and by what; the numbers are those of `fraud.assessments.models`."""

    outcome: int
    basis: int
    ruleset_id: int | None = None
    rule_ids: tuple[int, ...] = ()
    """Versions that were true, those that decided first."""
    shadow_ids: tuple[int, ...] = ()
    list_hits: tuple[int, ...] = ()
    list_ids: tuple[int, ...] = ()
    model_id: int | None = None
    score_ppm: int | None = None
    down_reason: str = ""
