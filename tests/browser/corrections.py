"""A statement that came a second time, corrected: two versions to look at."""

from __future__ import annotations

from io import BytesIO
from pathlib import PurePath

from payments.intake.models import ImportKind
from payments.intake.routing import Route
from payments.intake.services.storage import path_of
from payments.settlement.models import Statement, StatementLine
from payments.settlement.services import imports


def a_corrected_statement() -> Statement:
    """The second version of a statement, in which one line names another order; made once."""
    known = Statement.objects.filter(version__gt=1).order_by("pk").first()
    if known is not None:
        return known
    first = Statement.objects.filter(provider__adapter="adyen", line_count__gt=3).earliest("pk")
    line = StatementLine.objects.filter(statement=first).exclude(merchant_reference="").earliest("line_number")
    named = line.merchant_reference.encode()
    content = path_of(first.file_import.stored_file).read_bytes().replace(named, named + b"-B")
    name = f"{PurePath(first.file_import.file_name).stem}_v2.csv"
    received = imports.receive(
        route=Route(ImportKind.STATEMENT, first.provider), file=BytesIO(content), name=name, by=None,
        terms=imports.Terms(must_post=True),
    )  # fmt: skip
    imports.advance(received.pk, must_wait=True)
    return Statement.objects.get(version__gt=1)
