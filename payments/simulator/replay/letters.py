"""Requests made of what is told: signed as the provider signs, with the shop's key, shuffled and repeated on demand."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any, Final

from payments.simulator.replay.reading import Told

BATCH: Final = 100
"""Events of the shop in one call."""
REPEATED_SHARE: Final = 0.25


class NoSecret(ValueError):
    """A provider that signs, and nobody gave us its secret."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One request: POST `body` to `path`."""

    path: str
    body: bytes
    headers: Mapping[str, str]
    kind: str


@dataclass(frozen=True, slots=True)
class Keys:
    """What is needed to be believed."""

    secrets: Mapping[str, str] = field(repr=False)
    """Of webhooks, by code of the provider."""
    api_key: str = field(default="", repr=False)
    """Of the merchant API; '' leaves out what the shop says."""


def letters_of(told: Iterable[Told], keys: Keys) -> Iterator[Letter]:
    """The requests in the order of time: a webhook each, a checkout each, the shop's events by the hundred.

    Raises NoSecret.
    """
    events: list[dict[str, Any]] = []
    for each in sorted(told, key=lambda one: one.at):
        match each.to:
            case "webhook":
                yield _webhook(each, keys)
            case "checkout" if keys.api_key:
                yield _call("checkouts", each.body, keys)
            case "event" if keys.api_key:
                events.append(each.body)
    for place in range(0, len(events), BATCH):
        yield _call("events:batch", {"events": events[place : place + BATCH]}, keys)


def disordered(letters: Sequence[Letter], seed: int, *, is_shuffled: bool, is_repeated: bool) -> list[Letter]:
    """The same in any order, and some of them twice."""
    luck = Random(seed)  # noqa: S311
    found = list(letters)
    if is_repeated:
        found += [_again(letter, luck) for letter in letters if luck.random() < REPEATED_SHARE]
    if is_shuffled:
        luck.shuffle(found)
    return found


def _again(letter: Letter, luck: Random) -> Letter:
    """A repetition; of the shop's calls half forget their Idempotency-Key, and are told apart by what they say."""
    headers = dict(letter.headers)
    if "Idempotency-Key" in headers and luck.random() < 0.5:
        headers["Idempotency-Key"] = f"{headers['Idempotency-Key']}-again"
    return replace(letter, headers=headers)


def _webhook(told: Told, keys: Keys) -> Letter:
    body = told.body
    if "notificationItems" in body:
        secret = keys.secrets.get(told.provider, "")
        if not secret:
            raise NoSecret(told.provider)
        items = [_signed(each["NotificationRequestItem"], secret) for each in body["notificationItems"]]
        body = {**body, "notificationItems": [{"NotificationRequestItem": item} for item in items]}
    headers = {"Content-Type": "application/json"}
    return Letter(f"/webhooks/{told.provider}/", _compact(body), headers, f"webhook {told.provider}")


def _signed(item: dict[str, Any], secret: str) -> dict[str, Any]:
    """The item with Adyen's signature: eight fields, divided by colons, under a hexadecimal key."""
    amount = item["amount"]
    text = ":".join(
        [
            item["pspReference"],
            item.get("originalReference", ""),
            item["merchantAccountCode"],
            item["merchantReference"],
            str(amount["value"]),
            amount["currency"],
            item["eventCode"],
            item["success"],
        ]
    )
    try:
        key = binascii.a2b_hex(secret.strip())
    except (binascii.Error, ValueError):
        raise NoSecret("Adyen's keys are hexadecimal") from None
    signature = base64.b64encode(hmac.digest(key, text.encode(), "sha256")).decode()
    return {**item, "additionalData": {**item["additionalData"], "hmacSignature": signature}}


def _call(path: str, body: Mapping[str, Any], keys: Keys) -> Letter:
    content = _compact(body)
    headers = {
        "Content-Type": "application/json",
        "Authorization": f"Bearer {keys.api_key}",
        "Idempotency-Key": hashlib.sha256(content).hexdigest(),
    }
    return Letter(f"/api/v1/{path}", content, headers, f"api {path}")


def _compact(body: Mapping[str, Any]) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
