"""Files arriving, for tests of importing: an owner, some bytes, and what is in the books afterwards."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.db import connection

from payments.intake.models import FileImport, ImportKind
from payments.intake.routing import Route
from payments.methods.models import BankAccount, Provider
from payments.settlement.services import imports
from tests.payments.providers.adyen_files import about_batch, payment, report

LINE_CONTENT = (
    "s.statement_key, l.line_number, l.kind, l.line_key, l.provider_key, l.payment_reference, l.merchant_reference,"
    " l.method, l.currency, l.gross, l.net_currency, l.gross_settled, l.fee, l.fee_markup, l.fee_scheme, l.fee_vat,"
    " l.rounding, l.net, l.rate, l.occurred_at, l.sold_on, l.booked_on, l.paid_on, l.payout_key"
)


def adyen(code: str = "adyen", **values: Any) -> Provider:
    """An Adyen account that settles in euro."""
    defaults: dict[str, Any] = {"adapter": "adyen", "zone": "Europe/Amsterdam", "country": "NL", "currencies": ["EUR"]}
    return Provider.objects.create(code=code, name=code, **(defaults | values))


def bank_account(code: str = "ing", **values: Any) -> BankAccount:
    """A euro account."""
    defaults: dict[str, Any] = {"currency": "EUR", "zone": "Europe/Amsterdam", "country": "NL"}
    return BankAccount.objects.create(code=code, name=code, **(defaults | values))


def batch(*amounts: int, number: str = "7", **others: str) -> str:
    """An Adyen report of captures in cents with a fee of 10 each, numbered from 1 and paid out at the end."""
    rows = [
        payment("Settled", _euro(amount), _euro(amount - 10), number=place, commission="0.10", batch=number, **others)
        for place, amount in enumerate(amounts, start=1)
    ]
    paid = sum(amounts) - 10 * len(amounts)
    return report(
        [*rows, about_batch("MerchantPayout", f"-{_euro(paid)}", batch=number, created="2026-07-02 02:00:00")]
    )


def _euro(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"


class Desk:
    """Writes bytes to disk and takes them in."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def file(self, content: str | bytes, name: str) -> Path:
        """The bytes as a file."""
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def receive(self, owner: Provider | BankAccount, content: str | bytes, name: str, **terms: Any) -> FileImport:
        """Open an import of some bytes; `kind=` tells a movements export from a statement."""
        kind = terms.pop("kind", ImportKind.BANK if isinstance(owner, BankAccount) else ImportKind.STATEMENT)
        return imports.receive(
            route=Route(kind, owner), file=self.file(content, name), name=name, by=None, terms=imports.Terms(**terms)
        )

    def take(
        self, owner: Provider | BankAccount, content: str | bytes, name: str = "report.csv", **terms: Any
    ) -> FileImport:
        """Import some bytes to the end, as the commands do."""
        received = self.receive(owner, content, name, must_post=True, **terms)
        return imports.advance(received.pk, must_wait=True)


def problems(file_import: FileImport) -> list[tuple[int | None, str, str]]:
    """Line, field and English message of each problem of an import."""
    return [
        (entry["line"], entry["field"], entry["template"] % entry["values"] if entry["values"] else entry["template"])
        for entry in file_import.problems
    ]


def posted_lines(provider: Provider, *, current_only: bool = False) -> list[tuple[Any, ...]]:
    """The content of every posted line of a provider, in a fixed order."""
    condition = " AND s.is_current" if current_only else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {LINE_CONTENT}, s.version, s.is_current FROM payments_statementline l"
            f" JOIN payments_statement s ON s.id = l.statement_id WHERE l.provider_id = %s{condition} ORDER BY 1, 2, s.version",
            [provider.pk],
        )
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def staged_rows() -> int:
    """How many rows the three staging tables hold."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM payments_stagedstatementline) + (SELECT count(*) FROM payments_stagedmovement)"
            " + (SELECT count(*) FROM payments_stagedbankline)"
        )
        (count,) = cursor.fetchone()
    return int(count)
