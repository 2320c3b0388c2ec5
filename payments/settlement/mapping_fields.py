"""What a person typed into the mapping editor, taken as it is: a description, never cleaned and never lost."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from django.http import QueryDict

from payments.intake.describing.description import PLAIN_KEYS, SIDE, Description
from payments.intake.describing.proposing import Proposal, kinds_of, sides_of
from payments.intake.describing.sampling import Sample, Writing
from payments.tabular.delimited import DELIMITERS

MOST: Final = 600
"""Columns or words that one page sends; a file has no more columns."""
LONGEST: Final = 20_000
SETTABLE: Final = frozenset(
    {"units", "amount_signs", "fee_signs", "fee_includes_vat", "zone", "date_format", "time_format"}
)
"""What the checker may propose, and one button sets."""


def typed(post: QueryDict, *, is_bank: bool) -> Description:
    """The description on the page."""
    texts = {name: str(post.get(name, "")) for name in ("format", "skip_lines", "currency", "more")}
    return Description(
        is_bank=is_bank,
        format=texts["format"] if texts["format"] in ("csv", "json") else "csv",
        plain={key: str(post.get(key, ""))[:120] for key in PLAIN_KEYS if post.get(key)},
        skip_lines=texts["skip_lines"][:20],
        has_header="has_header" in post,
        units=str(post.get("units", "major"))[:20],
        amount_signs=str(post.get("amount_signs", "as_written"))[:20],
        fee_signs=str(post.get("fee_signs", "cost"))[:20],
        fee_includes_vat="fee_includes_vat" in post,
        debit_is_negative="debit_is_negative" in post,
        currency=texts["currency"][:10],
        meanings=_pairs(post, "column", "meaning"),
        kinds=_pairs(post, "kind_word", "kind_meaning"),
        sides=_pairs(post, "side_word", "side_meaning"),
        more=texts["more"][:LONGEST],
    )


def writing_of(description: Description) -> Writing:
    """How the file is written, as far as a description says."""
    text, delimiter = description.skip_lines.strip(), description.plain.get("delimiter", "")
    return Writing(
        format=description.format,
        encoding=description.plain.get("encoding", ""),
        delimiter=delimiter if delimiter in DELIMITERS else "",
        skip_lines=int(text) if text.isascii() and text.isdecimal() and len(text) < 5 else 0,
        has_header=description.has_header,
        list_key=description.plain.get("list", ""),
    )


def completed(description: Description, sample: Sample, proposal: Proposal, before: QueryDict | None) -> Description:
    """A description with what is new on the page: columns that came with another delimiter, words of another column."""
    proposed = proposal.description.meanings
    taken = {meaning for meaning in description.meanings.values() if meaning}
    meanings = {}
    for column in sample.columns:
        key = str(column.key)
        fresh = "" if proposed.get(key, "") in taken else proposed.get(key, "")
        meanings[key] = description.meanings.get(key, fresh)
    description = replace(description, meanings=meanings)
    kind, side = description.column_of("kind"), description.column_of(SIDE)
    is_same_kind = before is None or before.get("kind_column", "") == kind
    is_same_side = before is None or before.get("side_column", "") == side
    return replace(
        description,
        kinds=(kinds_of(sample, kind) | (dict(description.kinds) if is_same_kind else {})) if kind else {},
        sides=(sides_of(sample, side) | (dict(description.sides) if is_same_side else {})) if side else {},
    )


def with_one_set(description: Description, text: str) -> Description:
    """A description with one setting changed as the checker proposes: `units:minor`; anything else changes nothing."""
    name, _, value = text.partition(":")
    if name not in SETTABLE or len(value) > 60:
        return description
    if name in PLAIN_KEYS:
        return replace(description, plain={**description.plain, name: value})
    changes: dict[str, Any] = {name: value == "true" if name == "fee_includes_vat" else value}
    return replace(description, **changes)


def _pairs(post: QueryDict, left: str, right: str) -> dict[str, str]:
    """Two lists of the page that stand side by side."""
    return dict(zip(post.getlist(left)[:MOST], post.getlist(right)[:MOST], strict=False))
