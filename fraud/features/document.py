"""The page of documentation that lists the catalogue: made from it, so that it says what is so."""

from __future__ import annotations

from typing import Final

from django.utils.translation import override

from fraud.features.catalogue import CATALOGUE, DAY_SECONDS, HOUR_SECONDS
from fraud.features.declarations import Feature
from fraud.features.labels import unit_words, words_of

_HEAD: Final = """# Features

What rules, scores and reviewers see of a payment: whole numbers, or nothing. Made from `fraud/features/catalogue.py` by
`python manage.py shell -v 0 -c "from fraud.features.document import features_page; print(features_page(), end='')"`;
a test compares.

- **Before.** A feature at an instant T is made of attempts requested before T, of failures known before T, of whole
  hours before the hour of T where many share a key, and of frauds, disputes and refunds observed seven days before T or
  earlier. Telling more later changes none of it, with two exceptions: what is told late of an attempt itself (a card
  that only the answer names) is then part of its history, and so is a label told more than seven days after it was
  observed.
- **Whose.** Attempts of the payment itself count in `own_*`, and in the sums by the hour of its IP address and shop;
  nowhere else.
- **Newest.** Of each customer, card, device, IP address, e-mail address and shipping address the newest 256 attempts of
  30 days are looked at. Counts, sums and distinct counts say nothing of those before.
- **Hours.** `ip_count_*` beyond an hour, `ip_failed_*` beyond an hour and everything of the shop are of whole hours.
- **Labels.** A payment is one fraud and one dispute, whoever says so again, from the hour in which the first observed
  it. Frauds and disputes count for every key of the payment.
- **Shop.** What the events of a payment name in `extra.shop`, else the channel of its checkout, else its provider.
  `extra.card_country` and `extra.ip_country` are two letters. The first telling stands.
- **E-mail address.** The one that the customer had when the attempt was first seen; another one later changes nothing.
- **Instrument.** The fingerprint; where nobody tells one, brand, BIN and last four digits, which cards may share.
- **Reference.** Amounts are made comparable by `FRAUD_REFERENCE_RATES`; a currency that is not named there counts as
  worth one. They are never shown as money.

A feature keeps its place for ever: another definition is another feature, at the end of the list.

| place | name | unit | of | back | missing when | meaning |
|---|---|---|---|---|---|---|
"""
_MISSING: Final = {
    "never": "never",
    "no_key": "no such key was told",
    "no_history": "nothing before to compare with",
    "not_told": "nobody told it",
}


def features_page() -> str:
    """The page, in English."""
    with override("en"):
        return _HEAD + "".join(f"| {' | '.join(_cells(feature))} |\n" for feature in CATALOGUE)


def _cells(feature: Feature) -> list[str]:
    return [
        str(feature.position), f"`{feature.name}`", str(unit_words(feature.unit)), str(feature.source),
        _span(feature.window_seconds), _MISSING[feature.null_meaning], str(words_of(feature.name)),
    ]  # fmt: skip


def _span(seconds: int) -> str:
    if not seconds:
        return ""
    return f"{seconds // HOUR_SECONDS} h" if seconds < 2 * DAY_SECONDS else f"{seconds // DAY_SECONDS} d"
