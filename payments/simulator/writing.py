"""Everything that was delivered by the last day, as files in a folder whose names say whose they are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Final

from payments.simulator.configuration import render_configuration
from payments.simulator.events.days import event_files
from payments.simulator.expectations import truth_of
from payments.simulator.rendering import ledger
from payments.simulator.rendering.layouts import BANKS, STATEMENTS
from payments.simulator.simulation import World
from payments.simulator.truth import Ledger, Truth
from payments.simulator.world import DeliveredFile

_OTHER_TRUTHS: Final = {"events/truth.json": Ledger.EVENTS, "events/both/truth.json": Ledger.BOTH}
"""The answers where the ledger was filled by events: alone, or beside the exports."""


def write(world: World, folder: Path) -> tuple[Truth, int]:
    """Write configuration, files and truth into a folder; return the truth and how many files are new or changed.

    A file that is there already with the same bytes is left alone. Raises OSError.
    """
    truth = truth_of(world)
    contents = [("configuration.toml", render_configuration(world.merchant).encode())]
    contents += [(file.path, file.content) for file in delivered_files(world)]
    contents += [(path, truth_of(world, ledger).dump().encode()) for path, ledger in _OTHER_TRUTHS.items()]
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
    files = [*_exports(world), *_statements(world), *_bank_files(world), *event_files(world)]
    return (file for file in files if file.delivered_on <= world.request.as_of)


def _exports(world: World) -> Iterator[DeliveredFile]:
    for export in world.exports:
        content = ledger.render_export(world.merchant.provider(export.provider), export)
        yield DeliveredFile(f"movements/{export.provider}/{export.day}.csv", content, export.delivered_on)


def _statements(world: World) -> Iterator[DeliveredFile]:
    for document in world.documents:
        plan = world.merchant.provider(document.provider)
        layout = STATEMENTS[plan.layout]
        for version in document.versions:
            content = layout.render(plan, document, version)
            path = f"statements/{plan.code}/{layout.file_name(plan, document, version)}"
            yield DeliveredFile(path, content, version.delivered_on)
            if document.copied_on and version is document.final:
                yield DeliveredFile(_copied(path), content, document.copied_on)


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
                yield DeliveredFile(_copied(f"{folder}/{name}"), content, document.copied_on)


def _copied(path: str) -> str:
    whole = PurePosixPath(path)
    return str(whole.with_name(f"again_{whole.name}"))
