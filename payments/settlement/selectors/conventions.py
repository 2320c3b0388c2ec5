"""How many lines of a file agree with the movements that are known as they were read, and how many otherwise.

One statement over at most a few thousand lines: the staged ones of an import, or those the mapping editor tried.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection

from payments.facts import LineFact, LineKind, MovementKind
from payments.intake.adapters import MAPPED, terms_of
from payments.intake.describing.conventions import Counts, Finding, Read, judge
from payments.intake.models import FileImport, ImportKind
from payments.methods.models import Provider
from payments.money import EXPONENTS
from payments.settlement.selectors.imports import filled

MOST_LINES: Final = 2_000
NEAR_DAYS: Final = 3
SALES: Final = (LineKind.SALE, LineKind.REFUND)

_STAGED: Final = """
SELECT line_number AS line, kind, provider_key, merchant_reference, gross, currency, fee, fee_vat, occurred_at,
       coalesce(sold_on, (occurred_at AT TIME ZONE %(zone)s)::date, booked_on) AS dated_on
  FROM payments_stagedstatementline WHERE file_import_id = %(import)s AND kind = ANY(%(sales)s) LIMIT %(most)s
"""
_TRIED: Final = """
SELECT * FROM unnest(%(lines)s::int[], %(kinds)s::int[], %(provider_keys)s::text[], %(references)s::text[],
                     %(gross)s::bigint[], %(currencies)s::text[], %(fees)s::bigint[], %(vats)s::bigint[],
                     %(instants)s::timestamptz[], %(days)s::date[])
           AS tried(line, kind, provider_key, merchant_reference, gross, currency, fee, fee_vat, occurred_at, dated_on)
"""
_SQL: Final = """
WITH lines AS MATERIALIZED ({lines}),
factors AS (SELECT * FROM unnest(%(codes)s::text[], %(factors)s::bigint[]) AS f(currency, factor)),
pairs AS (
  SELECT l.*, f.factor, m.amount, m.occurred_at AS happened_at, m.occurred_on
    FROM lines l JOIN factors f USING (currency) CROSS JOIN unnest(%(movement_kinds)s::int[]) AS k(kind_sought)
    JOIN payments_movement m ON m.match_key = hashtextextended(l.provider_key, %(provider)s * 64 + k.kind_sought)
     AND m.provider_id = %(provider)s AND m.provider_key = l.provider_key AND m.currency = l.currency
   WHERE l.provider_key <> '' AND (NOT %(tells_kinds)s OR l.kind = k.kind_sought)
   UNION ALL
  SELECT l.*, f.factor, m.amount, m.occurred_at, m.occurred_on
    FROM lines l JOIN factors f USING (currency) CROSS JOIN unnest(%(movement_kinds)s::int[]) AS k(kind_sought)
    JOIN payments_openmovement o
      ON o.group_key = hashtextextended(l.merchant_reference, %(provider)s * 64 + k.kind_sought)
    JOIN payments_movement m ON m.id = o.movement_id AND m.merchant_reference = l.merchant_reference
     AND m.provider_id = %(provider)s AND m.currency = l.currency
   WHERE l.merchant_reference <> '' AND (NOT %(tells_kinds)s OR l.kind = k.kind_sought)
),
judged AS (
  SELECT line, bool_or(amount = gross) AS is_equal, bool_or(amount * factor = gross) AS is_smaller,
         bool_or(amount = gross * factor) AS is_larger, bool_or(amount = -gross) AS is_turned,
         bool_or(amount = -gross AND amount < 0) AND NOT bool_or(amount = gross) AS is_turned_refund,
         bool_or(abs(dated_on - occurred_on) <= {near}) AS is_near,
         bool_or(extract(day FROM dated_on) <= 12 AND abs(make_date(extract(year FROM dated_on)::int,
           least(extract(day FROM dated_on), 12)::int, extract(month FROM dated_on)::int) - occurred_on) <= {near})
           AS is_near_turned,
         bool_or(dated_on IS NOT NULL) AS is_dated
    FROM pairs GROUP BY line
),
times AS (
  SELECT DISTINCT ON (line) line, happened_at, round(extract(epoch FROM occurred_at - happened_at) / 900) AS quarters
    FROM pairs WHERE occurred_at IS NOT NULL AND abs(extract(epoch FROM occurred_at - happened_at)) < 86400
   ORDER BY line, abs(extract(epoch FROM occurred_at - happened_at))
),
off AS (
  SELECT quarters, count(*) AS lines, min(happened_at) AS happened_at FROM times WHERE quarters <> 0
   GROUP BY quarters ORDER BY count(*) DESC LIMIT 1
),
agreed AS (
  SELECT l.line, bool_or(abs(l.fee - e.plain) <= 1) AS is_plain,
         bool_or(abs(l.fee - e.plain * (1 + c.vat_rate_basis_points / 10000.0)) <= 1) AS is_with_vat
    FROM lines l JOIN payments_feecontract c ON c.provider_id = %(provider)s AND c.currency = l.currency
     AND NOT c.is_vat_included AND c.vat_rate_basis_points > 0 AND c.effective_from <= l.dated_on
     AND (c.effective_to IS NULL OR c.effective_to > l.dated_on)
   CROSS JOIN LATERAL (SELECT round(l.gross * c.rate_basis_points / 10000) + c.fixed_minor AS plain) e
   WHERE l.kind = 1 AND l.fee > 0 AND l.fee_vat > 0 GROUP BY l.line
)
SELECT (SELECT count(*) FROM lines WHERE provider_key <> '' OR merchant_reference <> ''), count(*),
       count(*) FILTER (WHERE is_equal), count(*) FILTER (WHERE is_smaller), count(*) FILTER (WHERE is_larger),
       count(*) FILTER (WHERE is_turned), count(*) FILTER (WHERE is_turned_refund),
       (SELECT count(*) FROM times), (SELECT count(*) FROM times WHERE quarters = 0),
       coalesce((SELECT quarters::int FROM off), 0), coalesce((SELECT lines FROM off), 0),
       (SELECT happened_at FROM off), count(*) FILTER (WHERE is_dated), count(*) FILTER (WHERE is_near),
       count(*) FILTER (WHERE is_near_turned), (SELECT count(*) FROM lines WHERE kind = 1 AND gross > 0 AND fee > 0),
       (SELECT count(*) FROM lines WHERE kind = 1 AND gross > 0 AND fee < 0),
       (SELECT count(*) FROM agreed), (SELECT count(*) FROM agreed WHERE is_plain),
       (SELECT count(*) FROM agreed WHERE is_with_vat)
  FROM judged
"""


@dataclass(frozen=True, slots=True)
class FindingLine:
    """One finding in the viewer's language."""

    message: str
    setting: str
    """The field that would mend it, as the mapping editor takes it; '' where none would."""
    is_doubt: bool


def findings_of_import(file_import: FileImport) -> list[FindingLine]:
    """What the staged lines of a provider's statement say of its conventions; one query, none for other files."""
    if file_import.kind != ImportKind.STATEMENT or file_import.provider is None:
        return []
    mapping = terms_of(file_import).mapping if file_import.adapter == MAPPED else None
    values = {"import": file_import.pk, "most": MOST_LINES, "zone": file_import.provider.zone}
    read = read_by(file_import.provider, mapping, file_import.summary.get("currencies", ()))
    return _lines(judge(_counts(_STAGED, file_import.provider, values, read), read))


def findings_of_trial(provider: Provider, facts: Sequence[LineFact], mapping: Mapping[str, Any]) -> list[FindingLine]:
    """What lines that were only tried say of the conventions of a mapping; one query."""
    tried = [fact for fact in facts if fact.kind in SALES][:MOST_LINES]
    if not tried:
        return []
    values = {
        "lines": [fact.line_number for fact in tried],
        "kinds": [int(fact.kind) for fact in tried],
        "provider_keys": [fact.provider_key for fact in tried],
        "references": [fact.merchant_reference for fact in tried],
        "gross": [fact.gross for fact in tried],
        "currencies": [fact.currency for fact in tried],
        "fees": [fact.fee for fact in tried],
        "vats": [fact.fee_vat for fact in tried],
        "instants": [fact.occurred_at for fact in tried],
        "days": [fact.sold_on or fact.booked_on for fact in tried],
    }
    read = read_by(provider, mapping, {fact.currency for fact in tried})
    return _lines(judge(_counts(_TRIED, provider, values, read), read))


def read_by(owner: Any, mapping: Mapping[str, Any] | None, currencies: Collection[str]) -> Read:
    """How lines in these currencies were read, from a valid mapping; None: by a format that is built in."""
    has_decimals = any(EXPONENTS.get(currency, 2) for currency in currencies)
    if mapping is None:
        return Read(is_mapped=False, has_decimals=has_decimals, zone=owner.zone)
    signs, units = mapping.get("signs", {}), mapping.get("units", "major")
    return Read(
        is_mapped=True,
        units=units if isinstance(units, str) else "",
        has_decimals=has_decimals,
        fee_signs=signs.get("fees", "cost"),
        has_kinds="kind" in mapping.get("columns", {}),
        zone=mapping.get("zone") or owner.zone,
        date_format=mapping.get("date_format", ""),
        time_format=mapping.get("time_format", ""),
    )


def _counts(lines: str, provider: Provider, values: Mapping[str, Any], read: Read) -> Counts:
    codes = list(EXPONENTS)
    given = {
        **values,
        "tells_kinds": read.has_kinds or not read.is_mapped,
        "provider": provider.pk,
        "sales": [int(kind) for kind in SALES],
        "movement_kinds": [int(kind) for kind in MovementKind],
        "codes": codes,
        "factors": [10 ** (EXPONENTS[code] or 2) for code in codes],
    }
    with connection.cursor() as cursor:
        cursor.execute(_SQL.format(lines=lines, near=NEAR_DAYS), given)
        row = cursor.fetchone()
    return Counts(*row)


def _lines(found: Sequence[Finding]) -> list[FindingLine]:
    return [FindingLine(filled(each.template, each.values), each.setting, each.is_doubt) for each in found]
