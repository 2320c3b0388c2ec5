"""What the columns of an unknown file may mean: proposed from header words and values, each with how sure and why."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from payments.facts import ReadingTerms
from payments.intake.describing import values, vocabulary
from payments.intake.describing.description import SIDE, Description
from payments.intake.describing.identities import signs_of
from payments.intake.describing.sampling import Sample, SampleColumn
from payments.tabular.mappings import Column
from payments.tabular.total_rows import is_total
from payments.wording import translatable

BY_HEADER: Final = translatable("its name")
BY_HEADER_PART: Final = translatable("a part of its name")
BY_VALUES: Final = translatable("its values")

AMOUNTS: Final = frozenset({"gross", "net", "fee", "fee_vat", "amount", "debit", "credit", "balance"})
DAYS: Final = frozenset({"sold_on", "booked_on", "paid_on", "value_on"})
KEYS: Final = frozenset({"provider_key", "payment_reference", "merchant_reference", "payout_key", "bank_reference"})
FEW_WORDS: Final = 12
_TIME_OF_DAY: Final = re.compile(r"\d{1,2}[:：]\d{2}(?:[:：]\d{2})?")


@dataclass(frozen=True, slots=True)
class Guess:
    """What one column may mean."""

    meaning: str
    confidence: int
    """0 to 95."""
    reason: str
    """A msgid."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A description to begin with, and why its columns are said to mean what they do."""

    description: Description
    guesses: Mapping[str, Guess]
    """By column, as forms write it."""


def propose(sample: Sample, terms: ReadingTerms, *, is_bank: bool) -> Proposal:
    """Describe a file nobody has described, as far as names and values tell."""
    sums = _sums(sample)
    sample = _without(sample, sums)
    guesses = _settled(sample, terms, is_bank=is_bank)
    parts = _day_in_parts(sample) if is_bank else ()
    guesses |= {str(column.key): Guess("booked_on", 80, BY_HEADER) for column in parts}
    meanings = {key: guesses[key].meaning if key in guesses else "" for key in map(str, _keys(sample))}
    by_meaning = {meaning: column for column in sample.columns if (meaning := meanings[str(column.key)])}
    currency = terms.currencies[0] if terms.currencies else ""
    written = sample.writing
    plain = {
        "encoding": written.encoding,
        "delimiter": "" if written.format == "json" else written.delimiter,
        "list": written.list_key,
        **({"date_format": "%Y %-m %-d"} if parts else _formats(by_meaning, terms.zone)),
        "decimal_mark": _mark(by_meaning, currency),
    }
    kind, side = by_meaning.get("kind"), by_meaning.get(SIDE)
    description = Description(
        is_bank=is_bank,
        format=written.format,
        plain={key: value for key, value in plain.items() if value},
        skip_lines=str(written.skip_lines or ""),
        has_header=written.has_header is not False,
        meanings=meanings,
        kinds={word: vocabulary.kind_of(word) for word in kind.words} if kind else {},
        sides={word: vocabulary.side_of(word) for word in side.words} if side else {},
        more=json.dumps({"skip_rows": sums}, ensure_ascii=False) if sums else "",
    )
    if is_bank:
        debit = by_meaning.get("debit")
        is_negative = bool(debit) and any(value.startswith("-") for value in debit.values)  # type: ignore[union-attr]
        return Proposal(replace(description, debit_is_negative=is_negative), guesses)
    return Proposal(replace(description, **signs_of(by_meaning, description, currency)), guesses)


def kinds_of(sample: Sample, column: str) -> dict[str, str]:
    """The words of a kind column and what they probably mean."""
    found = sample.column(column)
    return {word: vocabulary.kind_of(word) for word in found.words} if found else {}


def sides_of(sample: Sample, column: str) -> dict[str, str]:
    """The words of a side column and what they probably mean."""
    found = sample.column(column)
    return {word: vocabulary.side_of(word) for word in found.words} if found else {}


def _settled(sample: Sample, terms: ReadingTerms, *, is_bank: bool) -> dict[str, Guess]:
    """One meaning for each column and one column for each meaning, the surest first."""
    guesses = [
        (guess, str(column.key))
        for column in sample.columns
        for guess in _guesses(column, sample, terms, is_bank=is_bank)
    ]
    settled: dict[str, Guess] = {}
    taken: set[str] = set()
    for guess, column in sorted(guesses, key=lambda each: -each[0].confidence):
        if column not in settled and guess.meaning not in taken and not _contradicts(guess.meaning, taken):
            settled[column] = guess
            taken.add(guess.meaning)
    if {"debit", "credit"} <= taken:
        # Two columns tell the side of an amount already, and banks repeat it in words beside them.
        return {column: guess for column, guess in settled.items() if guess.meaning != SIDE}
    return settled


def _day_in_parts(sample: Sample) -> Sequence[SampleColumn]:
    """Three columns side by side that hold year, month and day, as 操作日(年), 操作日(月), 操作日(日); else none."""
    for start in range(len(sample.columns) - 2):
        three = sample.columns[start : start + 3]
        names = [vocabulary.plain(column.name) for column in three]
        is_day = all(name.endswith(part) for name, part in zip(names, "年月日", strict=True))
        are_numbers = all(value.isdecimal() for column in three for value in column.values)
        if is_day and are_numbers and len({name[:-1] for name in names}) == 1:
            return three
    return ()


def _contradicts(meaning: str, taken: set[str]) -> bool:
    """A bank's file has one amount or two sides."""
    return (meaning == "amount" and bool({"debit", "credit"} & taken)) or (
        meaning in ("debit", "credit") and "amount" in taken
    )


def _guesses(column: SampleColumn, sample: Sample, terms: ReadingTerms, *, is_bank: bool) -> Iterator[Guess]:
    """What one column may mean, by its name as far as its values allow it, and by its values alone."""
    words = vocabulary.BANK_HEADERS if is_bank else vocabulary.STATEMENT_HEADERS
    if sample.writing.has_header:
        name = column.name.rsplit(".", 1)[-1] if sample.writing.format == "json" else column.name
        meaning, confidence = vocabulary.meaning_of(name, words)
        reason = BY_HEADER if confidence == 95 else BY_HEADER_PART
        for other, less in _dated(meaning, column, terms.zone, is_bank=is_bank):
            if _allows(other, column, terms.zone) and not (other == SIDE and is_bank and _has_signs(sample)):
                yield Guess(other, confidence - less, reason)
    if is_bank and _tells_sides(column) and not _has_signs(sample):
        yield Guess(SIDE, 90, BY_VALUES)
    yield from (
        Guess(meaning, confidence, BY_VALUES) for meaning, confidence in _by_values(column, sample, terms, is_bank)
    )


def _tells_sides(column: SampleColumn) -> bool:
    """Whether the words of a column are the two sides of an account, whatever it is called."""
    return {vocabulary.side_of(word) for word in column.words} == {"negative", "positive"}


def _has_signs(sample: Sample) -> bool:
    """Whether amounts carry their sign: a column that tells the side says it again, and would turn them round."""
    return any(
        values.are_amounts(column.values)
        and any(value.startswith("-") for value in column.values)
        and vocabulary.meaning_of(column.name, vocabulary.BANK_HEADERS)[0] != "balance"
        for column in sample.columns
    )


def _dated(meaning: str, column: SampleColumn, zone: str, *, is_bank: bool) -> Iterator[tuple[str, int]]:
    """A day that has a time is an instant, and an instant without one is a day, whatever the column is called."""
    if not meaning:
        return
    if is_bank:
        yield meaning, 0
        return
    is_timed = bool(values.time_format(column.values, zone))
    if meaning == "sold_on" and is_timed:
        yield "occurred_at", 5
    elif meaning == "occurred_at" and not is_timed:
        yield "sold_on", 5
        yield "booked_on", 25
    else:
        yield meaning, 0
    if meaning == "sold_on":
        yield "booked_on", 20


def _allows(meaning: str, column: SampleColumn, zone: str) -> bool:
    """Whether the values of a column can mean this; a column without values can mean anything."""
    if not column.first:
        return True
    if meaning in AMOUNTS:
        # A few cells that are none must not hide what the column is: they are shown as lines that can't be read.
        given = [value for value in column.values if value]
        return 2 * sum(map(values.is_amount, given)) >= len(given)
    if meaning in DAYS or meaning == "booked_on":
        return bool(values.date_format(column.values, zone) or values.time_format(column.values, zone))
    if meaning == "occurred_at":
        return bool(values.time_format(column.values, zone))
    if meaning == "account":
        return len(column.words) == 1 and not vocabulary.OTHER_SIDE.search(column.name)
    if meaning in ("currency", "net_currency"):
        return values.are_currencies(column.values)
    if meaning in ("kind", SIDE):
        return len(column.words) <= FEW_WORDS and not values.are_amounts(column.values)
    return True


def _by_values(column: SampleColumn, sample: Sample, terms: ReadingTerms, is_bank: bool) -> Iterator[tuple[str, int]]:
    """Meanings that values tell without a name; none of them is sure."""
    given = [value for value in column.values if any(map(str.isalnum, value))]
    if not given or all(map(_TIME_OF_DAY.fullmatch, given)):
        return
    if values.are_currencies(given):
        yield "currency", 85
    elif values.time_format(given, terms.zone):
        yield ("booked_on" if is_bank else "occurred_at"), 60
    elif values.date_format(given, terms.zone) and not (values.are_amounts(given) and len(set(given)) > FEW_WORDS):
        yield "booked_on", 55
        yield ("value_on" if is_bank else "paid_on"), 30
    elif values.are_amounts(given):
        yield from _amount_by_values(column, given, is_bank=is_bank)
    elif len(column.words) <= FEW_WORDS and all(vocabulary.kind_of(word) for word in column.words) and not is_bank:
        yield "kind", 65
    elif len(set(given)) >= 0.9 * sample.row_count and not is_bank:
        yield "merchant_reference", 40
        yield "provider_key", 35
    elif is_bank:
        yield "remittance", 35
        yield "counterparty", 30


def _amount_by_values(column: SampleColumn, given: Sequence[str], *, is_bank: bool) -> Iterator[tuple[str, int]]:
    """Digits of one length are references rather than money, and the same ones on each row are neither."""
    if vocabulary.names_a_number(column.name) or len(given) > len(set(given)) == 1:
        return
    is_alike = len({len(value) for value in given}) == 1 and len(given[0]) >= 4
    is_reference = is_alike and len(set(given)) >= 0.9 * len(given) and not values.have_decimals(given)
    if is_bank:
        yield ("bank_reference" if is_reference else "amount"), 40
        return
    if is_reference:
        yield "merchant_reference", 41
    yield "gross", 42 if values.have_decimals(given) else 40
    yield "fee", 25


def _formats(by_meaning: Mapping[str, SampleColumn], zone: str) -> dict[str, str]:
    """The formats of days and instants, where they are not the usual ones."""
    days = [value for meaning in DAYS if meaning in by_meaning for value in by_meaning[meaning].values]
    instants = by_meaning["occurred_at"].values if "occurred_at" in by_meaning else ()
    found = {
        "date_format": values.date_format(days, zone) or values.time_format(days, zone) or "",
        "time_format": values.time_format(instants, zone) or "",
    }
    return {key: "" if each == "iso" else each for key, each in found.items()}


def _mark(by_meaning: Mapping[str, SampleColumn], currency: str) -> str:
    given = [value for meaning in AMOUNTS if meaning in by_meaning for value in by_meaning[meaning].values]
    return values.decimal_mark(given, currency) if currency else ""


def _sums(sample: Sample) -> dict[str, Any]:
    """The rule by which rows that add the others up are passed over; empty where there are none."""
    for column in sample.columns[:3]:
        found = [word for word in dict.fromkeys(column.values) if is_total(word)]
        if found:
            return {"column": column.key, "values": found}
    return {}


def _without(sample: Sample, sums: Mapping[str, Any]) -> Sample:
    """The sample without those rows, so that they don't spoil what the values of a column look like."""
    if not sums:
        return sample
    told = next(column for column in sample.columns if column.key == sums["column"]).values
    kept = [place for place, value in enumerate(told) if value not in sums["values"]]
    columns = tuple(replace(column, values=tuple(column.values[place] for place in kept)) for column in sample.columns)
    return replace(sample, columns=columns, row_count=len(kept))


def _keys(sample: Sample) -> list[Column]:
    return [column.key for column in sample.columns]
