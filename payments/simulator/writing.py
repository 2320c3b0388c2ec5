"""Everything that was delivered by the last day, as files in a folder whose names say whose they are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Final

from payments.simulator.configuration import render_configuration
from payments.simulator.events.days import event_files
from payments.simulator.expectations import truth_of
from payments.simulator.mess import Mess
from payments.simulator.mess.contents import muddled, spoiled
from payments.simulator.rendering import ledger as exports
from payments.simulator.rendering.layouts import BANKS, STATEMENTS, StatementLayout
from payments.simulator.simulation import World
from payments.simulator.terms import ProviderPlan
from payments.simulator.truth import Ledger, Truth
from payments.simulator.world import DeliveredFile, Document, Version

AGAIN: Final = "again"
"""How the name of a file begins that comes a second time, byte for byte."""
EXCEL: Final = "excel"
"""How the name of a file begins that a spreadsheet has spoiled."""
_OTHER_TRUTHS: Final = {"events/truth.json": Ledger.EVENTS, "events/both/truth.json": Ledger.BOTH}
"""The answers where the ledger was filled by events: alone, or beside the exports."""


def write(world: World, folder: Path) -> tuple[Truth, int]:
    """Write configuration, files and truth into a folder; return the truth and how many files are new or changed.

    A file that is there already with the same bytes is left alone. Raises OSError.
    """
    files = list(delivered_files(world))
    damaged = [file.path for file in files if PurePosixPath(file.path).name.startswith(f"{EXCEL}_")]
    refused = damaged if Mess.EXCEL in world.request.mess else None
    contents = [("configuration.toml", render_configuration(world.merchant).encode())]
    contents += [(file.path, file.content) for file in files]
    for path, ledger in _OTHER_TRUTHS.items():
        contents.append((path, replace(truth_of(world, ledger), refused=refused).dump().encode()))
    truth = replace(truth_of(world), refused=refused)
    contents.append(("truth.json", truth.dump().encode()))
    return truth, sum(_write_changed(folder / path, content) for path, content in contents)


def _write_changed(path: Path, content: bytes) -> bool:
    if path.exists() and path.read_bytes() == content:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return True


def delivered_files(world: World) -> Iterator[DeliveredFile]:
    """Yield every movement, statement, bank and event file delivered by the last day."""
    mess, layouts = world.request.mess, _layouts(world)
    for file in (*_exports(world), *_statements(world), *_bank_files(world), *event_files(world)):
        if file.delivered_on <= world.request.as_of:
            # A copy is the same bytes: it is muddled like the file it is a copy of.
            name = file.path.replace(f"/{AGAIN}_", "/")
            file.content = muddled(world.request.seed, layouts.get(_owner(file.path), ""), name, file.content, mess)
            yield file


def _owner(path: str) -> str:
    kind, _, rest = path.partition("/")
    return kind if kind == "movements" else f"{kind}/{rest.partition('/')[0]}"


def _layouts(world: World) -> dict[str, str]:
    """The layout of the files of each folder."""
    statements = {f"statements/{plan.code}": plan.layout for plan in world.merchant.providers}
    banks = {f"bank/{account.code}": account.layout for account in world.merchant.accounts}
    return {"movements": "ledger"} | statements | banks


def _exports(world: World) -> Iterator[DeliveredFile]:
    for export in world.exports:
        content = exports.render_export(world.merchant.provider(export.provider), export)
        yield DeliveredFile(f"movements/{export.provider}/{export.day}.csv", content, export.delivered_on)


def _statements(world: World) -> Iterator[DeliveredFile]:
    for document in world.documents:
        plan = world.merchant.provider(document.provider)
        layout = STATEMENTS[plan.layout]
        for version in document.versions:
            for name, content in _rendered(layout, plan, document, version):
                path = f"statements/{plan.code}/{name}"
                if document.damaged_on and version is document.final:
                    yield DeliveredFile(_named(path, EXCEL), spoiled(plan.layout, content), document.damaged_on)
                yield DeliveredFile(path, content, version.delivered_on)
                if document.copied_on and version is document.final:
                    yield DeliveredFile(_named(path, AGAIN), content, document.copied_on)


def _rendered(
    layout: StatementLayout, plan: ProviderPlan, document: Document, version: Version
) -> Iterable[tuple[str, bytes]]:
    """Name and content of each file of a version."""
    if layout.files and document.file_count > 1:
        return layout.files(plan, document, version, document.file_count)
    return [(layout.file_name(plan, document, version), layout.render(plan, document, version))]


def _bank_files(world: World) -> Iterator[DeliveredFile]:
    accounts = {account.code: account for account in world.merchant.accounts}
    for document in world.bank_documents:
        account = accounts[document.account]
        folder = f"bank/{account.code}"
        layout = BANKS[account.layout]
        for name, content in layout.interim(account, document) if layout.interim and document.interim_count else ():
            yield DeliveredFile(f"{folder}/{name}", content, document.booked_on)
        if document.delivered_on is not None:
            name, content = layout.file_name(account, document), layout.render(account, document)
            yield DeliveredFile(f"{folder}/{name}", content, document.delivered_on)
            if document.copied_on:
                yield DeliveredFile(_named(f"{folder}/{name}", AGAIN), content, document.copied_on)


def _named(path: str, before: str) -> str:
    whole = PurePosixPath(path)
    return str(whole.with_name(f"{before}_{whole.name}"))
