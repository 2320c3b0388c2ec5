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
from statistics import median
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
"""Documents in XML and JSON are judged by their size: how many lines one has is up to who wrote it (the same answer of
Naver has one line, or fourteen for each object), and their objects are several times as long as a line of a CSV. How many
objects a second that is, is told beside it. The SGML of OFX 1, with a short transaction on every line, goes by its lines."""
NEAR: Final = 1.25
"""What is not this many times its limit is read again, `ROUNDS` times in all, of which the median counts: on a shared
machine one and the same reading takes a third more processor time at one moment than at another."""
ROUNDS: Final = 3
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
        (content, large), (tenth, small) = (_read(folder, each, LINES // n) for n in (1, SMALLER))
        figures += _speeds(folder, each, content, large)
        if each.layout in BARE:
            figures.append(_floor(each.layout, _stored(folder, each, tenth), tenth))
        _path(folder, each).unlink()
        if large["problems"] or not large["is_whole"]:
            damaged.append(each.layout)
        grown.append((large["megabytes"] / small["megabytes"], each.layout, large["megabytes"]))
    growth, layout, most = max(grown)
    return [
        *figures,
        at_most("readers.memory_growth", growth, GROWTH, 1, "×", f"{layout}: {most:.0f} MB, beside a file of a tenth"),
        exactly("readers.damaged", len(damaged), 0, "files", ", ".join(damaged)),
    ]


def _speeds(folder: Path, long: Long, content: bytes, first: dict[str, Any]) -> list[Figure]:
    """How quickly a file is read, in the unit that its format is judged by; objects a second where that is its size."""
    is_by_size, facts = long.layout in BY_SIZE, first["facts"]
    megabytes, lines = len(content) / 1024**2, max(content.count(b"\n"), facts)
    amount, limit, unit = (
        (megabytes, MEGABYTES_A_SECOND, "MB/s") if is_by_size else (lines, LINES_A_SECOND, "lines/s")
    )  # fmt: skip
    seconds, rounds = first["seconds"], 1
    if amount / seconds < NEAR * limit:
        path, rounds = _stored(folder, long, content), ROUNDS
        again = [_measured(folder, long, path)["seconds"] for _ in range(ROUNDS - 1)]
        seconds = median([seconds, *again])
    speed = amount / seconds
    note = f"{facts:,} facts of {megabytes:.0f} MB, {facts / seconds:,.0f} a second, {megabytes / seconds:.1f} MB/s"
    judged = Figure(f"readers.{long.layout}", speed, unit, limit, "≥ limit", speed >= limit, f"{note}; read {rounds} ×")
    return [judged, told(f"readers.{long.layout}.facts", facts / seconds, "facts/s")] if is_by_size else [judged]


def _floor(layout: str, path: Path, content: bytes) -> Figure:
    """What a bare parser does with a file, in the unit that its reader is judged by."""
    parser, parse = BARE[layout]
    is_by_size = layout in BY_SIZE
    speed = (len(content) / 1024**2 if is_by_size else content.count(b"\n")) / seconds_of(parse, path)
    return told(f"readers.floor.{parser}", speed, "MB/s" if is_by_size else "lines/s", f"over a tenth of {layout}")


def _read(folder: Path, long: Long, lines: int) -> tuple[bytes, dict[str, Any]]:
    content = long.render(lines)
    return content, _measured(folder, long, _stored(folder, long, content))


def _path(folder: Path, long: Long) -> Path:
    return folder / f"{long.layout}.file"


def _stored(folder: Path, long: Long, content: bytes) -> Path:
    path = _path(folder, long)
    path.write_bytes(content)
    return path


def _measured(folder: Path, long: Long, path: Path) -> dict[str, Any]:
    """What `tests.bench.reading` says of a file, in a process of its own."""
    terms = folder / "terms.json"
    terms.write_text(json.dumps(long.terms | {"path": str(path)}))
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.reading", str(terms)],
        cwd=CHECKOUT, stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    found: dict[str, Any] = json.loads(done.stdout)
    return found


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
