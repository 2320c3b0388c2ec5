"""One statement line: its bytes, its match, and who else may belong to it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from payments.settlement import labels
from payments.settlement.models import Break, StatementLine
from payments.settlement.permissions import VIEW
from payments.settlement.querysets import with_match_state
from payments.settlement.selectors.lines import raw_record
from payments.settlement.selectors.pairs import match_of, suggestions_for
from payments.web import capability_required


@capability_required(VIEW)
@require_safe
def line(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything that is known of one line."""
    rows = StatementLine.objects.select_related("provider", "statement__file_import__stored_file")
    found = get_object_or_404(with_match_state(rows), pk=pk)
    state = found.match_state  # type: ignore[attr-defined] # annotated
    context = {
        "line": found,
        "kind": labels.LINE_KINDS[found.kind],
        "badge": labels.MATCH_BADGES[state],
        "raw": raw_record(found, found.statement.file_import),
        "match": match_of(found),
        "suggestions": suggestions_for(found),
        "breaks": Break.objects.filter(line=found).order_by("state", "pk")[:20],
    }
    return render(request, "settlement/line.html", context)
