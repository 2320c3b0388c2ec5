"""The list of what changed between two versions of a statement: its rows with both values, its columns and filters."""

from __future__ import annotations

import json
from typing import Final

from django.db.models import BigIntegerField, Case, CharField, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_lazy as _
from django_filters import CharFilter, ChoiceFilter, FilterSet

from payments.settlement import labels
from payments.settlement.models import StatementLine
from payments.settlement.selectors.versions import Changes
from payments.settlement.tables import LineNumberColumn, WordsColumn
from payments.web import (
    AmountColumn,
    Badge,
    BadgeColumn,
    CurrencyColumn,
    CurrencyFilter,
    ListTable,
    ReferenceColumn,
    Tone,
)

WHAT: Final = {
    "added": Badge(Tone.SUCCESS, _("Added"), "plus"),
    "gone": Badge(Tone.DANGER, _("Gone"), "cross"),
    "changed": Badge(Tone.WARNING, _("Changed"), "history"),
}
COMPARED: Final = ("gross_settled", "fee", "fee_vat", "net")


def changed_lines(changes: Changes) -> QuerySet[StatementLine]:
    """One row for each line that differs, with the values it had before and has after."""
    before_of = json.dumps({str(after): before for after, before in changes.changed.items()})
    rows = StatementLine.objects.filter(pk__in=[*changes.added, *changes.gone, *changes.changed])
    rows = rows.annotate(
        before_id=RawSQL(
            "(%s::jsonb ->> payments_statementline.id::text)::bigint", [before_of], output_field=BigIntegerField()
        )
    )
    is_gone = Q(statement_id=changes.old.pk)
    rows = rows.annotate(
        what=Case(
            When(is_gone, then=Value("gone")),
            When(before_id__isnull=False, then=Value("changed")),
            default=Value("added"),
            output_field=CharField(),
        )
    )
    older = StatementLine.objects.filter(pk=OuterRef("before_id"))
    for name in COMPARED:
        rows = rows.annotate(
            **{
                f"{name}_before": Case(When(is_gone, then=F(name)), default=Subquery(older.values(name)[:1])),
                f"{name}_after": Case(When(~is_gone, then=F(name)), output_field=BigIntegerField()),
            }
        )
    return rows


class ChangeTable(ListTable):
    """Lines that differ between two versions."""

    what = BadgeColumn(badges=WHAT, verbose_name=_("What"), orderable=False)
    line_number = LineNumberColumn(verbose_name=_("Line"))
    kind = WordsColumn(words=labels.LINE_KINDS, verbose_name=_("Kind"))
    merchant_reference = ReferenceColumn(verbose_name=_("Order"), orderable=False, default="–")
    provider_key = ReferenceColumn(verbose_name=_("Provider’s key"), orderable=False, default="–", shown=20)
    net_currency = CurrencyColumn(orderable=False)
    gross_settled_before = AmountColumn(verbose_name=_("Gross before"), currency="net_currency", default="–")
    gross_settled_after = AmountColumn(verbose_name=_("Gross after"), currency="net_currency", default="–")
    fee_before = AmountColumn(verbose_name=_("Fee before"), currency="net_currency", default="–")
    fee_after = AmountColumn(verbose_name=_("Fee after"), currency="net_currency", default="–")
    fee_vat_before = AmountColumn(verbose_name=_("VAT before"), currency="net_currency", default="–")
    fee_vat_after = AmountColumn(verbose_name=_("VAT after"), currency="net_currency", default="–")
    net_before = AmountColumn(verbose_name=_("Net before"), currency="net_currency", default="–")
    net_after = AmountColumn(verbose_name=_("Net after"), currency="net_currency", default="–")

    class Meta(ListTable.Meta):
        model = StatementLine
        fields: tuple[str, ...] = ()
        order_by = "line_number"


class ChangeFilters(FilterSet):
    """Of the lines that differ."""

    what = ChoiceFilter(
        label=_("What"),
        empty_label=_("Every change"),
        choices=[(code, badge.label) for code, badge in WHAT.items()],
    )
    q = CharFilter(method="search", label=_("Reference, exactly"), max_length=120)
    kind = ChoiceFilter(label=_("Kind"), empty_label=_("Every kind"), choices=list(labels.LINE_KINDS.items()))
    currency = CurrencyFilter(field_name="net_currency")

    class Meta:
        model = StatementLine
        fields: list[str] = []

    def search(self, queryset: QuerySet[StatementLine], name: str, value: str) -> QuerySet[StatementLine]:
        """Any of the four references, whole."""
        value = value.strip()
        return queryset.filter(
            Q(merchant_reference=value) | Q(provider_key=value) | Q(line_key=value) | Q(payment_reference=value)
        )
