"""The post room: whose file is this? Answered for the files of a folder, from where they lie and what is in them.

1. Below `movements/<provider>/`, `statements/<provider>/` and `bank/<account>/` the folders say it.
2. Anywhere else the content says what kind of file it is (a movements export by its header, a statement or bank
   statement by its format), and the owner is the provider or bank account whose code is the name of a folder above it
   or begins its file name (`adyen_2026-07-01.csv`); else the bank account that the file itself names; else the only
   one that delivers this format, among those that the folder's own configuration describes.
3. A file whose owner is named but whose format nobody recognises is taken to be mapped, when its owner has a mapping.

Whatever is left is refused: a guess could book one provider's money with another. Only what nobody takes for data (a
README.md, a picture) is passed over.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.db.models import Model

from payments.banks import registry as banks
from payments.banks.accounts import accounts_in, is_same_account
from payments.facts import FileRefused, Problem, SourceFile
from payments.intake.adapters import Owner, kept_mapping
from payments.intake.models import ImportKind
from payments.intake.movements import MovementAdapter
from payments.methods.models import BankAccount, Provider
from payments.providers import registry as providers
from payments.tabular.lines import read_head
from payments.wording import translatable

CONFIGURATION: Final = "configuration.toml"
NOT_IMPORTED: Final = frozenset({CONFIGURATION, "truth.json"})
EVENTS: Final = "events"
"""What is told and not imported: see `manage.py replay_simulation`."""
FOLDERS: Final = {
    "movements": ImportKind.MOVEMENTS,
    "statements": ImportKind.STATEMENT,
    "bank": ImportKind.BANK,
}

NO_OWNER: Final = translatable(
    "Nothing says whose file this is. Put it into movements/<provider>, statements/<provider> or bank/<account>, "
    "or begin its name with the code of the provider or bank account."
)
FOREIGN: Final = translatable("This is no file of a provider, a bank or our own ledger: it is passed over.")
FOREIGN_NAMES: Final = re.compile(
    r"(?:README|LICENSE|LICENCE|COPYING|NOTICE|CHANGELOG|Makefile|Thumbs\.db|desktop\.ini)(?:\.(?:txt|md|rst))?"
    r"|.*\.(?:md|rst|pdf|docx?|pptx?|png|jpe?g|gif|svg|webp|ico|toml|ya?ml|ini|cfg|log|py|sh|sql)",
    re.IGNORECASE,
)
"""Documents, pictures and programs; a workbook, an archive or a web page may be a statement gone wrong."""
UNKNOWN_OWNER: Final = translatable("“%(code)s” is neither a provider nor a bank account that is configured.")


class ForeignFile(FileRefused):
    """The file is plainly no data, and lies where nobody said it was."""

    def __init__(self) -> None:
        super().__init__(Problem(FOREIGN))


@dataclass(frozen=True, slots=True)
class Route:
    """Where a file goes."""

    kind: ImportKind
    owner: Owner


class PostRoom:
    """Knows every provider and bank account, and sorts the files of one folder.

    `described` are those among them that the folder's own configuration describes: model and code.
    """

    def __init__(self, root: Path, described: Collection[tuple[type[Model], str]] = ()) -> None:
        self.root = root
        self._described = frozenset(described)
        self._providers = {provider.code: provider for provider in Provider.objects.order_by("code")}
        self._accounts = {account.code: account for account in BankAccount.objects.order_by("code")}

    def files(self) -> Iterator[Path]:
        """The files to import, in a fixed order: our own ledger first, the bank last, so that little waits long."""
        order = list(FOLDERS)
        found = [
            path
            for path in sorted(self.root.rglob("*"))
            if path.is_file() and not _is_passed_over(path.relative_to(self.root))
        ]
        parts = {path: path.relative_to(self.root).parts[0] for path in found}
        yield from sorted(found, key=lambda path: order.index(parts[path]) if parts[path] in order else len(order))

    def route(self, path: Path) -> Route:
        """Where a file goes.

        Raises:
            ForeignFile: it is no data.
            FileRefused: nothing says whose it is, or no reader could take it.
        """
        parts = path.relative_to(self.root).parts
        if len(parts) > 2 and parts[0] in FOLDERS:
            return self._by_folder(FOLDERS[parts[0]], parts[1])
        try:
            return self._by_content(path, parts)
        except FileRefused:
            if FOREIGN_NAMES.fullmatch(path.name):
                raise ForeignFile from None
            raise

    def _by_folder(self, kind: ImportKind, code: str) -> Route:
        owner = self._accounts.get(code) if kind == ImportKind.BANK else self._providers.get(code)
        if owner is None:
            raise FileRefused(Problem(UNKNOWN_OWNER, {"code": code}))
        return Route(kind, owner)

    def _by_content(self, path: Path, parts: tuple[str, ...]) -> Route:
        source = SourceFile(path, path.name, path.stat().st_size)
        named = list(self._named(parts))
        formats = [code for code, _ in providers.recognise(source)]  # refuses what no reader could take
        bank_formats = [code for code, _ in banks.recognise(source)]
        if MovementAdapter().recognise(source, read_head(source)).confidence:
            return self._only(ImportKind.MOVEMENTS, named or self._providers.values(), Provider)
        if bank_formats and not formats:
            accounts = [owner for owner in named if isinstance(owner, BankAccount)]
            written = self._written(read_head(source), bank_formats[0])
            return self._only(ImportKind.BANK, accounts or written or self._accounts.values(), BankAccount)
        if formats:
            delivering = [provider for provider in self._providers.values() if provider.adapter in formats]
            return self._only(ImportKind.STATEMENT, named or delivering, Provider)
        mapped = [
            owner for owner in named if kept_mapping(owner) is not None and not FOREIGN_NAMES.fullmatch(path.name)
        ]
        if len(mapped) == 1:
            kind = ImportKind.STATEMENT if isinstance(mapped[0], Provider) else ImportKind.BANK
            return Route(kind, mapped[0])
        raise FileRefused(Problem(NO_OWNER))

    def _only(self, kind: ImportKind, owners: Iterable[Owner], expected: type[Owner]) -> Route:
        fitting = [owner for owner in owners if isinstance(owner, expected)]
        if len(fitting) > 1:
            # What was configured before and elsewhere does not make a folder ambiguous that describes its own.
            fitting = [owner for owner in fitting if (type(owner), owner.code) in self._described]
        if len(fitting) != 1:
            raise FileRefused(Problem(NO_OWNER))
        return Route(kind, fitting[0])

    def _written(self, head: bytes, adapter: str) -> list[BankAccount]:
        """The bank accounts that the file itself means: all it names must be one of ours."""
        found = accounts_in(head, adapter)
        return [
            account
            for account in self._accounts.values()
            if found
            and account.account_reference
            and all(is_same_account(each, account.account_reference, account.currency) for each in found)
        ]

    def _named(self, parts: tuple[str, ...]) -> Iterator[Owner]:
        """Providers and bank accounts named by a folder, or by how the file's name begins."""
        for known in (self._providers, self._accounts):
            for code, owner in known.items():
                if code in parts[:-1] or re.match(rf"{re.escape(code)}(?![A-Za-z0-9])", parts[-1]):
                    yield owner


def _is_passed_over(path: Path) -> bool:
    return path.name in NOT_IMPORTED or path.parts[0] == EVENTS or any(part.startswith(".") for part in path.parts)
