"""Every reader over a long file of its own format: lines or megabytes a second of processor, and memory beside a tenth."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Final

from config.settings.environment import CHECKOUT
from payments.simulator.formats import ALL
from payments.simulator.rendering.layouts import BANKS, STATEMENTS
from payments.simulator.simulation import Request, Simulation, World
from payments.simulator.terms import Account, ProviderPlan
from payments.simulator.world import BankDocument, Document, Line, Version
from tests.bench.figures import Figure, at_most, exactly, told
from tests.bench.ground import Ground
from tests.bench.parsers import BARE, seconds_of
from tests.fuzz.seeds import bank_adapter

LINES: Final = 200_000
SMALLER: Final = 10
LINES_A_SECOND: Final = 100_000.0
MEGABYTES_A_SECOND: Final = 20.0
GROWTH: Final = 1.2
BY_SIZE: Final = ("square", "toss", "naver", "camt053", "camt054", "ofx2")
"""Documents in XML and JSON, whose objects are as long as their maker likes, are judged by their size; the SGML of OFX 1,
with a short transaction on every line, is not."""
A_PAGE: Final = ("mollie", "mollie_balance")
"""Give totals alone: such statements are never long."""
_LEAF: Final = re.compile(rb"<([A-Z0-9.]+)>([^<\r\n]+)")
_DIGITS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class Long:
    """How a long file of one layout is made, and read."""

    layout: str
    terms: dict[str, Any]
    render: Callable[[int], bytes]
    """Of at least so many lines."""


def measure(ground: Ground) -> list[Figure]:
    """One file after the other, each in a process of its own."""
    folder = ground.directory / "readers"
    folder.mkdir(exist_ok=True)
    figures, damaged, grown = [], [], []
    for each in _files(Simulation(Request(11, date(2026, 7, 1), 12, 200, formats=(ALL,))).run()):
        (path, content, large), (_path, tenth, small) = (_read(folder, each, LINES // n) for n in (1, SMALLER))
        if each.layout in BARE:
            figures.append(_floor(each.layout, path, tenth))
        path.unlink()
        if large["problems"] or not large["is_whole"]:
            damaged.append(each.layout)
        grown.append((large["megabytes"] / small["megabytes"], each.layout, large["megabytes"]))
        is_by_size = each.layout in BY_SIZE
        speed = (len(content) / 1024**2 if is_by_size else max(content.count(b"\n"), large["facts"])) / large["seconds"]
        limit, unit = (MEGABYTES_A_SECOND, "MB/s") if is_by_size else (LINES_A_SECOND, "lines/s")
        note = f"{large['facts']:,} facts of {len(content) / 1024**2:.0f} MB"
        figures.append(Figure(f"readers.{each.layout}", speed, unit, limit, "≥ limit", speed >= limit, note))
    growth, layout, most = max(grown)
    return [
        *figures,
        at_most("readers.memory_growth", growth, GROWTH, 1, "×", f"{layout}: {most:.0f} MB, beside a file of a tenth"),
        exactly("readers.damaged", len(damaged), 0, "files", ", ".join(damaged)),
    ]


def _floor(layout: str, path: Path, content: bytes) -> Figure:
    """What a bare parser does with a file, in the unit that its reader is judged by."""
    parser, parse = BARE[layout]
    is_by_size = layout in BY_SIZE
    speed = (len(content) / 1024**2 if is_by_size else content.count(b"\n")) / seconds_of(parse, path)
    return told(f"readers.floor.{parser}", speed, "MB/s" if is_by_size else "lines/s", f"over a tenth of {layout}")


def _read(folder: Path, long: Long, lines: int) -> tuple[Path, bytes, dict[str, Any]]:
    content = long.render(lines)
    path, terms = folder / f"{long.layout}.file", folder / "terms.json"
    path.write_bytes(content)
    terms.write_text(json.dumps(long.terms | {"path": str(path)}))
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.reading", str(terms)],
        cwd=CHECKOUT, stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    return path, content, json.loads(done.stdout)


def _files(world: World) -> Iterator[Long]:
    plans = {plan.code: plan for plan in world.merchant.providers}
    fullest: dict[str, Document] = {}
    for document in world.documents:
        layout, known = plans[document.provider].layout, fullest.get(plans[document.provider].layout)
        if known is None or len(known.final.lines) < len(document.final.lines):
            fullest[layout] = document
    for layout, document in sorted(fullest.items()):
        if layout not in A_PAGE:
            yield _statement(plans[document.provider], document)
    accounts = {account.code: account for account in world.merchant.accounts}
    longest: dict[str, BankDocument] = {}
    for each in world.bank_documents:
        if each.account not in longest or len(longest[each.account].entries) < len(each.entries):
            longest[each.account] = each
    for code, day in longest.items():
        long = _bank(accounts[code], day)
        yield long
        if long.layout == "ofx":
            yield _as_ofx_2(long)


def _statement(plan: ProviderPlan, document: Document) -> Long:
    def render(lines: int) -> bytes:
        times = -(-lines // len(document.final.lines))
        made = [_renamed(line, n) for n in range(times) for line in document.final.lines]
        payouts = [replace(each, amount=each.amount * times) for each in document.final.payouts]
        version = Version(1, document.final.delivered_on, made, payouts)
        return STATEMENTS[plan.layout].render(plan, replace(document, versions=[version]), version)

    name = STATEMENTS[plan.layout].file_name(plan, document, document.final)
    return Long(plan.layout, _terms(plan, plan.adapter, name, is_bank=False), render)


def _bank(account: Account, day: BankDocument) -> Long:
    def render(lines: int) -> bytes:
        entries = [replace(each, reference=_named(each.reference, n)) for n in range(-(-lines // len(day.entries)))
                   for each in day.entries]  # fmt: skip
        return BANKS[account.layout].render(account, replace(day, entries=entries))

    name = BANKS[account.layout].file_name(account, day)
    return Long(account.layout, _terms(account, bank_adapter(account).code, name, is_bank=True), render)


def _as_ofx_2(long: Long) -> Long:
    """The same list as OFX 2 writes it: XML, in which every element is closed."""

    def render(lines: int) -> bytes:
        content = long.render(lines)
        closed = _LEAF.sub(rb"<\1>\2</\1>", content[content.index(b"<OFX>") :])
        return b'<?xml version="1.0" encoding="UTF-8"?>\n<?OFX OFXHEADER="200" VERSION="211"?>\n' + closed

    return Long("ofx2", long.terms, render)


def _terms(owner: ProviderPlan | Account, adapter: str, name: str, *, is_bank: bool) -> dict[str, Any]:
    currencies = owner.currencies if isinstance(owner, ProviderPlan) else (owner.currency,)
    mapping = None if owner.mapping is None else dict(owner.mapping)
    return {"adapter": adapter, "is_bank": is_bank, "zone": owner.zone, "currencies": currencies, "mapping": mapping,
            "name": name}  # fmt: skip


def _renamed(line: Line, number: int) -> Line:
    return replace(
        line,
        line_key=_named(line.line_key, number),
        provider_key=_named(line.provider_key, number),
        payment_reference=_named(line.payment_reference, number),
        merchant_reference=_named(line.merchant_reference, number),
    )


def _named(key: str, number: int) -> str:
    """Another key of the same shape: no reader may gain by having seen it."""
    if number == 0 or len(key) < 8 or not key[-5:].isalnum():
        return key
    digits = ""
    for _ in range(5):
        number, digit = divmod(number, 10 if key[-5:].isdecimal() else 36)
        digits = _DIGITS[digit] + digits
    return key[:-5] + digits
